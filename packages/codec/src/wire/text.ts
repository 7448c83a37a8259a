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
      if (isSpecial(first)) {
        const statement = brokenBy(bytes, at, start, end, rule);
        if (statement) fail(frame, first ? 'bad-topic' : 'bad-string', at, statement);
      }
      units[count++] = first;
      at++;
      continue;
    }
    const size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    // What is no continuation byte (80 to BF), or behind the end, comes out as 64 or more.
    const second = at + 1 < end ? bytes[at + 1]! ^ 0x80 : 64;
    const third = size < 3 ? 0 : at + 2 < end ? bytes[at + 2]! ^ 0x80 : 64;
    const fourth = size < 4 ? 0 : at + 3 < end ? bytes[at + 3]! ^ 0x80 : 64;
    const point =
      size === 2
        ? (first << 6) + second - 0x3000
        : size === 3
          ? (first << 12) + (second << 6) + third - 0xe0000
          : (first << 18) + (second << 12) + (third << 6) + fourth - 0x3c00000;
    if (
      (second | third | fourth) > 63 ||
      point < (size === 2 ? 0x80 : size === 3 ? 0x800 : 0x10000) ||
      point > 0x10ffff ||
      (point & 0x1ff800) === 0xd800
    ) {
      fail(frame, 'bad-string', at, illFormed);
    }
    at += size;
    if (size === 4) {
      units[count++] = 0xd7c0 + (point >> 10);
      units[count++] = 0xdc00 | (point & 0x3ff);
    } else units[count++] = point;
  }
  return fromUnits(units, 0, count);
}

/** Writes text as UTF-8 and returns its end, or -1 if it holds half of a surrogate pair. */
export function writeText(text: string, target: Uint8Array, start: number): number {
  let at = start;
  for (let i = 0; i < text.length; i++) {
    let point = text.charCodeAt(i);
    if (point < 0x80) {
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
