// MQTT 3.1.1, section 3.2

import { expectType, type Frame, fail } from '../frame.ts';
import { CONNACK } from '../packet-type.ts';
import { writeFour } from '../wire/ack.ts';
import { flag, refuse } from '../wire/check.ts';

/** 0 accepted, 1 protocol level, 2 identifier, 3 server unavailable, 4 user name or password, 5 not authorized [table 3.1]. */
export type ConnackReturnCode = 0 | 1 | 2 | 3 | 4 | 5;

export interface ConnackPacket {
  readonly type: typeof CONNACK;
  readonly sessionPresent: boolean;
  readonly returnCode: ConnackReturnCode;
}

/** `sessionPresent` is false when left out. */
export interface ConnackFields {
  readonly sessionPresent?: boolean | undefined;
  readonly returnCode: ConnackReturnCode;
}

export function encodeConnack(packet: ConnackFields): Uint8Array {
  const bytes = new Uint8Array(4);
  encodeConnackInto(packet, bytes, 0);
  return bytes;
}

export function encodeConnackInto(packet: ConnackFields, target: Uint8Array, at: number): number {
  const { sessionPresent, returnCode } = packet;
  const present = flag(sessionPresent, 1);
  if ((returnCode & 7) !== returnCode || returnCode > 5) refuse('bad-return-code');
  if (present && returnCode) refuse('bad-flags', '3.2.2-4');
  return writeFour(CONNACK << 4, (present << 8) | returnCode, target, at);
}

/** The body is two bytes long: the fixed header has been judged. */
export function decodeConnack(frame: Frame): ConnackPacket {
  expectType(frame, CONNACK);
  const { bytes, start } = frame;
  const flags = bytes[start]!;
  const returnCode = bytes[start + 1]!;
  if (flags > 1) fail(frame, 'bad-flags', start);
  if (returnCode > 5) fail(frame, 'bad-return-code', start + 1);
  if (flags && returnCode) fail(frame, 'bad-flags', start, '3.2.2-4');
  return { type: CONNACK, sessionPresent: flags === 1, returnCode: returnCode as ConnackReturnCode };
}
