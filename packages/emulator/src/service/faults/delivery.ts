import { concat, fromHex } from '../values/bytes.ts';
import type { Random } from '../values/random.ts';
import type { Fault } from './scenario.ts';

/** `end`: an orderly close. `reset`: a reset of TCP. */
export type CloseManner = 'end' | 'reset';

/** One step, `delayMs` after the one before. */
export type DeliveryStep =
  | {
      readonly type: 'write';
      readonly delayMs: number;
      readonly bytes: Uint8Array;
      /** True: in a write of its own. */
      readonly alone: boolean;
    }
  | { readonly type: 'close'; readonly delayMs: number; readonly manner: CloseManner }
  | { readonly type: 'stall'; readonly delayMs: number };

/** The steps in which the packets of one answer are sent under a fault. */
export function deliver(packets: readonly Uint8Array[], fault: Fault, random: Random): DeliveryStep[] {
  const delayMs = fault.delayMs ?? 0;
  const manner = fault.reset ? 'reset' : 'end';
  if (fault.stall) return [{ type: 'stall', delayMs }];
  if (fault.drop === 'before') return [{ type: 'close', delayMs, manner }];
  const writes = cut(replace(packets, fault, random), fault).map((bytes, index) => ({
    type: 'write' as const,
    delayMs: index === 0 ? delayMs : (fault.trickle?.everyMs ?? 0),
    bytes,
    alone: fault.split !== undefined || fault.trickle !== undefined,
  }));
  return fault.drop === undefined ? writes : [...writes, { type: 'close', delayMs: 0, manner }];
}

function replace(packets: readonly Uint8Array[], fault: Fault, random: Random): readonly Uint8Array[] {
  const before = fault.before === undefined ? [] : [fromHex(fault.before)];
  if (fault.hex !== undefined) return [...before, fromHex(fault.hex)];
  if (fault.garbage !== undefined) return [...before, random.bytes(fault.garbage)];
  return [...before, ...packets];
}

function cut(packets: readonly Uint8Array[], fault: Fault): Uint8Array[] {
  const size = fault.split ?? fault.trickle?.bytes;
  const middle = fault.drop === 'middle';
  const all = middle || fault.merge ? [concat(packets)] : packets;
  const kept = middle ? all.map((bytes) => bytes.subarray(0, bytes.length >> 1)) : all;
  return size === undefined ? [...kept] : kept.flatMap((bytes) => slices(bytes, size));
}

function slices(bytes: Uint8Array, size: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(bytes.subarray(at, at + size));
  return parts;
}
