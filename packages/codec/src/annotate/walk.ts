import { decodeUtf8 } from '../wire/utf8.ts';
import type { Span } from './span.ts';

/** Reads the bytes of one packet from left to right and names them. It stops at their end, even if a length says more. */
export class Walk {
  readonly spans: Span[] = [];
  private readonly _source: Uint8Array;
  private _offset: number;
  /** The end of the bytes. When the Remaining Length has been read: the end of the packet, if that comes first. */
  private _limit: number;

  constructor(bytes: Uint8Array, at: number) {
    this._source = bytes;
    this._offset = at;
    this._limit = bytes.length;
  }

  get done(): boolean {
    return this._offset === this._limit;
  }

  /** Names the next `size` bytes, or as many as are left. A field of which no byte is left makes no span. */
  take(field: string, size: number, value?: Span['value']): void {
    const start = this._offset;
    const end = Math.min(start + size, this._limit);
    this._offset = end;
    if (end > start) this.spans.push({ start, end, field, value: value ?? this._source.subarray(start, end) });
  }

  /** Names a number, the high byte first [1.5.2], and returns it. If it is cut, only the bytes that are there count. */
  number(field: string, size: number): number {
    let value = 0;
    for (let i = this._offset; i < Math.min(this._offset + size, this._limit); i++)
      value = value * 256 + this._source[i]!;
    this.take(field, size, value);
    return value;
  }

  /** Names the Remaining Length. Returns false if it is unfinished or longer than four bytes: then no body can be named. */
  remainingLength(): boolean {
    let value = 0;
    let size = 0;
    let byte: number;
    do {
      byte = this._source[this._offset + size] ?? 128; // a missing byte reads as 128, which says that more follows
      value += (byte & 127) << (7 * size);
      size++;
    } while (byte > 127 && size < 4);
    const whole = byte < 128;
    this.take('Remaining Length', size, whole ? value : undefined);
    this._limit = Math.min(this._limit, this._offset + value);
    return whole;
  }

  /** Names a length of two bytes and the field after it. */
  prefixed(field: string, isText = true): void {
    const size = this.number(`${field} length`, 2);
    const { _source: bytes, _offset: at } = this;
    const end = Math.min(at + size, this._limit);
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
