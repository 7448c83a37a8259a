import { type CodecErrorCode, EncodeError } from '../error.ts';
import { headerSizeOf } from '../frame.ts';

/** Refuses our caller's packet. `statement` has no `MQTT-`. */
export function refuse(code: CodecErrorCode, statement?: string): never {
  throw new EncodeError(code, '', statement);
}

/** Stands for a target when the size of a packet is all that is wanted. */
export const MEASURE: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

/** False if nothing is to be written; throws unless `target[at .. end)` is there. */
export function hasRoom(target: Uint8Array, at: number, end: number): boolean {
  if (target === MEASURE) return false;
  if (at >>> 0 !== at || target.length < end) refuseRoom(end - at);
  return true;
}

function refuseRoom(needed: number): never {
  throw new EncodeError('no-room', `: ${needed} bytes needed`, undefined, { needed });
}

/** A string or an array of numbers would be written as zeros without a word. */
export function requireBytes(value: Uint8Array): Uint8Array {
  if (value.BYTES_PER_ELEMENT !== 1) throw new TypeError('no Uint8Array');
  return value;
}

export function requirePacketId(packetId: number | undefined): number {
  if (!packetId || (packetId & 0xffff) !== packetId) refuse('bad-packet-id', '2.3.1-1');
  return packetId;
}

export function requireQos(qos: number, statement: string): number {
  if (qos !== 0 && qos !== 1 && qos !== 2) refuse('bad-qos', statement);
  return qos;
}

/** `bit` if `value` is true, 0 if it is false or left out. */
export function flag(value: boolean | undefined, bit: number): number {
  if (value !== undefined && typeof value !== 'boolean') throw new TypeError('no boolean');
  return value ? bit : 0;
}

/** Bytes of a packet with a body of so many. */
export function packetSizeOf(remainingLength: number): number {
  if (remainingLength > 268435455) refuse('packet-too-large');
  return headerSizeOf(remainingLength) + remainingLength;
}
