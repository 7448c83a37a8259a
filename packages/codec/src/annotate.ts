import { decode } from './packet.ts';

/** A run of bytes with one meaning. */
export interface Span {
  /** Offsets into the annotated bytes: `bytes[start .. end)`. */
  readonly start: number;
  readonly end: number;
  /** What the standard calls it, such as `Packet Identifier`. */
  readonly field: string;
  readonly value: string | number | boolean | Uint8Array;
  /** What is wrong from here on. */
  readonly error?: Error | undefined;
}

/** Says what each byte of a stream of packets means, whether they are valid or not. The spans partition `bytes` exactly. */
export function annotate(bytes: Uint8Array): Span[] {
  let error: Error | undefined;
  try {
    decode(bytes);
  } catch (caught) {
    error = caught as Error;
  }
  return [{ start: 0, end: bytes.length, field: 'packet', value: bytes, error }];
}
