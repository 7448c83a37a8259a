/**
 * The device without a platform, in standard ECMAScript: the machines, the topics and tokens of DPS and IoT Hub, HMAC-SHA256 and
 * base64. There is no promise, timer, socket or clock in it. A driver of your own passes events and the time in, and carries out the
 * actions that come back.
 * @module
 */
export * from './azure/index.ts';
export * from './machines.ts';
export { type Ecma419Callbacks, type Ecma419Socket, ecma419Transport } from './transport/ecma-419.ts';
export { type EspruinoSocket, espruinoTransport } from './transport/espruino.ts';
export type { DialTarget, NetworkConnection, Transport, TransportEvents } from './transport/transport.ts';
