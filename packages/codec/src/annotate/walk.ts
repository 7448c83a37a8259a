import type { Frame } from '../frame.ts';
import { PUBLISH } from '../packet-type.ts';
import { readText } from '../wire/text.ts';
import { ANY_TEXT } from '../wire/text-rule.ts';
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

  take(field: string, size: number, value?: Span['value']): Uint8Array {
    const start = this.at;
    const end = Math.min(start + size, this.end);
    const bytes = this.bytes.subarray(start, end);
    this.at = end;
    if (end > start) this.spans.push({ start, end, field, value: value ?? bytes });
    return bytes;
  }

  /** Returns -1 if the bytes end before it does. */
  number(field: string, size: number): number {
    let value = 0;
    for (let i = this.at; i < Math.min(this.at + size, this.end); i++) value = value * 256 + this.bytes[i]!;
    return this.take(field, size, value).length === size ? value : -1;
  }

  /** False if the packet has no body that could be named: its length is not all there, or no length. */
  remainingLength(): boolean {
    let value = 0;
    let size = 0;
    let scale = 1;
    let byte = 128;
    while (byte > 127 && size < 4 && this.at + size < this.end) {
      byte = this.bytes[this.at + size]!;
      value += (byte & 127) * scale;
      scale *= 128;
      size++;
    }
    const whole = byte < 128;
    this.take('Remaining Length', size, whole ? value : undefined);
    if (whole) this.end = Math.min(this.end, this.at + value);
    return whole;
  }

  /** A field behind its length of two bytes. */
  prefixed(field: string, isText = true): void {
    const size = this.number(`${field} length`, 2);
    if (size < 0) return;
    const { bytes, at } = this;
    const end = Math.min(at + size, this.end);
    this.take(field, size, isText ? textOf(bytes, at, end) : undefined);
  }

  rest(field: string): void {
    this.take(field, this.end - this.at);
  }
}

function textOf(bytes: Uint8Array, start: number, end: number): string | undefined {
  const frame: Frame = { type: PUBLISH, flags: 0, bytes, start, end };
  try {
    return readText(frame, start, end, '1.5.3-1', ANY_TEXT);
  } catch {
    return undefined;
  }
}
