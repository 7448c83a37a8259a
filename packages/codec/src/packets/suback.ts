// MQTT 3.1.1, section 3.9

import { expectType, type Frame, fail, packetIdOf } from '../frame.ts';
import { SUBACK } from '../packet-type.ts';
import { refuse, requirePacketId } from '../wire/check.ts';
import { clearStage, finish, finishInto, putU8, putU16 } from '../wire/stage.ts';

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
  stageSuback(packet);
  return finish(SUBACK << 4);
}

export function encodeSubackInto(packet: SubackFields, target: Uint8Array, at: number): number {
  stageSuback(packet);
  return finishInto(SUBACK << 4, target, at);
}

function stageSuback({ packetId, returnCodes }: SubackFields): void {
  if (!returnCodes.length) refuse('empty-payload', '3.8.4-5');
  clearStage();
  putU16(requirePacketId(packetId));
  for (const code of returnCodes) {
    if (!isReturnCode(code)) refuse('bad-return-code', '3.9.3-2');
    putU8(code);
  }
}

export function decodeSuback(frame: Frame): SubackPacket {
  expectType(frame, SUBACK);
  const { bytes, start, end } = frame;
  const packetId = packetIdOf(frame, start);
  const returnCodes: SubackReturnCode[] = [];
  for (let at = start + 2; at < end; at++) {
    const code = bytes[at]!;
    if (!isReturnCode(code)) return fail(frame, 'bad-return-code', at, '3.9.3-2');
    returnCodes.push(code);
  }
  if (!returnCodes.length) fail(frame, 'empty-payload', end, '3.8.4-5');
  return { type: SUBACK, packetId, returnCodes };
}

function isReturnCode(code: number): code is SubackReturnCode {
  return code === 0 || code === 1 || code === 2 || code === 0x80;
}
