// MQTT 3.1.1, section 3.9

import type { Frame } from '../frame.ts';
import { SUBACK } from '../packet-type.ts';
import {
  beginBody,
  newPacket,
  packetSizeWith,
  putU8,
  putU16,
  refuse,
  requirePacketId,
  writePacket,
} from '../wire/body.ts';
import { Reader } from '../wire/reader.ts';

/** The QoS granted, or 0x80: refused. */
export type SubackReturnCode = 0 | 1 | 2 | 0x80;

export interface SubackPacket {
  readonly type: typeof SUBACK;
  readonly packetId: number;
  /** One for each Topic Filter of the SUBSCRIBE, in its order. */
  readonly returnCodes: readonly SubackReturnCode[];
}

export type SubackFields = Omit<SubackPacket, 'type'>;

export function encodeSuback(packet: SubackFields): Uint8Array {
  putSuback(packet);
  return newPacket(SUBACK << 4);
}

export function encodeSubackInto(packet: SubackFields, target: Uint8Array, at: number): number {
  putSuback(packet);
  return writePacket(SUBACK << 4, target, at);
}

export function subackSize(packet: SubackFields): number {
  putSuback(packet);
  return packetSizeWith();
}

function putSuback({ packetId, returnCodes }: SubackFields): void {
  if (returnCodes.length === 0) refuse('empty-payload', 'SUBACK without a return code', 'MQTT-3.8.4-5');
  beginBody();
  putU16(requirePacketId(packetId));
  for (const code of returnCodes) {
    if (!isReturnCode(code)) refuse('bad-return-code', `return code ${code}`, 'MQTT-3.9.3-2');
    putU8(code);
  }
}

export function decodeSuback(frame: Frame): SubackPacket {
  const reader = new Reader(frame, SUBACK);
  const packetId = reader.packetId();
  if (reader.done) reader.refuse('empty-payload', reader.at, 'MQTT-3.8.4-5', 'SUBACK without a return code');
  const returnCodes: SubackReturnCode[] = [];
  while (!reader.done) {
    const code = reader.u8();
    if (!isReturnCode(code)) return reader.refuse('bad-return-code', reader.at - 1, 'MQTT-3.9.3-2', `return code ${code}`);
    returnCodes.push(code);
  }
  return { type: SUBACK, packetId, returnCodes };
}

function isReturnCode(code: number): code is SubackReturnCode {
  return code === 0 || code === 1 || code === 2 || code === 0x80;
}
