import { decodeUtf8 } from '../wire/utf8.ts';
import type { Span } from './span.ts';

/** Reads the bytes of one packet from left to right and names them. It stops at their end, even if a length says more. */
export class Walk {
  readonly spans: Span[] = [];
  private readonly _bytes: Uint8Array;
  private _at: number;
  /** The end of the bytes. When the Remaining Length has been read: the end of the packet, if that comes first. */
  private _end: number;

  constructor(bytes: Uint8Array, at: number) {
    this._bytes = bytes;
    this._at = at;
    this._end = bytes.length;
  }

  get done(): boolean {
    return this._at === this._end;
  }

  /** Names the next `size` bytes, or as many as are left. A field of which no byte is left makes no span. */
  take(field: string, size: number, value?: Span['value']): void {
    const start = this._at;
    const end = Math.min(start + size, this._end);
    this._at = end;
    if (end > start) this.spans.push({ start, end, field, value: value ?? this._bytes.subarray(start, end) });
  }

  /** Names a number, the high byte first [1.5.2], and returns it. If it is cut, only the bytes that are there count. */
  number(field: string, size: number): number {
    let value = 0;
    for (let i = this._at; i < Math.min(this._at + size, this._end); i++) value = value * 256 + this._bytes[i]!;
    this.take(field, size, value);
    return value;
  }

  /** Names the Remaining Length. Returns false if it is unfinished or longer than four bytes: then no body can be named. */
  remainingLength(): boolean {
    let value = 0;
    let size = 0;
    let byte: number;
    do {
      byte = this._bytes[this._at + size] ?? 128; // a missing byte reads as 128, which says that more follows
      value += (byte & 127) << (7 * size);
      size++;
    } while (byte > 127 && size < 4);
    const whole = byte < 128;
    this.take('Remaining Length', size, whole ? value : undefined);
    this._end = Math.min(this._end, this._at + value);
    return whole;
  }

  /** Names a length of two bytes and the field after it. */
  prefixed(field: string, isText = true): void {
    const size = this.number(`${field} length`, 2);
    const { _bytes: bytes, _at: at } = this;
    const end = Math.min(at + size, this._end);
    this.take(field, size, isText ? textOf(bytes.subarray(at, end)) : undefined);
  }

  /** Names all bytes that are left in the packet. */
  rest(field: string): void {
    this.take(field, Infinity);
  }
}

/** The text, if it may stand in a packet [MQTT-1.5.3-1] [MQTT-1.5.3-2]. Undefined: the bytes are shown. */
function textOf(bytes: Uint8Array): string | undefined {
  const text = decodeUtf8(bytes);
  return text === undefined || text.indexOf('\0') >= 0 ? undefined : text;
}
