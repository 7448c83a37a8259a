import { decodeUtf8 } from '../wire/utf8.ts';
import type { Span } from './span.ts';

/** Goes along the bytes of one packet and names them. Never goes past their end, whatever a length says. */
export class Walk {
  readonly spans: Span[] = [];
  private readonly bytes: Uint8Array;
  private at: number;
  private end: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = bytes.length;
  }

  get done(): boolean {
    return this.at === this.end;
  }

  take(field: string, size: number, value?: Span['value']): void {
    const start = this.at;
    const end = Math.min(start + size, this.end);
    this.at = end;
    if (end > start) this.spans.push({ start, end, field, value: value ?? this.bytes.subarray(start, end) });
  }

  /** Returns the number that its bytes make, as far as they are there. */
  number(field: string, size: number): number {
    let value = 0;
    for (let i = this.at; i < Math.min(this.at + size, this.end); i++) value = value * 256 + this.bytes[i]!;
    this.take(field, size, value);
    return value;
  }

  /** False if the packet has no body that could be named: its length is not all there, or no length. */
  remainingLength(): boolean {
    let value = 0;
    let size = 0;
    let byte: number;
    do {
      byte = this.bytes[this.at + size] ?? 128; // one that is not there is not the last
      value += (byte & 127) << (7 * size);
      size++;
    } while (byte > 127 && size < 4);
    const whole = byte < 128;
    this.take('Remaining Length', size, whole ? value : undefined);
    this.end = Math.min(this.end, this.at + value);
    return whole;
  }

  /** A field behind its length of two bytes. */
  prefixed(field: string, isText = true): void {
    const size = this.number(`${field} length`, 2);
    const { bytes, at } = this;
    const end = Math.min(at + size, this.end);
    this.take(field, size, isText ? textOf(bytes.subarray(at, end)) : undefined);
  }

  rest(field: string): void {
    this.take(field, Infinity);
  }
}

/** Text that may stand in a packet; what is none is shown as bytes. */
function textOf(bytes: Uint8Array): string | undefined {
  const text = decodeUtf8(bytes);
  return text === undefined || text.indexOf('\0') >= 0 ? undefined : text;
}
