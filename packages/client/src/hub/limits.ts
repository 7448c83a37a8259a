import { decodeUtf8, encodeUtf8 } from '@mote/codec';
import { HubError, refuseHub } from './error.ts';

// What a hub would answer by closing the link, or not at all, is refused here, with the number and the option.
// Of the service: iot-hub-devguide-quotas-throttling, iot-hub-devguide-device-twins.

/** Bytes of a message: its body, the values of its system properties, names and values of its others. */
export const MESSAGE_BYTES = 262_144;
export const METHOD_BYTES = 131_072;
export const TOPIC_BYTES = 65_535;
const TWIN_BYTES = 32_768;
const TWIN_DEPTH = 10;
const NAME_BYTES = 1024;
const TEXT_BYTES = 4096;
const LEAST_INTEGER = -4_503_599_627_370_496;
const MOST_INTEGER = 4_503_599_627_370_495;
/** Deeper, reading it could end an engine with a small stack. */
const JSON_DEPTH = 64;

/** Throws `too-large` when there are more bytes, or levels, than these. */
export function limit(option: string, size: number, most: number, unit: string = 'bytes'): void {
  if (size > most)
    throw new HubError('too-large', 'options', { limit: most, size }, `${option}: ${size} ${unit}; at most ${most}`);
}

/** In UTF-8, where half a surrogate pair is U+FFFD. */
export function byteLength(text: string): number {
  return encodeUtf8(text)?.length ?? text.length * 3;
}

/** Throws when no message can have this body under this topic. Returns its bytes: escapes count as they are sent, which is no less than the hub counts. */
export function checkMessage(body: Uint8Array, topicName: string, base: number): number {
  limit('properties', topicName.length, TOPIC_BYTES);
  const size = body.length + topicName.length - base;
  limit('body', size, MESSAGE_BYTES, 'bytes with its properties');
  return size;
}

/** `Object`, `Array`, `Map`, … of whichever realm. */
export function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** The text of a value that is JSON by itself. What only turns into some is refused: Map and Promise turn into `{}`. */
export function jsonText(option: string, value: unknown): string {
  if (['Object', 'Array', 'String', 'Number', 'Boolean', 'Null'].includes(tagOf(value))) {
    try {
      const text = JSON.stringify(value);
      if (text !== undefined) return text;
    } catch {
      // A cycle, or a BigInt.
    }
  }
  return refuseHub(option, 'wrong');
}

/** Undefined for an empty body or one of blanks, which SDKs send for nothing. Throws what JSON.parse throws. */
export function parseJson(payload: Uint8Array): unknown {
  const text = decodeUtf8(payload);
  if (text?.trim() === '') return undefined;
  let depth = 0;
  let deepest = 0;
  // Outside of texts each bracket is a level.
  for (const bracket of text?.replace(/"(?:[^"\\]|\\.)*"|[^"[\]{}]+/g, '') ?? '') {
    depth += bracket === '[' || bracket === '{' ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  if (text === undefined || deepest > JSON_DEPTH) throw new SyntaxError('not JSON');
  return JSON.parse(text);
}

/** The text of a patch for the reported properties. */
export function patchText(patch: unknown): string {
  if (tagOf(patch) !== 'Object') refuseHub('patch', 'wrong');
  const text = jsonText('patch', patch);
  // What is judged is what is sent.
  const size = sizeOf('patch', JSON.parse(text), 1);
  limit('patch', size, TWIN_BYTES);
  return text;
}

/** As the hub counts: names and texts in UTF-8, 8 bytes for a number, 4 for a truth value. Throws at what it does not take. */
function sizeOf(path: string, value: unknown, depth: number): number {
  if (typeof value === 'number') {
    if (Number.isInteger(value) && (value < LEAST_INTEGER || value > MOST_INTEGER)) refuseHub(path, 'wrong');
    return 8;
  }
  if (typeof value === 'boolean') return 4;
  if (typeof value === 'string') {
    limit(path, byteLength(value), TEXT_BYTES);
    return byteLength(value);
  }
  if (value === null) return 0;
  limit('patch', depth, TWIN_DEPTH, 'levels');
  let bytes = 0;
  for (const [name, inner] of Object.entries(value as object)) {
    const at = `${path}.${name.slice(0, 64)}`;
    if (!Array.isArray(value)) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
      if (/[.$ \0-\x1f\x7f-\x9f]/.test(name)) refuseHub(at, 'wrong name');
      limit(at, byteLength(name), NAME_BYTES, 'bytes of name');
      bytes += byteLength(name);
    }
    bytes += sizeOf(at, inner, depth + 1);
  }
  return bytes;
}
