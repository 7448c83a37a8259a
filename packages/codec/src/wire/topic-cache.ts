import type { Frame } from '../frame.ts';
import { fromUnits, readText } from './text.ts';
import { TOPIC_NAME } from './text-rule.ts';
import { survey, viewOf } from './words.ts';

// A subscriber hears of the same few topics for ever. Their bytes are kept beside their text; the same bytes again are
// found by comparing eight at a time, and get the text that was checked and made when they came first.

const SLOTS = 64;
const SLOT_SIZE = 128;
/** After this many misses in a row of hits and misses, the cache stands aside for as long as REST says. */
const PATIENCE = 32;
const REST = 1024;

let chunk: Uint8Array | undefined;
let view: DataView | undefined;
let memory: Uint8Array | undefined;
let memoryView: DataView | undefined;
const texts: string[] = [];
let latest = 0;
let credit = PATIENCE;

/** The Topic Name in `frame.bytes[start .. end)`; its prefix stands in front of it. */
export function topicNameOf(frame: Frame, start: number, end: number): string {
  const { bytes } = frame;
  if (bytes !== chunk) {
    chunk = bytes;
    view = viewOf(bytes);
  }
  if (!view || end - start < 6) return readText(frame, start, end, '1.5.3-1', TOPIC_NAME);
  const prefix = start - 2;
  const size = end - prefix;
  if (size > SLOT_SIZE || credit < 0) {
    credit++;
    return readTopicName(view, frame, start, end);
  }
  if (holds(latest, view, prefix, size)) return texts[latest]!;
  const slot = slotOf(view, start, end);
  if (holds(slot, view, prefix, size)) {
    if (credit < PATIENCE) credit++;
  } else {
    if (--credit < 0) credit = -REST;
    const text = readTopicName(view, frame, start, end);
    remember(slot, bytes, prefix, size);
    texts[slot] = text;
  }
  latest = slot;
  return texts[slot]!;
}

function readTopicName(view: DataView, frame: Frame, start: number, end: number): string {
  return survey(view, start, end)
    ? readText(frame, start, end, '1.5.3-1', TOPIC_NAME)
    : fromUnits(frame.bytes, start, end);
}

/**
 * As eight-byte floats, the last one overlapping: equal floats are equal bytes, since a topic without U+0000 spells no zero;
 * and bytes that spell no number are equal to nothing, which costs a hit and no more.
 */
function holds(slot: number, view: DataView, start: number, size: number): boolean {
  if (!memoryView) return false;
  const base = slot * SLOT_SIZE;
  for (let i = 0; i < size - 8; i += 8) {
    if (memoryView.getFloat64(base + i) !== view.getFloat64(start + i)) return false;
  }
  return memoryView.getFloat64(base + size - 8) === view.getFloat64(start + size - 8);
}

function slotOf(view: DataView, start: number, end: number): number {
  let hash = 0;
  for (let at = start; at < end; at += 4)
    hash = Math.imul(hash ^ view.getInt32(at > end - 4 ? end - 4 : at), 0x9e3779b1);
  return hash >>> 26;
}

function remember(slot: number, bytes: Uint8Array, start: number, size: number): void {
  if (!memory) {
    memory = new Uint8Array(SLOTS * SLOT_SIZE);
    memoryView = viewOf(memory);
  }
  const base = slot * SLOT_SIZE;
  for (let i = 0; i < size; i++) memory[base + i] = bytes[start + i]!;
}
