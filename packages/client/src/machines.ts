// The machines, and the topics and tokens of DPS that a driver of one's own needs with them.

import { makeRegistration } from './dps/registration.ts';
import type { Registration as RegistrationMachine, RegistrationOptions } from './dps/registration-options.ts';
import { type HubExchange as HubExchangeMachine, makeExchange } from './hub/exchange.ts';
import { makeLife } from './hub/life.ts';
import type { DeviceLife as DeviceLifeMachine, LifeOptions } from './hub/life-options.ts';
import { GeneralClient } from './mqtt/client.ts';
import type { Client as ClientMachine, ClientOptions } from './mqtt/client-options.ts';
import { MqttConnection } from './mqtt/connection.ts';
import type { Connection as ConnectionMachine, ConnectionOptions } from './mqtt/connection-options.ts';
import { type Delivery as DeliveryMachine, type DeliveryOptions, makeDelivery } from './mqtt/delivery.ts';

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
export type { RegistrationOptions, RetryOptions, Route } from './dps/registration-options.ts';
export type { DialStage, Stage } from './dps/stage.ts';
export { Desired, type DesiredChange } from './hub/desired.ts';
export { HubError, type HubErrorCode, type HubErrorFields, type HubStage } from './hub/error.ts';
export type { HubAction } from './hub/exchange.ts';
export { Inbox } from './hub/inbox.ts';
export type { DeviceState, HubEntry, LifeAction, LifeOptions } from './hub/life-options.ts';
export type { MethodCall } from './hub/method-calls.ts';
export type { HubAnswer, HubRequest } from './hub/requests.ts';
export type { ClientAction, ClientOptions, ClientState, Credentials } from './mqtt/client-options.ts';
export type { ConnectionFailure, ConnectionOptions } from './mqtt/connection-options.ts';
export { DELIVERY_DECODERS, type DeliveryOptions } from './mqtt/delivery.ts';
export { MqttError, type MqttErrorCode } from './mqtt/error.ts';
export { Reconnect, type ReconnectOptions } from './mqtt/reconnect.ts';
export { Session } from './mqtt/session.ts';
export type { Message, SessionEvent, SessionFailure, SessionOptions } from './mqtt/session-options.ts';
export { memoryStore, type SessionStore } from './mqtt/store.ts';

/** The machine of the general client. An object, made with or without `new`. */
export type Client = ClientMachine;
export const Client: Made<ClientOptions, Client> = clientOf as never;

/** The machine for requests, method calls and twin changes at a hub. A plain object, made with or without `new`. */
export type HubExchange = HubExchangeMachine;
export const HubExchange: Made<() => string, HubExchange> = makeExchange as never;

/** The machine that decides which hub a device uses and when. A plain object, made with or without `new`. */
export type DeviceLife = DeviceLifeMachine;
export const DeviceLife: Made<LifeOptions, DeviceLife> = makeLife as never;

/** The machine of one network connection. An object, made with or without `new`. */
export type Connection = ConnectionMachine;
export const Connection: Made<ConnectionOptions, Connection> = connectionOf as never;

/**
 * Messages of QoS 0, 1 and 2 in both directions, over one connection after the other: what the standard calls the Session [4.1].
 * A plain object, made with or without `new`.
 *
 * @example
 * const delivery = new Delivery({
 *   window: 16,
 *   queue: { maxMessages: 1000, maxBytes: 1_048_576, whenFull: 'reject' },
 *   onWork: () => onMessage('something to flush'),
 *   onStoreFailure: (error) => console.error(error),
 *   onMessage: (packet) => onMessage(packet.topicName, packet.payload),
 * });
 * const connection: Connection = new Connection({
 *   clientId: 'sensor-17',
 *   keepAlive: 60,
 *   decoders: DELIVERY_DECODERS,
 *   onPacket(packet) {
 *     if (packet.type === CONNACK) delivery.attach(connection, packet.sessionPresent, true, false);
 *     else delivery.onPacket(packet);
 *   },
 * });
 * connection.start();
 */
export type Delivery = DeliveryMachine;
export const Delivery: Made<DeliveryOptions, Delivery> = makeDelivery as never;

/** The machine of one provisioning, which may use several connections. A plain object, made with or without `new`. */
export type Registration = RegistrationMachine;
export const Registration: Made<RegistrationOptions, Registration> = makeRegistration as never;

interface Made<Options, Machine> {
  new (options: Options): Machine;
  (options: Options): Machine;
}

// Classes cannot be called without `new`, and arrows not with it.
function clientOf(options: ClientOptions): Client {
  return new GeneralClient(options);
}

function connectionOf(options: ConnectionOptions): Connection {
  return new MqttConnection(options);
}
