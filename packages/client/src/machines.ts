// The machines, and of the words of DPS those that a driver of somebody's own needs beside them.

export {
  parseResponseTopic,
  pollTopic,
  RESPONSE_FILTER,
  type ResponseTopic,
  registerBody,
  registerTopic,
  type UserNameFields,
  userName,
} from './azure/dps.ts';
export { isIdScope, isRegistrationId } from './azure/ids.ts';
export { sasResource, sasStringToSign, sasToken } from './azure/sas.ts';
export type { Action } from './dps/action.ts';
export { type Assignment, isClassicProfile } from './dps/assignment.ts';
export { ProvisioningError, type ProvisioningErrorCode } from './dps/error.ts';
export type { ProgressEvent, ProgressStep } from './dps/progress.ts';
export { Registration } from './dps/registration.ts';
export type { RegistrationOptions, RetryOptions, Route } from './dps/registration-options.ts';
export type { DialStage, Stage } from './dps/stage.ts';
export { Client } from './mqtt/client.ts';
export type { ClientAction, ClientOptions, ClientState, Credentials } from './mqtt/client-options.ts';
export { Connection, type ConnectionFailure, type ConnectionOptions } from './mqtt/connection.ts';
export { DELIVERY_DECODERS, Delivery, type DeliveryOptions } from './mqtt/delivery.ts';
export { MqttError, type MqttErrorCode } from './mqtt/error.ts';
export { Reconnect, type ReconnectOptions } from './mqtt/reconnect.ts';
export { Session } from './mqtt/session.ts';
export type { Message, SessionEvent, SessionFailure, SessionOptions } from './mqtt/session-options.ts';
export { memoryStore, type SessionStore } from './mqtt/store.ts';
