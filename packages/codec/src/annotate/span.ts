import type { DecodeError } from '../error.ts';

/** The bytes of one field. */
export interface Span {
  /** The field is `bytes[start .. end)` of the annotated bytes. It has at least one byte. */
  readonly start: number;
  /** The offset after the last byte. */
  readonly end: number;
  /** The name of the field in the standard, such as `Packet Identifier`. */
  readonly field: string;
  /** A number, a well-formed text, or the bytes themselves. */
  readonly value: string | number | Uint8Array;
  /** Why the packet is malformed. The byte at fault is in this span, or missing after it. Its offset counts within the packet. */
  readonly error?: DecodeError | undefined;
}
