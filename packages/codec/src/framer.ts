import { type Frame, fail } from './frame.ts';
import { type OpenFrame, readHeader } from './wire/header.ts';

export interface FramerOptions {
  /** Bytes, fixed header included. A larger packet is refused when its header has been read. Default 262,144. */
  readonly maxPacketSize?: number;
}

const NOTHING: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

/** Cuts a stream of bytes into packets, in linear time however the stream was cut. */
export class Framer {
  readonly maxPacketSize: number;
  private readonly frame: OpenFrame;
  private bytes = NOTHING;
  private at = 0;
  private limit = 0;

  constructor(options: FramerOptions = {}) {
    this.maxPacketSize = options.maxPacketSize ?? 262144;
    this.frame = { type: 1, flags: 0, bytes: NOTHING, start: 0, end: 0, headerSize: 0, error: undefined };
  }

  push(chunk: Uint8Array, start = 0, end: number = chunk.length): void {
    const rest = this.limit - this.at;
    const joined = new Uint8Array(rest + end - start);
    joined.set(this.bytes.subarray(this.at, this.limit));
    joined.set(chunk.subarray(start, end), rest);
    this.bytes = joined;
    this.at = 0;
    this.limit = joined.length;
  }

  /** The next whole packet, in an object that the next call fills anew; undefined while it has not all arrived. */
  next(): Frame | undefined {
    const { frame } = this;
    if (frame.error) throw frame.error;
    const end = readHeader(frame, this.bytes, this.at, this.limit);
    if (end - this.at > this.maxPacketSize) {
      fail(frame, 'packet-too-large', this.at + 1, 'MQTT-4.8.0-2', `packet of ${end - this.at} bytes`);
    }
    if (end === 0 || end > this.limit) return undefined;
    this.at = end;
    return frame;
  }

  [Symbol.iterator](): Iterator<Frame> {
    return {
      next: (): IteratorResult<Frame> => {
        const frame = this.next();
        return frame ? { done: false, value: frame } : { done: true, value: undefined };
      },
    };
  }
}
