// The part of DER (ITU-T X.690) that certificates and signing requests are made of. A certificate library would bring
// 20 packages for these lines.

// Tags that have a name here are used in more than one place [X.690 8].
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const SEQUENCE = 0x30;

/** One element: the tag, the length of the contents in its shortest form, and the contents. At most 65,535 bytes. */
export function der(tag: number, ...contents: Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  if (body.length < 0x80) return Buffer.concat([Buffer.of(tag, body.length), body]);
  const length = body.length < 0x100 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...length), body]);
}

// Elements of one type each.

export const sequence = (...contents: Uint8Array[]): Buffer => der(SEQUENCE, ...contents);
export const setOf = (content: Uint8Array): Buffer => der(0x31, content);
export const octetString = (content: Uint8Array): Buffer => der(0x04, content);
/** `unusedBits`: how many of the lowest bits of the last byte do not count. */
export const bitString = (content: Uint8Array, unusedBits = 0): Buffer =>
  der(BIT_STRING, Buffer.of(unusedBits), content);
export const utf8String = (text: string): Buffer => der(0x0c, Buffer.from(text));
export const boolean = (value: boolean): Buffer => der(0x01, Buffer.of(value ? 0xff : 0));
/** Constructed, context-specific. */
export const tagged = (number: number, ...contents: Uint8Array[]): Buffer => der(0xa0 | number, ...contents);

/** Of a positive number, most significant byte first. */
export function integer(magnitude: Uint8Array): Buffer {
  return der(INTEGER, (magnitude[0] ?? 0) >= 0x80 ? Buffer.of(0) : Buffer.alloc(0), magnitude);
}

/** `1.2.840.10045.4.3.2` */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift(0x80 | (left & 0x7f));
    bytes.push(...groups);
  }
  return der(0x06, Buffer.from(bytes));
}

/** UTCTime until 2049, GeneralizedTime from then on: RFC 5280, 4.1.2.5. */
export function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/[-:T]|\.\d{3}/g, '');
  return digits < '2050' ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits));
}

/** One element: its tag, the bytes inside it, and the whole of it, header included. */
export interface Element {
  readonly tag: number;
  readonly body: Uint8Array;
  readonly whole: Uint8Array;
}

/** Elements that lie one behind another. Throws RangeError when the bytes are not DER of at most 65,535 bytes. */
export function elements(bytes: Uint8Array): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [start, end] = extent(bytes, at);
    found.push({ tag: bytes[at] ?? 0, body: bytes.subarray(start, end), whole: bytes.subarray(at, end) });
    at = end;
  }
  return found;
}

function extent(bytes: Uint8Array, at: number): [start: number, end: number] {
  const first = bytes[at + 1] ?? 0xff;
  const more = first < 0x80 ? 0 : first & 0x7f;
  if (more > 2 || (first >= 0x80 && more === 0)) throw new RangeError('a DER length is not acceptable');
  let length = more === 0 ? first : 0;
  for (let i = 0; i < more; i++) length = length * 256 + (bytes[at + 2 + i] ?? 0);
  const start = at + 2 + more;
  if (start + length > bytes.length) throw new RangeError('a DER element ends behind the last byte');
  return [start, start + length];
}

/** `1.2.840.10045.4.3.2`, from the body of an element. */
export function objectIdText(body: Uint8Array): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of body) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [first = 0, ...rest] = arcs;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - 40 * root, ...rest].join('.');
}
