import type { Frame } from '../frame.ts';
import { fromUnits, readText } from './text.ts';
import { TOPIC_NAME } from './text-rule.ts';
import { isPlain, viewOf } from './words.ts';

// A subscriber hears of the same few topics for ever. A topic that has come twice is kept with its bytes, and the same bytes
// again, compared eight at a time, or one by one where no more comes in their chunk, get the text that was checked and made then.

interface KnownTopic {
  readonly text: string;
  readonly bytes: Uint8Array;
  /** The Topic Name behind its length, eight bytes at a time, the last of them overlapping. */
  readonly words: readonly number[];
}

const LONGEST = 255;

const known: (KnownTopic | undefined)[] = [];
const hashes: (number | undefined)[] = [];
/** In a row. Where topics never come again, few are looked up and kept. */
let misses = 0;
let latest: KnownTopic | undefined;
// A chunk, and the one before: packets that lie across chunks come from memory of the Framer's, time and again.
let chunk: Uint8Array | undefined;
let view: DataView | undefined;
let otherChunk: Uint8Array | undefined;
let otherView: DataView | undefined;

/** The Topic Name in `frame.bytes[start .. end)`; its length stands in front of it. */
export function topicNameOf(frame: Frame, start: number, end: number): string {
  const { bytes } = frame;
  if (bytes !== chunk) {
    // Nothing more comes in this chunk: a view would be made for this one look.
    if (frame.end === bytes.length && latest && hasBytes(latest.bytes, bytes, start, end)) return latest.text;
    const next = bytes === otherChunk ? otherView : viewOf(bytes);
    otherChunk = chunk;
    otherView = view;
    chunk = bytes;
    view = next;
  }
  if (!view || end - start < 6) return readTopic(frame, start, end);
  return isIt(latest, view, start, end) ? latest.text : lookUp(frame, view, start, end);
}

function lookUp(frame: Frame, view: DataView, start: number, end: number): string {
  const { bytes } = frame;
  let hash = 0;
  let slot = -1;
  if (misses < 256 || !(misses & 15)) {
    for (let at = start; at < end; at += 4) {
      hash = Math.imul(hash ^ view.getInt32(Math.min(at, end - 4), true), 0x9e3779b1);
    }
    slot = hash >>> 24;
    const candidate = known[slot];
    if (isIt(candidate, view, start, end)) {
      latest = candidate;
      misses = 0;
      return candidate.text;
    }
  }
  misses++;
  const text = isPlain(view, start, end) ? fromUnits(bytes, start, end) : readTopic(frame, start, end);
  if (slot < 0) return text;
  if (hashes[slot] === hash && end - start <= LONGEST) {
    const words: number[] = [];
    for (let at = start - 2; at < end; at += 8) words.push(view.getFloat64(Math.min(at, end - 8), true));
    known[slot] = { text, bytes: new Uint8Array(bytes.subarray(start, end)), words };
  }
  hashes[slot] = hash;
  return text;
}

function readTopic(frame: Frame, start: number, end: number): string {
  return readText(frame, start, end, '1.5.3-1', TOPIC_NAME);
}

/**
 * Words are floats. Equal floats are equal bytes, since a topic without U+0000 spells no zero; and bytes that spell no number
 * are equal to nothing, which costs a hit and no more.
 */
function isIt(topic: KnownTopic | undefined, view: DataView, start: number, end: number): topic is KnownTopic {
  if (!topic || topic.bytes.length !== end - start) return false;
  const { words } = topic;
  const last = end - 8;
  let i = 0;
  for (let at = start - 2; at < last; at += 8) if (words[i++] !== view.getFloat64(at, true)) return false;
  return words[i] === view.getFloat64(last, true);
}

function hasBytes(topic: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (topic.length !== end - start) return false;
  for (let i = 0; i < topic.length; i++) if (topic[i] !== bytes[start + i]) return false;
  return true;
}
