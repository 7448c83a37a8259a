/**
 * The device without a platform: the machines, the words of DPS and IoT Hub, HMAC-SHA256 and base64, in standard ECMAScript. No promise,
 * timer, socket or clock: events and a time come in, actions go out, and a driver of the caller's carries them out.
 * @module
 */
export * from './azure/index.ts';
export * from './machines.ts';
export { type Ecma419Callbacks, type Ecma419Socket, ecma419Transport } from './transport/ecma-419.ts';
export { type EspruinoSocket, espruinoTransport } from './transport/espruino.ts';
export type { DialTarget, NetworkConnection, Transport, TransportEvents } from './transport/transport.ts';
