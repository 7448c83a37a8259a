import type { CodecErrorCode } from '../error.ts';
import { type Frame, fail } from '../frame.ts';
import { brokenBy, isSpecial, type TextRule } from './text-rule.ts';

// What `scan` has read last: UTF-16 code units, how many, and the statement that stopped it, or '' for ill-formed UTF-8.
const units: number[] = [];
let count = 0;
let broken = '';

/** Reads text of well-formed UTF-8; `illFormed` is the statement that asks for it in this field. */
export function readText(frame: Frame, start: number, end: number, illFormed: string, rule: TextRule): string {
  const { bytes } = frame;
  if (start === end && rule) fail(frame, 'bad-topic', start - 2, '4.7.3-1');
  const at = scan(bytes, start, end, rule);
  if (at < end) fail(frame, textCode(bytes[at]!), at, broken || illFormed);
  return fromUnits(units, 0, count);
}

/** The code for the byte at which `scan` stopped. */
export function textCode(byte: number): CodecErrorCode {
  return byte && byte < 128 ? 'bad-topic' : 'bad-string';
}

/** Reads `bytes[start .. end)`. Returns the end, or where a character begins that may not be there. */
function scan(bytes: Uint8Array, start: number, end: number, rule: TextRule): number {
  let n = 0;
  broken = '';
  let at = start;
  while (at < end) {
    let point = bytes[at]!;
    let size = 1;
    if (point < 128) {
      if (point < 0x2c && isSpecial(point)) {
        broken = brokenBy(bytes, at, start, end, rule);
        if (broken) break;
      }
    } else {
      if (point > 0xc1 && point < 0xe0 && at + 1 < end && (bytes[at + 1]! ^ 128) < 64) {
        units[n++] = ((point & 31) << 6) | (bytes[at + 1]! & 63);
        at += 2;
        continue;
      }
      size = point < 0xe0 ? 2 : point < 0xf0 ? 3 : 4;
      let isWhole = point > 0xc1;
      point &= 255 >> size;
      for (let i = 1; i < size; i++) {
        // What is no continuation byte (80 to BF), or behind the end, comes out as 64 or more.
        const next = at + i < end ? bytes[at + i]! ^ 128 : 64;
        if (next > 63) isWhole = false;
        point = (point << 6) | next;
      }
      // Overlong are 3 bytes for less than 11 bits and 4 for less than 16; 2 for less than 7 would begin with C0 or C1.
      if (!isWhole || point < 1 << (5 * size - 4) || point >> 11 === 27 || point > 0x10ffff) break;
      if (size > 3) {
        units[n++] = 0xd7c0 + (point >> 10);
        point = 0xdc00 | (point & 0x3ff);
      }
    }
    units[n++] = point;
    at += size;
  }
  count = n;
  return at;
}

/** Where `writeText` last saw U+0000, `#` or `+` first; else the end. */
export let firstSpecial = 0;

/**
 * Writes text as UTF-8 and returns its end, or -1 if it holds half of a surrogate pair. TextEncoder would be faster, but not with
 * the search for what the standard forbids behind it, and for the half pairs that it replaces without a word.
 */
export function writeText(text: string, target: Uint8Array, at: number): number {
  let special = -1;
  for (let i = 0; i < text.length; i++) {
    let point = text.charCodeAt(i);
    if (point < 128) {
      if (point < 0x2c && special < 0 && isSpecial(point)) special = at;
      target[at++] = point;
      continue;
    }
    if (point < 0x800) target[at++] = 0xc0 | (point >> 6);
    else {
      if (point >> 11 !== 27) target[at++] = 0xe0 | (point >> 12);
      else {
        const low = text.charCodeAt(++i);
        if (point >> 10 !== 54 || low >> 10 !== 55) return -1;
        point = (point << 10) + low - 0x35fdc00;
        target[at++] = 0xf0 | (point >> 18);
        target[at++] = 0x80 | ((point >> 12) & 63);
      }
      target[at++] = 0x80 | ((point >> 6) & 63);
    }
    target[at++] = 0x80 | (point & 63);
  }
  firstSpecial = special < 0 ? at : special;
  return at;
}

/**
 * Sixteen at once is as fast as all at once, which `apply` would be for any length and is not; one by one is slowest, and
 * TextDecoder is no part of ECMAScript.
 */
export function fromUnits(list: { readonly [at: number]: number }, start: number, end: number): string {
  const { fromCharCode } = String;
  let text = '';
  let i = start;
  for (; i + 16 <= end; i += 16) {
    // biome-ignore format: one line to a row
    text += fromCharCode(
      list[i]!, list[i + 1]!, list[i + 2]!, list[i + 3]!, list[i + 4]!, list[i + 5]!, list[i + 6]!, list[i + 7]!,
      list[i + 8]!, list[i + 9]!, list[i + 10]!, list[i + 11]!, list[i + 12]!, list[i + 13]!, list[i + 14]!, list[i + 15]!,
    );
  }
  for (; i + 4 <= end; i += 4) text += fromCharCode(list[i]!, list[i + 1]!, list[i + 2]!, list[i + 3]!);
  for (; i < end; i++) text += fromCharCode(list[i]!);
  return text;
}
