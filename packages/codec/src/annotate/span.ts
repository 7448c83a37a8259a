import type { DecodeError } from '../error.ts';

/** A run of bytes with one meaning. */
export interface Span {
  /** `bytes[start .. end)` of what was annotated; never empty. */
  readonly start: number;
  /** The byte behind the run. */
  readonly end: number;
  /** What the standard calls it, such as `Packet Identifier`. */
  readonly field: string;
  /** A number, text that is well-formed, or the bytes themselves. */
  readonly value: string | number | Uint8Array;
  /** Why the packet is refused: the offending byte is in this span, or missing behind it. Its offset counts from the packet. */
  readonly error?: DecodeError | undefined;
}
