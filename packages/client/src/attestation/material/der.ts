// The part of DER [ITU-T X.690] that is needed to tell certificates, requests and keys apart.

/** One element: its tag and its content. */
export interface Element {
  readonly tag: number;
  readonly body: Uint8Array;
}

// Tags of DER [X.690 8].
export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const OBJECT_ID = 0x06;
export const SEQUENCE = 0x30;
export const SET = 0x31;

/** Where the content of the element at `at` begins and ends. The end is NaN when the length is not valid in DER. */
function extent(bytes: Uint8Array, at: number): readonly [start: number, end: number] {
  const first = bytes[at + 1]!;
  if (first < 0x80) return [at + 2, at + 2 + first];
  const count = first & 0x7f;
  // Four length bytes are enough for 4 GB. Zero length bytes mean the indefinite form of BER, which DER forbids.
  if (count < 1 || count > 4) return [at, NaN];
  let length = 0;
  for (let i = 0; i < count; i++) length = length * 256 + bytes[at + 2 + i]!;
  return [at + 2 + count, at + 2 + count + length];
}

/** Size of the first element with its header, in bytes. 0 when the bytes do not begin with a complete SEQUENCE. */
export function sequenceSize(bytes: Uint8Array): number {
  if (bytes[0] !== SEQUENCE) return 0;
  const end = extent(bytes, 0)[1];
  return end <= bytes.length ? end : 0;
}

/** The elements that follow one another in these bytes. Empty when the bytes are not DER. */
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
