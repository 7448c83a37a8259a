import { type ConnectPacket, DecodeError, decodeConnect, type Frame } from '@mote/codec';
import { concat } from '../values/bytes.ts';

/**
 * Protocol name and level of MQTT 3.1, which differs from 3.1.1 in nothing else that concerns a device. Paho clients, in the Python and C
 * SDKs, try it after a refused CONNECT. DPS serves it here, a hub answers CONNACK 1.
 */
const MQTT_3_1 = Uint8Array.of(0, 6, 0x4d, 0x51, 0x49, 0x73, 0x64, 0x70, 3);
const MQTT_3_1_1 = Uint8Array.of(0, 4, 0x4d, 0x51, 0x54, 0x54, 4);

/** The two faults of a CONNECT that get a CONNACK before the connection is closed, by their statements. */
const RETURN_CODES: ReadonlyMap<string, 1 | 2> = new Map([
  ['MQTT-3.1.2-2', 1], // another protocol level
  ['MQTT-3.1.3-8', 2], // an empty client id with CleanSession 0
]);

/** Decodes a CONNECT of MQTT 3.1.1 or 3.1. Throws DecodeError. */
export function readConnect(frame: Frame): ReadConnect {
  const body = frame.bytes.subarray(frame.start, frame.end);
  const level = MQTT_3_1.every((byte, index) => body[index] === byte) ? 3 : 4;
  if (level === 4) return { packet: decodeConnect(frame), level };
  const bytes = concat([MQTT_3_1_1, body.subarray(MQTT_3_1.length)]);
  return { packet: decodeConnect({ type: frame.type, flags: frame.flags, bytes, start: 0, end: bytes.length }), level };
}

/** A CONNECT that was decoded. */
export interface ReadConnect {
  readonly packet: ConnectPacket;
  /** Protocol level: 3 is MQTT 3.1, 4 is MQTT 3.1.1. */
  readonly level: 3 | 4;
}

/** The CONNACK return code for this error, if it has one. */
export function returnCodeFor(error: unknown): 1 | 2 | undefined {
  return error instanceof DecodeError ? RETURN_CODES.get(error.statement) : undefined;
}
