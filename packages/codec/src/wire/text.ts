import { type Frame, fail } from '../frame.ts';
import { brokenBy, isSpecial, type TextRule } from './text-rule.ts';

const units: number[] = [];

/** Reads text of well-formed UTF-8; `illFormed` is the statement that asks for it in this field. */
export function readText(frame: Frame, start: number, end: number, illFormed: string, rule: TextRule): string {
  const { bytes } = frame;
  if (start === end && rule) fail(frame, 'bad-topic', start - 2, '4.7.3-1');
  let count = 0;
  let at = start;
  while (at < end) {
    const first = bytes[at]!;
    if (first < 0x80) {
      if (first < 0x2c && isSpecial(first)) {
        const statement = brokenBy(bytes, at, start, end, rule);
        if (statement) fail(frame, first ? 'bad-topic' : 'bad-string', at, statement);
      }
      units[count++] = first;
      at++;
      continue;
    }
    // What is no continuation byte (80 to BF), or behind the end, comes out as 64 or more.
    const second = at + 1 < end ? bytes[at + 1]! ^ 0x80 : 64;
    if (first < 0xe0) {
      if (second > 63 || first < 0xc2) fail(frame, 'bad-string', at, illFormed);
      units[count++] = ((first & 31) << 6) | second;
      at += 2;
      continue;
    }
    const third = at + 2 < end ? bytes[at + 2]! ^ 0x80 : 64;
    let point = ((first & 15) << 12) | (second << 6) | third;
    if (first < 0xf0) {
      if ((second | third) > 63 || point < 0x800 || (point & 0xf800) === 0xd800) {
        fail(frame, 'bad-string', at, illFormed);
      }
      units[count++] = point;
      at += 3;
      continue;
    }
    const fourth = at + 3 < end ? bytes[at + 3]! ^ 0x80 : 64;
    point = ((first & 15) << 18) | (second << 12) | (third << 6) | fourth;
    if ((second | third | fourth) > 63 || point < 0x10000 || point > 0x10ffff) fail(frame, 'bad-string', at, illFormed);
    units[count++] = 0xd7c0 + (point >> 10);
    units[count++] = 0xdc00 | (point & 0x3ff);
    at += 4;
  }
  return fromUnits(units, 0, count);
}

/** Where writeText last saw U+0000, `#` or `+` first; else the end. */
export let firstSpecial = 0;

/** Writes text as UTF-8 and returns its end, or -1 if it holds half of a surrogate pair. */
export function writeText(text: string, target: Uint8Array, start: number): number {
  let at = start;
  let special = -1;
  for (let i = 0; i < text.length; i++) {
    let point = text.charCodeAt(i);
    if (point < 0x80) {
      if (point < 0x2c && special < 0 && isSpecial(point)) special = at;
      target[at++] = point;
      continue;
    }
    if (point < 0x800) target[at++] = 0xc0 | (point >> 6);
    else {
      if ((point & 0xf800) === 0xd800) {
        const low = text.charCodeAt(++i);
        if (point > 0xdbff || (low & 0xfc00) !== 0xdc00) return -1;
        point = (point << 10) + low - 0x35fdc00;
        target[at++] = 0xf0 | (point >> 18);
        target[at++] = 0x80 | ((point >> 12) & 63);
      } else target[at++] = 0xe0 | (point >> 12);
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
