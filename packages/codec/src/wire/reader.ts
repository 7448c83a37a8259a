import { type Frame, fail } from '../frame.ts';
import type { PacketType } from '../packet-type.ts';
import { readUtf8, utf8Fault } from './utf8.ts';

const UNNUMBERED = 'MQTT-4.8.0-1';

/** Reads the fields of one frame in order. Every read goes through `take`, the one gate at the end of the body. */
export class Reader {
  readonly frame: Frame;
  at: number;

  constructor(frame: Frame, type: PacketType) {
    if (frame.type !== type)
      fail(frame, 'bad-packet-type', frame.start, UNNUMBERED, `a frame of type ${frame.type}, not ${type}`);
    this.frame = frame;
    this.at = frame.start;
  }

  get done(): boolean {
    return this.at === this.frame.end;
  }

  u8(statement: string = UNNUMBERED): number {
    return this.frame.bytes[this.take(1, this.at, statement)]!;
  }

  u16(statement: string = UNNUMBERED): number {
    const at = this.take(2, this.at, statement);
    return this.frame.bytes[at]! * 256 + this.frame.bytes[at + 1]!;
  }

  packetId(): number {
    const packetId = this.u16('MQTT-2.3.1-1');
    if (packetId === 0) this.refuse('bad-packet-id', this.at - 2, 'MQTT-2.3.1-1', 'Packet Identifier 0');
    return packetId;
  }

  text(statement: string): string {
    const start = this.prefixed(statement);
    const { bytes } = this.frame;
    const fault = utf8Fault(bytes, start, this.at);
    if (fault >= 0) {
      if (bytes[fault] === 0) this.refuse('bad-string', fault, 'MQTT-1.5.3-2', 'U+0000 in text');
      this.refuse('bad-string', fault, statement, 'ill-formed UTF-8');
    }
    return readUtf8(bytes, start, this.at);
  }

  topicName(statement: string): string {
    const start = this.at + 2;
    const text = this.text(statement);
    this.notEmpty(start);
    const { bytes } = this.frame;
    for (let at = start; at < this.at; at++) {
      if (bytes[at] === 0x23 || bytes[at] === 0x2b) {
        this.refuse(
          'bad-topic',
          at,
          statement === 'MQTT-3.1.3-10' ? 'MQTT-4.7.1-1' : 'MQTT-3.3.2-2',
          'wildcard in a Topic Name',
        );
      }
    }
    return text;
  }

  topicFilter(statement: string): string {
    const start = this.at + 2;
    const text = this.text(statement);
    this.notEmpty(start);
    const { bytes } = this.frame;
    for (let at = start; at < this.at; at++) {
      const byte = bytes[at];
      if (byte !== 0x23 && byte !== 0x2b) continue;
      const last = at + 1 === this.at;
      if ((at > start && bytes[at - 1] !== 0x2f) || (!last && (byte === 0x23 || bytes[at + 1] !== 0x2f))) {
        this.refuse('bad-topic', at, byte === 0x23 ? 'MQTT-4.7.1-2' : 'MQTT-4.7.1-3', 'ill-placed wildcard');
      }
    }
    return text;
  }

  /** A view into the bytes that were received. */
  binary(statement: string): Uint8Array {
    return view(this.frame.bytes, this.prefixed(statement), this.at);
  }

  rest(): Uint8Array {
    return view(this.frame.bytes, this.at, this.frame.end);
  }

  expectEnd(statement: string = UNNUMBERED): void {
    if (!this.done)
      this.refuse('trailing-bytes', this.at, statement, `${this.frame.end - this.at} bytes behind the last field`);
  }

  refuse(code: Parameters<typeof fail>[1], at: number, statement: string, problem: string): never {
    fail(this.frame, code, at, statement, problem);
  }

  private notEmpty(start: number): void {
    if (start === this.at) this.refuse('bad-topic', start - 2, 'MQTT-4.7.3-1', 'empty topic');
  }

  private prefixed(statement: string): number {
    const field = this.at;
    return this.take(this.u16(statement), field, statement);
  }

  private take(count: number, field: number, statement: string): number {
    const at = this.at;
    const left = this.frame.end - at;
    if (left < count) this.refuse('truncated', field, statement, `a field needs ${count} bytes; ${left} are left`);
    this.at = at + count;
    return at;
  }
}

function view(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);
}
