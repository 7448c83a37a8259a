import { hasRoom, MEASURE, packetSizeOf, refuse, requireBytes } from './check.ts';
import { copy, copyAll, copyTopic } from './copy.ts';
import { writeHeader } from './header.ts';
import { NOTHING } from './nothing.ts';
import { firstSpecial, textCode, writeText } from './text.ts';
import { brokenBy, isSpecial, type TextRule, TOPIC_NAME } from './text-rule.ts';
import { viewOf } from './words.ts';

// The body of a packet is put together on a stage of our own, so that not one byte of the caller's memory has been touched
// when the packet turns out to be impossible. One stage is enough: encoding is synchronous. The last field, a payload or a
// password, never stands on it: that is copied straight to where it goes.

const POOL_SIZE = 8192;

let stage = NOTHING;
let view: DataView | undefined;
let length = 0;
let topic: string | undefined;
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
  putU8(value >> 8);
  putU8(value);
}

export function putBinary(value: Uint8Array): void {
  putU16(binaryLength(value));
  makeRoom(value.length);
  copyAll(value, stage, length);
  length += value.length;
}

export function binaryLength(value: Uint8Array): number {
  if (requireBytes(value).length > 65535) refuse('bad-string');
  return value.length;
}

export function putText(text: string, rule: TextRule): void {
  if (typeof text !== 'string') throw new TypeError('no string');
  if (rule && !text) refuse('bad-topic', '4.7.3-1');
  if (text.length > 65535) refuseLength(rule);
  makeRoom(2 + text.length * 3);
  const start = length + 2;
  const end = writeText(text, stage, start);
  if (end < 0) refuse('bad-string', '1.5.3-1');
  for (let at = firstSpecial; at < end; at++) {
    const statement = isSpecial(stage[at]!) && brokenBy(stage, at, start, end, rule);
    if (statement) refuse(textCode(stage[at]!), statement);
  }
  const size = end - start;
  if (size > 65535) refuseLength(rule);
  stage[length] = size >> 8;
  stage[length + 1] = size;
  length = end;
}

function refuseLength(rule: TextRule): never {
  refuse('bad-string', rule ? '4.7.3-3' : undefined);
}

/** Finishes the packet: what stands on the stage, a Packet Identifier unless it is 0, the `tail`. Returns the end offset. */
export function finishInto(
  first: number,
  target: Uint8Array,
  at: number,
  packetId: number = 0,
  tail: Uint8Array = NOTHING,
): number {
  const remainingLength = length + (packetId && 2) + tail.length;
  const end = at + packetSizeOf(remainingLength);
  if (hasRoom(target, at, end)) {
    at = writeHeader(first, remainingLength, target, at);
    if (topic) copyTopic(stage, view, length, target, at);
    else copy(stage, 0, length, target, at);
    if (packetId) {
      target[at + length] = packetId >> 8;
      target[at + length + 1] = packetId;
    }
    copyAll(tail, target, end - tail.length);
  }
  return end;
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

function makeRoom(count: number): void {
  if (length + count <= stage.length) return;
  const larger = new Uint8Array(Math.max(512, (length + count) * 2));
  larger.set(stage);
  stage = larger;
  view = viewOf(stage);
}
