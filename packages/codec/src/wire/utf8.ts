import { needs, requireBytes } from './misuse.ts';

// UTF-8 as MQTT wants it [1.5.3], both ways: nothing that is ill-formed, and nothing replaced. TextEncoder and TextDecoder are no part
// of ECMAScript, and replace without a word what is to be refused.

/**
 * The text as UTF-8 in memory of its own; undefined if it holds half of a surrogate pair. U+0000 is a character like others here:
 * only the text fields of a packet may not hold it.
 *
 * @example
 * encodeUtf8('°C'); // Uint8Array.of(0xc2, 0xb0, 0x43)
 * encodeUtf8('\ud800'); // undefined
 */
export function encodeUtf8(text: string): Uint8Array | undefined {
  if (typeof text !== 'string') needs('text', 'a string', text);
  const size = utf8Size(text);
  if (size < 0) return undefined;
  const bytes = new Uint8Array(size);
  writeUtf8(text, bytes, 0);
  return bytes;
}

/**
 * The text of these bytes; undefined if they are not well-formed UTF-8. U+0000 is a character like others here.
 *
 * @example
 * decodeUtf8(Uint8Array.of(0xc2, 0xb0, 0x43)); // '°C'
 * decodeUtf8(Uint8Array.of(0xc2)); // undefined
 */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  const { length } = requireBytes('bytes', bytes);
  const units: number[] = [];
  return readUtf8(bytes, 0, length, units) < length ? undefined : fromUnits(units, 0, units.length);
}

/** Bytes of the text as UTF-8, or -1 if it holds half of a surrogate pair: D800 to DBFF come first, DC00 to DFFF behind them. */
export function utf8Size(text: string): number {
  let size = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 127) size++;
    if (unit > 2047) size++;
    // Half of a pair takes 3 bytes by these rules, and the other half, which is skipped, the one of its place: 4 for both.
    if (unit >> 11 === 27 && (unit >> 10 !== 54 || text.charCodeAt(++i) >> 10 !== 55)) return -1;
  }
  return size;
}

/** Writes well-formed text as UTF-8. Returns the end. */
export function writeUtf8(text: string, target: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) {
    let point = text.charCodeAt(i);
    if (point < 128) target[at++] = point;
    else {
      if (point >> 11 === 27) point = (point << 10) + text.charCodeAt(++i) - 0x35fdc00;
      let more = point < 2048 ? 1 : point < 65536 ? 2 : 3;
      // The first byte is 110, 1110 or 11110 and the highest bits; an array of bytes drops what is above them.
      target[at++] = (0xf80 >> more) | (point >> (6 * more));
      while (more--) target[at++] = 128 | ((point >> (6 * more)) & 63);
    }
  }
  return at;
}

/** Puts the UTF-16 code units of UTF-8 into `units`. Returns the end, or where a character begins that is ill-formed. */
export function readUtf8(bytes: Uint8Array, at: number, end: number, units: number[]): number {
  while (at < end) {
    const lead = bytes[at]!;
    let point = lead;
    let next = at + 1;
    if (lead > 127) {
      const more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
      point &= 127 >> more;
      while (next <= at + more) {
        // What is no continuation byte (80 to BF), or behind the end, comes out as 64 or more.
        const bits = next < end ? bytes[next++]! ^ 128 : 64;
        if (bits > 63) return at;
        point = (point << 6) | bits;
      }
      // 80 to C1 begin nothing; 3 bytes for less than 11 bits and 4 for less than 16 are overlong; D800 to DFFF are surrogates.
      if (lead < 0xc2 || point < 2 << (5 * more) || point >> 11 === 27 || point > 0x10ffff) return at;
      if (more > 2) {
        units.push(0xd7c0 + (point >> 10));
        point = 0xdc00 | (point & 0x3ff);
      }
    }
    units.push(point);
    at = next;
  }
  return at;
}

/** The text of these UTF-16 code units: four at a time, which takes half of what one by one or `apply` takes (Node 20). */
export function fromUnits(list: { readonly [at: number]: number }, at: number, end: number): string {
  const { fromCharCode } = String;
  let text = '';
  for (; at + 4 <= end; at += 4) text += fromCharCode(list[at]!, list[at + 1]!, list[at + 2]!, list[at + 3]!);
  for (; at < end; at++) text += fromCharCode(list[at]!);
  return text;
}
