// The part of DER (ITU-T X.690) that tells certificates, requests and keys apart. Read only; no value is changed.

/** One element: its tag, and the bytes inside it. */
export interface Element {
  readonly tag: number;
  readonly body: Uint8Array;
}

export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const OBJECT_ID = 0x06;
export const SEQUENCE = 0x30;
export const SET = 0x31;

/** Where the element at `at` has its first content byte and its end; the end is NaN when the length is not DER's. */
function extent(bytes: Uint8Array, at: number): readonly [start: number, end: number] {
  const first = bytes[at + 1]!;
  if (first < 0x80) return [at + 2, at + 2 + first];
  const count = first & 0x7f;
  // Four bytes of length are 4 GB; none at all is the indefinite form of BER.
  if (count < 1 || count > 4) return [at, NaN];
  let length = 0;
  for (let i = 0; i < count; i++) length = length * 256 + bytes[at + 2 + i]!;
  return [at + 2 + count, at + 2 + count + length];
}

/** Bytes that the first element takes, its header included; 0 when they do not begin with a whole SEQUENCE. */
export function sequenceSize(bytes: Uint8Array): number {
  if (bytes[0] !== SEQUENCE) return 0;
  const end = extent(bytes, 0)[1];
  return end <= bytes.length ? end : 0;
}

/** The elements that lie one behind another; none at all when the bytes are not DER. */
export function elements(bytes: Uint8Array | undefined): Element[] {
  const found: Element[] = [];
  for (let at = 0; bytes && at < bytes.length; ) {
    const [start, end] = extent(bytes, at);
    if (!(end <= bytes.length)) return [];
    found.push({ tag: bytes[at]!, body: bytes.subarray(start, end) });
    at = end;
  }
  return found;
}
