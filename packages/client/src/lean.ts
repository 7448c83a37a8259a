// The same functions without sentences and hints, for small bundles. Errors have code, stage, reason and numbers;
// `@mote/client/explain` makes sentences of them, later or elsewhere. Transports are values, so that a bundler takes only those that
// are named. Certificates, keys and requests must be PEM or base64, and go to the platform unchanged.

export type { Attestation, PasswordRequest } from './attestation/attestation.ts';
export { deriveDeviceKey } from './attestation/device-key.ts';
export { sasSigner } from './attestation/sas-signer.ts';
export { createSasToken } from './attestation/sas-token.ts';
export { groupKey, symmetricKey } from './attestation/symmetric-key.ts';
export { type X509Options, x509 } from './attestation/x509.ts';
export { connect, createClient } from './connect/lean-connect.ts';
export type { MessageStream } from './connect/message-stream.ts';
export type { MqttClient, Publisher } from './connect/mqtt-client.ts';
export { type FileCacheOptions, fileCache } from './device/file-cache.ts';
export type { HubDevice } from './device/hub-device.ts';
export { connectHub, type LeanOpenDeviceOptions, openDevice } from './device/lean-hub.ts';
export type { AssignmentCache, CachedAssignment } from './device/open-device-options.ts';
export type { Assignment } from './dps/assignment.ts';
export { ProvisioningError, type ProvisioningErrorCode } from './dps/error.ts';
export type { ProgressEvent } from './dps/progress.ts';
export { HubError, type HubErrorCode } from './hub/error.ts';
export { MqttError, type MqttErrorCode } from './mqtt/error.ts';
export { memoryStore, type SessionStore } from './mqtt/store.ts';
export { type LeanProvisionOptions, provision } from './provision/lean-provision.ts';
export { ecma419Transport } from './transport/ecma-419.ts';
export { espruinoTransport } from './transport/espruino.ts';
export { tcpTransport } from './transport/plain-tcp.ts';
export { throughProxy } from './transport/proxy.ts';
export { directTls as tlsTransport } from './transport/tls.ts';
export { leanWebSocket as webSocketTransport } from './transport/websocket/websocket.ts';
