import type { Frame } from '../frame.ts';
import { fromUnits, readText } from './text.ts';
import { TOPIC_NAME } from './text-rule.ts';
import { survey, viewOf } from './words.ts';

// A subscriber hears of the same few topics for ever. A topic that has come twice is kept with its bytes, and the same bytes
// again, compared eight at a time, get the text that was checked and made then.

interface KnownTopic {
  readonly text: string;
  /** The Topic Name behind its length. */
  readonly view: DataView;
}

const LONGEST = 255;

const known: (KnownTopic | undefined)[] = [];
const hashes: (number | undefined)[] = [];
let latest: KnownTopic | undefined;
let chunk: Uint8Array | undefined;
let view: DataView | undefined;

/** The Topic Name in `frame.bytes[start .. end)`; its length stands in front of it. */
export function topicNameOf(frame: Frame, start: number, end: number): string {
  const { bytes } = frame;
  if (bytes !== chunk) {
    chunk = bytes;
    view = viewOf(bytes);
  }
  if (!view || end - start < 6) return readText(frame, start, end, '1.5.3-1', TOPIC_NAME);
  if (isIt(latest, view, start, end)) return latest.text;
  let hash = 0;
  for (let at = start; at < end; at += 4) {
    hash = Math.imul(hash ^ view.getInt32(Math.min(at, end - 4), true), 0x9e3779b1);
  }
  const slot = hash >>> 24;
  const candidate = known[slot];
  if (isIt(candidate, view, start, end)) {
    latest = candidate;
    return candidate.text;
  }
  const text = survey(view, start, end)
    ? readText(frame, start, end, '1.5.3-1', TOPIC_NAME)
    : fromUnits(bytes, start, end);
  if (hashes[slot] === hash && end - start <= LONGEST) {
    known[slot] = { text, view: viewOf(new Uint8Array(bytes.subarray(start - 2, end)))! };
  }
  hashes[slot] = hash;
  return text;
}

/**
 * As eight-byte floats, the last one overlapping. Equal floats are equal bytes, since a topic without U+0000 spells no zero;
 * and bytes that spell no number are equal to nothing, which costs a hit and no more.
 */
function isIt(topic: KnownTopic | undefined, view: DataView, start: number, end: number): topic is KnownTopic {
  if (!topic) return false;
  const known = topic.view;
  const size = end - start + 2;
  if (known.byteLength !== size) return false;
  for (let i = 0; i < size; i += 8) {
    const at = Math.min(i, size - 8);
    if (known.getFloat64(at, true) !== view.getFloat64(start - 2 + at, true)) return false;
  }
  return true;
}
