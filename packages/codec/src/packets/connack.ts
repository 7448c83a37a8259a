// MQTT 3.1.1, section 3.2

import { type Frame, fail } from '../frame.ts';
import { CONNACK } from '../packet-type.ts';
import { type Body, encoder, encoderInto, flag } from '../wire/encode.ts';
import { refuse, requireNumber } from '../wire/misuse.ts';
import { bodyOf, expectEnd, u16At } from '../wire/reader.ts';

/** 0 accepted, 1 protocol level, 2 identifier, 3 server unavailable, 4 user name or password, 5 not authorized [table 3.1]. */
export type ConnackReturnCode = 0 | 1 | 2 | 3 | 4 | 5;

/** The answer to a CONNECT. */
export interface ConnackPacket {
  readonly type: typeof CONNACK;
  /** Whether the server still has the Session of an earlier connection. True only with return code 0 [MQTT-3.2.2-4]. */
  readonly sessionPresent: boolean;
  /** 0: accepted. After any other code the server closes the connection [MQTT-3.2.2-5]. */
  readonly returnCode: ConnackReturnCode;
}

/** The fields of a CONNACK. */
export interface ConnackFields {
  /** Whether the server still has the Session of an earlier connection. Default false. */
  readonly sessionPresent?: boolean | undefined;
  /** 0 to 5. */
  readonly returnCode: ConnackReturnCode;
}

/** The four bytes of a CONNACK in a new array. Throws an EncodeError for a return code that the standard reserves. */
export const encodeConnack: (packet: ConnackFields) => Uint8Array = /* @__PURE__ */ encoder(0x20, connackBody);

/** Writes the packet at `target[at]` and returns where it ends. Throws `no-room` if there are fewer than four bytes. */
export const encodeConnackInto: (packet: ConnackFields, target: Uint8Array, at: number) => number =
  /* @__PURE__ */ encoderInto(0x20, connackBody);

function connackBody(packet: ConnackFields): Body {
  const { sessionPresent, returnCode } = packet ?? {};
  const present = flag('sessionPresent', sessionPresent, 1);
  requireNumber('bad-return-code', 'returnCode', returnCode, 0, 5);
  if (present && returnCode) refuse('bad-flags', 'sessionPresent', '3.2.2-4');
  return { _fields: [present, returnCode], _size: 2 };
}

/**
 * Throws a DecodeError for a bit or a return code that the standard reserves.
 *
 * @example
 * const framer = new Framer();
 * framer.push(Uint8Array.of(0x20, 2, 0, 5));
 * const { returnCode } = decodeConnack(framer.next()!); // 5
 */
export function decodeConnack(frame: Frame): ConnackPacket {
  const at = bodyOf(frame, CONNACK);
  const fields = u16At(frame, at);
  expectEnd(frame, at + 2);
  const flags = fields >> 8;
  const returnCode = fields & 255;
  if (flags > 1) fail(frame, 'bad-flags', at);
  if (returnCode > 5) fail(frame, 'bad-return-code', at + 1);
  if (flags && returnCode) fail(frame, 'bad-flags', at, '3.2.2-4');
  return { type: CONNACK, sessionPresent: !!flags, returnCode: returnCode as ConnackReturnCode };
}
