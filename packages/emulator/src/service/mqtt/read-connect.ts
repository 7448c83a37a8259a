import { type ConnectPacket, DecodeError, decodeConnect, type Frame } from '@mote/codec';
import { concat } from '../values/bytes.ts';

// Protocol name and level of MQTT 3.1, which differs from 3.1.1 in nothing else that concerns a DPS device. Paho clients,
// the Python SDK among them, come back with it after a refused CONNECT, so the emulator serves it.
const MQTT_3_1 = Uint8Array.of(0, 6, 0x4d, 0x51, 0x49, 0x73, 0x64, 0x70, 3);
const MQTT_3_1_1 = Uint8Array.of(0, 4, 0x4d, 0x51, 0x54, 0x54, 4);

// The two faults of a CONNECT that are answered before the connection is closed.
const RETURN_CODES: ReadonlyMap<string, 1 | 2> = new Map([
  ['MQTT-3.1.2-2', 1], // another protocol level
  ['MQTT-3.1.3-8', 2], // an empty client id with CleanSession 0
]);

/** Decodes a CONNECT of MQTT 3.1.1 or 3.1. Throws DecodeError. */
export function readConnect(frame: Frame): ConnectPacket {
  const body = frame.bytes.subarray(frame.start, frame.end);
  if (!MQTT_3_1.every((byte, index) => body[index] === byte)) return decodeConnect(frame);
  const bytes = concat([MQTT_3_1_1, body.subarray(MQTT_3_1.length)]);
  return decodeConnect({ type: frame.type, flags: frame.flags, bytes, start: 0, end: bytes.length });
}

/** The CONNACK return code that this error deserves, if any. */
export function returnCodeFor(error: unknown): 1 | 2 | undefined {
  return error instanceof DecodeError ? RETURN_CODES.get(error.statement) : undefined;
}
