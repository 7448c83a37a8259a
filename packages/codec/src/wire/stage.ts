import { hasRoom, MEASURE, packetSizeOf, refuse, requireBytes } from './check.ts';
import { writeHeader } from './header.ts';
import { NOTHING } from './nothing.ts';
import { firstSpecial, writeText } from './text.ts';
import { brokenBy, isSpecial, type TextRule, TOPIC_NAME } from './text-rule.ts';
import { copyWords, PERHAPS_REPLACED, SPECIAL, survey, viewOf } from './words.ts';

// The body of a packet is put together on a stage of our own, so that not one byte of the caller's memory has been touched
// when the packet turns out to be impossible. One stage is enough: encoding is synchronous. The last field, a payload or a
// password, never stands on it: that is copied straight to where it goes.

declare const TextEncoder:
  | { new (): { encodeInto?(text: string, target: Uint8Array): { written: number } } }
  | undefined;

const encoder = typeof TextEncoder === 'undefined' ? undefined : /* @__PURE__ */ new TextEncoder();

const POOL_SIZE = 8192;

let stage = NOTHING;
let behindPrefix = NOTHING;
let view: DataView | undefined;
let length = 0;
let topic: string | undefined;
let lastTarget: Uint8Array | undefined;
let targetView: DataView | undefined;
let pool = NOTHING;
let poolAt = 0;

export function clearStage(): void {
  topic = undefined;
  length = 0;
  if (stage.length > 262144) stage = NOTHING;
}

/** Leaves the Topic Name alone on the stage. A publisher that stays with its topic pays for the topic once. */
export function stageTopic(text: string): void {
  if (text === topic) return;
  clearStage();
  putText(text, TOPIC_NAME);
  topic = text;
}

export function putU8(value: number): void {
  makeRoom(1);
  stage[length++] = value;
}

export function putU16(value: number): void {
  makeRoom(2);
  stage[length++] = value >> 8;
  stage[length++] = value & 255;
}

export function putBinary(value: Uint8Array): void {
  putU16(binaryLength(value));
  makeRoom(value.length);
  stage.set(value, length);
  length += value.length;
}

export function binaryLength(value: Uint8Array): number {
  if (requireBytes(value).length > 65535) refuse('bad-string');
  return value.length;
}

export function putText(text: string, rule: TextRule): void {
  if (typeof text !== 'string') throw new TypeError('no string');
  if (rule && !text) refuse('bad-topic', '4.7.3-1');
  let size = text.length;
  let end = length + 2;
  if (size < 65536) {
    makeRoom(2 + size * 3);
    end = putUtf8(text, end, rule);
    size = end - length - 2;
  }
  if (size > 65535) refuse('bad-string', rule ? '4.7.3-3' : undefined);
  putU16(size);
  length = end;
}

/** Finishes the packet: what stands on the stage, a Packet Identifier unless it is 0, the `tail`. Returns the end offset. */
export function finishInto(
  first: number,
  target: Uint8Array,
  at: number,
  packetId: number = 0,
  tail: Uint8Array = NOTHING,
): number {
  const staged = stage;
  const count = length;
  const remainingLength = count + (packetId && 2) + tail.length;
  const size = packetSizeOf(remainingLength);
  if (!hasRoom(size, target, at)) return at + size;
  let end = writeHeader(first, remainingLength, target, at);
  if (target === lastTarget && view) {
    targetView ??= viewOf(target)!;
    copyWords(view, targetView, end, count);
  } else {
    lastTarget = target;
    targetView = undefined;
    target.set(staged.subarray(0, count), end);
  }
  end += count;
  if (packetId) {
    target[end++] = packetId >> 8;
    target[end++] = packetId & 255;
  }
  if (tail.length) target.set(tail, end);
  return end + tail.length;
}

/** The same, as an array of its own. */
export function finish(first: number, packetId?: number, tail?: Uint8Array): Uint8Array {
  const packet = new Uint8Array(finishInto(first, MEASURE, 0, packetId, tail));
  finishInto(first, packet, 0, packetId, tail);
  return packet;
}

/** The same, as part of an array that small packets share: to allocate one costs more than to encode. */
export function finishShared(first: number, packetId: number | undefined, tail: Uint8Array): Uint8Array {
  const size = finishInto(first, MEASURE, 0, packetId, tail);
  if (size > POOL_SIZE / 8) return finish(first, packetId, tail);
  if (pool.length - poolAt < size) {
    pool = new Uint8Array(POOL_SIZE);
    poolAt = 0;
  }
  const start = poolAt;
  poolAt = finishInto(first, pool, start, packetId, tail);
  return pool.subarray(start, poolAt);
}

/**
 * Writes the text behind its prefix. The platform's encoder, where there is one, is faster on all but short text; but it says
 * nothing of what the standard forbids, and puts U+FFFD for half a surrogate pair: so its output is searched, and whatever
 * is not plain is looked at again.
 */
function putUtf8(text: string, start: number, rule: TextRule): number {
  let end = -1;
  let at = start;
  if (encoder?.encodeInto && view && text.length > (start === 2 ? 15 : 63)) {
    end = start + encoder.encodeInto(text, start === 2 ? behindPrefix : stage.subarray(start)).written;
    const found = survey(view, start, end);
    if (found & PERHAPS_REPLACED) end = -1;
    else if (!(found & SPECIAL)) at = end;
  }
  if (end < 0) {
    end = writeText(text, stage, start);
    at = firstSpecial;
  }
  if (end < 0) refuse('bad-string', '1.5.3-1');
  for (; at < end; at++) {
    if (!isSpecial(stage[at]!)) continue;
    const statement = brokenBy(stage, at, start, end, rule);
    if (statement) refuse(stage[at] ? 'bad-topic' : 'bad-string', statement);
  }
  return end;
}

function makeRoom(count: number): void {
  if (length + count <= stage.length) return;
  const larger = new Uint8Array(Math.max(512, (length + count) * 2));
  larger.set(stage);
  stage = larger;
  behindPrefix = stage.subarray(2);
  view = viewOf(stage);
}
