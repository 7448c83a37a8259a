// MQTT 3.1.1, section 3.9

import { type Frame, fail } from '../frame.ts';
import { SUBACK } from '../packet-type.ts';
import { addU8, type Body, encoder, encoderInto, listBody } from '../wire/encode.ts';
import { requireNumber } from '../wire/misuse.ts';
import { listDecoder } from '../wire/reader.ts';

/** The granted QoS, or 0x80 for a refusal. */
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

/** The bytes of a SUBACK in a new array. Throws what `encodeSubackInto` throws, except `no-room`. */
export const encodeSuback: (packet: SubackFields) => Uint8Array = /* @__PURE__ */ encoder(0x90, subackBody);

/**
 * Writes a SUBACK at `target[at]` and returns where it ends. Throws an EncodeError for a packet that MQTT forbids, a TypeError
 * for a field of another type, or `no-room` with the bytes `needed`, and has then written nothing.
 */
export const encodeSubackInto: (packet: SubackFields, target: Uint8Array, at: number) => number =
  /* @__PURE__ */ encoderInto(0x90, subackBody);

function subackBody(packet: SubackFields): Body {
  const { packetId, returnCodes } = packet ?? {};
  return listBody(packetId, 'returnCodes', returnCodes, '3.8.4-5', (body, code) => {
    addU8(body, code === 0x80 ? code : requireNumber('bad-return-code', 'returnCodes', code, 0, 2, '3.9.3-2'));
  });
}

/**
 * A SUBACK from its frame. Throws a DecodeError for what MQTT forbids: a client then closes the connection [MQTT-4.8.0-1].
 *
 * @example
 * const framer = new Framer();
 * framer.push(Uint8Array.of(0x90, 3, 0, 1, 0x80));
 * const { returnCodes } = decodeSuback(framer.next()!); // [0x80]
 */
export const decodeSuback: (frame: Frame) => SubackPacket = /* @__PURE__ */ listDecoder(
  SUBACK,
  'returnCodes',
  '3.8.4-5',
  (frame, at, returnCodes: SubackReturnCode[]) => {
    const code = frame.bytes[at]!;
    if (code > 2 && code !== 0x80) fail(frame, 'bad-return-code', at, '3.9.3-2');
    returnCodes.push(code as SubackReturnCode);
    return at + 1;
  },
);
