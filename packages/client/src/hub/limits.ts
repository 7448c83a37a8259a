import { decodeUtf8, encodeUtf8 } from '@mote/codec';
import { tagOf, wrong } from '../values.ts';
import { HubError, refuseHub } from './error.ts';

// Limits of IoT Hub. A hub answers what exceeds them by closing the connection, or not at all; here it is refused before it is
// sent, with the number and the option. Sources: the service's pages iot-hub-devguide-quotas-throttling and
// iot-hub-devguide-device-twins.

/** Most bytes of a message: its body, the values of its system properties, and names and values of its other properties. */
export const MESSAGE_BYTES = 262_144;
/** Most bytes of the answer of a method. */
export const METHOD_BYTES = 131_072;
/** Most bytes of a Topic Name in MQTT. Properties are part of it, percent-encoded. */
export const TOPIC_BYTES = 65_535;
/** Most bytes of the reported properties, as `sizeOf` counts them. */
const TWIN_BYTES = 32_768;
/** Most levels of objects and arrays in the reported properties. */
export const TWIN_DEPTH = 10;
/** Most bytes of the name of a property of the twin. */
export const NAME_BYTES = 1024;
/** Most bytes of a text in the twin. */
const TEXT_BYTES = 4096;
/** Integers are below it, and not below its negative. */
const INTEGER_END = 2 ** 52;
/** Most levels of JSON that are parsed. Deeper text could overflow the stack of a small engine. */
const JSON_DEPTH = 64;

/** Throws `too-large` when `size` is more than `most`. The words add what is counted. */
export function limit(option: string, size: number, most: number): void {
  if (size > most)
    throw new HubError('too-large', 'options', { limit: most, size }, `${option}: ${size}; at most ${most}`);
}

/** Bytes of a text in UTF-8. Half a surrogate pair counts three bytes, as U+FFFD does. */
export function byteLength(text: string): number {
  return encodeUtf8(text)?.length ?? text.length * 3;
}

/**
 * Throws when body and topic are too large for one message. Returns its bytes. Escapes count as they are sent, which is never less than the
 * hub counts.
 */
export function checkMessage(body: Uint8Array, topicName: string, base: number): number {
  limit('properties', topicName.length, TOPIC_BYTES);
  const size = body.length + topicName.length - base;
  limit('body', size, MESSAGE_BYTES);
  return size;
}

/** The JSON of a value. Values that are not JSON by themselves are refused: JSON.stringify would make `{}` of a Map or a Promise. */
export function jsonText(option: string, value: unknown): string {
  if (/^(Object|Array|String|Number|Boolean|Null)$/.test(tagOf(value))) {
    try {
      const text = JSON.stringify(value);
      if (text !== undefined) return text;
    } catch {
      // JSON.stringify throws at a cycle and at a BigInt.
    }
  }
  return refuseHub(option, wrong(value));
}

/**
 * Parses a body. Undefined for an empty one or blanks, which SDKs send for no payload. Throws SyntaxError when it is not JSON, not UTF-8,
 * or too deep.
 */
export function parseJson(payload: Uint8Array): unknown {
  const text = decodeUtf8(payload);
  if (text?.trim() === '') return undefined;
  let depth = 0;
  let deepest = 0;
  // Outside of strings each opening bracket is one level more. A string without an end matches too: a search for the end would begin
  // again at each quote in it.
  for (const bracket of text?.replace(/"(?:[^"\\]|\\.)*"?|[^"[\]{}]+/g, '') ?? '') {
    depth += bracket === '[' || bracket === '{' ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  if (text === undefined || deepest > JSON_DEPTH) throw new SyntaxError('not JSON');
  return JSON.parse(text);
}

/** The JSON of a patch for the reported properties. Throws when the hub would refuse it. */
export function patchText(patch: unknown): string {
  if (tagOf(patch) !== 'Object') refuseHub('patch', wrong(patch));
  const text = jsonText('patch', patch);
  // The parsed text is measured, not the value: getters and toJSON may have made something else of it.
  const size = sizeOf('patch', JSON.parse(text), 1);
  limit('patch', size, TWIN_BYTES);
  return text;
}

/** Size as the hub counts it: names and strings in UTF-8, 8 bytes for a number, 4 for a boolean. Throws at what the hub refuses. */
function sizeOf(path: string, value: unknown, depth: number): number {
  if (typeof value === 'number') {
    if (Number.isInteger(value) && (value < -INTEGER_END || value >= INTEGER_END)) refuseHub(path, wrong(value));
    return 8;
  }
  if (typeof value === 'boolean') return 4;
  if (typeof value === 'string') {
    limit(path, byteLength(value), TEXT_BYTES);
    return byteLength(value);
  }
  if (value === null) return 0;
  limit('patch', depth, TWIN_DEPTH);
  let bytes = 0;
  for (const [name, inner] of Object.entries(value as object)) {
    const at = `${path}.${name.slice(0, 64)}`;
    if (!Array.isArray(value)) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
      if (/[.$ \0-\x1f\x7f-\x9f]/.test(name)) refuseHub(at, 'wrong name');
      limit(at, byteLength(name), NAME_BYTES);
      bytes += byteLength(name);
    }
    bytes += sizeOf(at, inner, depth + 1);
  }
  return bytes;
}
