// MQTT 3.1.1, section 3.9

import { type Frame, failAt } from '../frame.ts';
import { SUBACK } from '../packet-type.ts';
import { addU8, addU16, type Body, encode, encodeInto, requireList, requirePacketId } from '../wire/encode.ts';
import { refuse, shown } from '../wire/misuse.ts';
import { bodyOf, packetIdAt, u8At } from '../wire/reader.ts';

/** The QoS granted, or 0x80: refused. */
export type SubackReturnCode = 0 | 1 | 2 | 0x80;

/** The answer to a SUBSCRIBE. */
export interface SubackPacket {
  readonly type: typeof SUBACK;
  /** 1 to 65,535: the one of the SUBSCRIBE. */
  readonly packetId: number;
  /** One for each Topic Filter of the SUBSCRIBE, in its order. */
  readonly returnCodes: readonly SubackReturnCode[];
}

/** The fields of a SUBACK. */
export type SubackFields = Omit<SubackPacket, 'type'>;

/** The bytes of a SUBACK, in memory of their own. Throws as `encodeSubackInto` does. */
export function encodeSuback(packet: SubackFields): Uint8Array {
  return encode(SUBACK << 4, fieldsOf(packet));
}

/**
 * Writes a SUBACK at `target[at]` and returns where it ends. Throws an EncodeError for a packet that MQTT forbids, a TypeError
 * for a field of another type, or `no-room` with the bytes `needed`, and has then written nothing.
 */
export function encodeSubackInto(packet: SubackFields, target: Uint8Array, at: number): number {
  return encodeInto(SUBACK << 4, fieldsOf(packet), target, at);
}

function fieldsOf({ packetId, returnCodes }: SubackFields): Body {
  const body: Body = { fields: [], size: 0 };
  addU16(body, requirePacketId(packetId));
  for (const code of requireList('returnCodes', returnCodes, '3.8.4-5')) {
    if (!isReturnCode(code)) refuse('bad-return-code', `returnCodes ${shown(code)}`, '3.9.3-2');
    addU8(body, code);
  }
  return body;
}

/** Throws a DecodeError for what MQTT forbids: a client then closes the connection. */
export function decodeSuback(frame: Frame): SubackPacket {
  const packetId = packetIdAt(frame, bodyOf(frame, SUBACK));
  const { start, end } = frame;
  if (end === start + 2) failAt(frame, 'empty-payload', end, '3.8.4-5');
  const returnCodes: SubackReturnCode[] = [];
  for (let at = start + 2; at < end; at++) {
    const code = u8At(frame, at);
    if (!isReturnCode(code)) return failAt(frame, 'bad-return-code', at, '3.9.3-2');
    returnCodes.push(code);
  }
  return { type: SUBACK, packetId, returnCodes };
}

function isReturnCode(code: number): code is SubackReturnCode {
  return code === 0 || code === 1 || code === 2 || code === 0x80;
}
