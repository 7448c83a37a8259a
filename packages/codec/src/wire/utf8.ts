import { needs, requireBytes } from './misuse.ts';

// Strict UTF-8, as MQTT asks for it [1.5.3]: ill-formed text is refused, and nothing is replaced. TextEncoder and TextDecoder are not part
// of ECMAScript, and by default they replace what must be refused.

/**
 * The text as UTF-8 in a new array. Undefined if it has half of a surrogate pair. U+0000 is allowed here: only text fields of packets
 * forbid it. Throws a TypeError for anything but a string.
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
 * The text of these bytes. Undefined if they are not well-formed UTF-8. U+0000 is allowed. Throws a TypeError for anything but bytes.
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

/** Bytes of the text as UTF-8, or -1 if it has half of a surrogate pair. In a pair D800 to DBFF is first, DC00 to DFFF second. */
export function utf8Size(text: string): number {
  let size = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 127) size++;
    if (unit > 2047) size++;
    // A pair takes 4 bytes: by the rules above its first half counts 3, and its second, which is skipped here, counts 1.
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
      // The first byte is 110, 1110 or 11110 in bits, then the highest bits of the character. Bits above the low eight are dropped.
      target[at++] = (0xf80 >> more) | (point >> (6 * more));
      while (more--) target[at++] = 128 | ((point >> (6 * more)) & 63);
    }
  }
  return at;
}

/** Adds the UTF-16 code units of UTF-8 bytes to `units`. Returns the end, or the offset of the first ill-formed character. */
export function readUtf8(bytes: Uint8Array, at: number, end: number, units: number[]): number {
  while (at < end) {
    const lead = bytes[at]!;
    let point = lead;
    let next = at + 1;
    if (lead > 127) {
      const more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
      point &= 127 >> more;
      while (next <= at + more) {
        // A continuation byte (80 to BF) gives 0 to 63. Any other byte, and one past the end, gives 64 or more.
        const bits = next < end ? bytes[next++]! ^ 128 : 64;
        if (bits > 63) return at;
        point = (point << 6) | bits;
      }
      // Ill-formed: 80 to C1 as a first byte; overlong forms, which are 3 bytes below 800 and 4 bytes below 10000; surrogates, D800 to
      // DFFF; anything past 10FFFF.
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

/**
 * The text of these UTF-16 code units. Each call and each `+=` makes an object, so eight at a time take two thirds of the time of four;
 * sixteen are no faster, `apply` is slower (Node 20). What the last call reads past the end is cut off.
 */
export function fromUnits(list: { readonly [at: number]: number }, at: number, end: number): string {
  let text = '';
  for (; at < end; at += 8) {
    // biome-ignore format: one line to a row
    text += String.fromCharCode(
      list[at]!, list[at + 1]!, list[at + 2]!, list[at + 3]!, list[at + 4]!, list[at + 5]!, list[at + 6]!, list[at + 7]!,
    ).slice(0, end - at);
  }
  return text;
}
