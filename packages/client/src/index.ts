export type { Attestation, FileContent, PasswordRequest } from './attestation/attestation.ts';
export { deriveDeviceKey } from './attestation/device-key.ts';
export { type X509Options, x509 } from './attestation/material/x509.ts';
export { sasSigner } from './attestation/sas-signer.ts';
export { createSasToken, type SasTokenRequest, type Sign } from './attestation/sas-token.ts';
export { groupKey, type SymmetricKeyOptions, symmetricKey } from './attestation/symmetric-key.ts';
export { checkStore } from './connect/check-store.ts';
export { connect, createClient } from './connect/connect.ts';
export type * from './connect/connect-options.ts';
export { type JournalOptions, journalStore } from './connect/journal-store.ts';
export type { MessageHandler, MessageStream } from './connect/message-stream.ts';
export { MqttClient, type Publisher } from './connect/mqtt-client.ts';
export { connectHub } from './device/connect-hub.ts';
export { type FileCacheOptions, fileCache } from './device/file-cache.ts';
export type { TelemetryBatch } from './device/hub-batch.ts';
export { HubDevice } from './device/hub-device.ts';
export type { DeviceMessage, DeviceMessages } from './device/hub-messages.ts';
export type { MethodHandler, MethodRequest, MethodResponse } from './device/hub-methods.ts';
export type * from './device/hub-options.ts';
export type { DesiredChanges, Twin } from './device/hub-twin.ts';
export { type OpenDeviceOptions, openDevice } from './device/open-device.ts';
export type { AssignmentCache, CachedAssignment } from './device/open-device-options.ts';
export * from './machines.ts';
export type { ClientState } from './mqtt/client-options.ts';
export { MqttError, type MqttErrorCode, type MqttErrorFields, type MqttStage } from './mqtt/error.ts';
export { memoryStore, type SessionStore } from './mqtt/store.ts';
export type { ReceivedMessage } from './mqtt/subscription.ts';
export type { ProvisionOptions, TlsOptions } from './provision/options.ts';
export { provision } from './provision/provision.ts';
export { type Ecma419Callbacks, type Ecma419Socket, ecma419Transport } from './transport/ecma-419.ts';
export { type EspruinoSocket, espruinoTransport } from './transport/espruino.ts';
export { type Endpoint, parseEndpoint } from './transport/host-port.ts';
export { tcpTransport } from './transport/plain-tcp.ts';
export { wayThrough } from './transport/proxy.ts';
export { dialTcp, type TcpEvents, type TcpTarget } from './transport/tcp.ts';
export type { Way } from './transport/tls.ts';
export { tlsTransport } from './transport/tls-transport.ts';
export type {
  DialTarget,
  Lookup,
  NetworkConnection,
  /** @deprecated The name of the first version: NetworkConnection. */
  NetworkConnection as Connection,
  TlsTarget,
  Transport,
  TransportEvents,
} from './transport/transport.ts';
export { TransportError, type TransportErrorFields, type TransportErrorKind } from './transport/transport-error.ts';
export { type StreamSocket, webStreamTransport } from './transport/web-streams.ts';
export { webSocketTransport } from './transport/websocket-transport.ts';
