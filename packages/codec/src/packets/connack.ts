// MQTT 3.1.1, section 3.2

import type { Frame } from '../frame.ts';
import { CONNACK } from '../packet-type.ts';
import { flag, refuse, requireRoom } from '../wire/body.ts';
import { Reader } from '../wire/reader.ts';

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
  if (!(returnCode >= 0 && returnCode <= 5 && returnCode >>> 0 === returnCode)) {
    refuse('bad-return-code', `return code ${returnCode}`);
  }
  if (present && returnCode) refuse('bad-flags', 'Session Present with a refusal', 'MQTT-3.2.2-4');
  requireRoom(4, target, at);
  target[at] = CONNACK << 4;
  target[at + 1] = 2;
  target[at + 2] = present;
  target[at + 3] = returnCode;
  return at + 4;
}

export function decodeConnack(frame: Frame): ConnackPacket {
  const reader = new Reader(frame, CONNACK);
  const flags = reader.u8();
  const returnCode = reader.u8();
  reader.expectEnd();
  if (flags > 1) reader.refuse('bad-flags', frame.start, 'MQTT-4.8.0-1', 'reserved Connect Acknowledge Flags');
  if (returnCode > 5) reader.refuse('bad-return-code', frame.start + 1, 'MQTT-4.8.0-1', `return code ${returnCode}`);
  if (flags && returnCode) reader.refuse('bad-flags', frame.start, 'MQTT-3.2.2-4', 'Session Present with a refusal');
  return { type: CONNACK, sessionPresent: flags === 1, returnCode: returnCode as ConnackReturnCode };
}
