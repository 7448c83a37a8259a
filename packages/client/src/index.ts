export type { Attestation, PasswordRequest } from './attestation/attestation.ts';
export { deriveDeviceKey } from './attestation/device-key.ts';
export { sasSigner } from './attestation/sas-signer.ts';
export { createSasToken, type SasTokenRequest, type Sign } from './attestation/sas-token.ts';
export { groupKey, type SymmetricKeyOptions, symmetricKey } from './attestation/symmetric-key.ts';
export { type X509Options, x509 } from './attestation/x509.ts';
export type { Action } from './core/action.ts';
export type { Assignment } from './core/assignment.ts';
export { isIdScope, isRegistrationId } from './core/dps/ids.ts';
export { registerBody } from './core/dps/register-body.ts';
export { sasResource, sasStringToSign } from './core/dps/sas.ts';
export {
  parseResponseTopic,
  pollTopic,
  RESPONSE_FILTER,
  type ResponseTopic,
  registerTopic,
} from './core/dps/topics.ts';
export { type UserNameFields, userName } from './core/dps/user-name.ts';
export { ProvisioningError, type ProvisioningErrorCode } from './core/error.ts';
export type { ProgressEvent, ProgressStep } from './core/progress.ts';
export { Registration } from './core/registration.ts';
export type { RegistrationOptions, Route } from './core/registration-options.ts';
export type { RetryOptions } from './core/retry.ts';
export { Session } from './core/session.ts';
export type { Message, SessionEvent, SessionFailure, SessionOptions } from './core/session-options.ts';
export type { DialStage, Stage } from './core/stage.ts';
export type { ProvisionOptions, TlsOptions } from './options.ts';
export { provision } from './provision.ts';
export { tlsTransport } from './transport/tls-transport.ts';
export type { Connection, DialTarget, Transport, TransportEvents } from './transport/transport.ts';
export { type StreamSocket, webStreamTransport } from './transport/web-streams.ts';
export { webSocketTransport } from './transport/websocket-transport.ts';
