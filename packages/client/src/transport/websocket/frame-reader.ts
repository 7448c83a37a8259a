import { BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT } from './frame.ts';

// Bytes of a WebSocket server in, application data and control frames out [RFC 6455 5].
// - Data is handed on as it comes, without waiting for the end of a frame or message: MQTT has its own packets
//   [MQTT-6.0.0-2]. So nothing is kept of what was announced, but for the 125 bytes of a control frame.
// - The first fault ends it, with the close code to send.

/** Generous for a service whose messages have at most 96 KB. */
const MAX_FRAME = 1024 * 1024;

export interface FrameEvents {
  data(bytes: Uint8Array): void;
  /** The payload is to be sent back. */
  ping(payload: Uint8Array): void;
  /** 1005 if the peer gave no code. */
  closed(code: number): void;
  failed(closeCode: number, message: string): void;
}

export class FrameReader {
  readonly #events: FrameEvents;
  readonly #header = new Uint8Array(10);
  #headerSize = 0;
  #opcode = 0;
  #final = false;
  /** Of the payload at hand, not yet seen. */
  #left = 0;
  #inMessage = false;
  #control: Uint8Array = new Uint8Array(0);
  #inPayload = false;
  #ended = false;

  constructor(events: FrameEvents) {
    this.#events = events;
  }

  push(bytes: Uint8Array): void {
    let at = 0;
    // A frame without payload ends with its header, so the loop has one turn more than there are bytes.
    while (!this.#ended && (at < bytes.length || (this.#inPayload && this.#left === 0))) {
      if (!this.#inPayload) {
        this.#header[this.#headerSize++] = bytes[at++]!;
        this.#readHeader();
        continue;
      }
      const part = bytes.subarray(at, at + this.#left);
      at += part.length;
      this.#left -= part.length;
      this.#onPayload(part);
    }
  }

  #readHeader(): void {
    const [first, second] = this.#header as unknown as [number, number];
    if (this.#headerSize === 1) this.#onFirstByte(first);
    else if (this.#headerSize === 2) this.#onSecondByte(second);
    const size = second < 126 ? 2 : second === 126 ? 4 : 10;
    if (this.#ended || this.#headerSize < 2 || this.#headerSize < size) return;
    const view = new DataView(this.#header.buffer);
    const high = size === 10 ? view.getUint32(2) : 0;
    const length = size === 2 ? second : size === 4 ? view.getUint16(2) : high * 2 ** 32 + view.getUint32(6);
    if (high > 0x7fffffff) this.#fail(1002, 'the highest bit of a length is set');
    else if ((size === 4 && length < 126) || (size === 10 && length < 65_536))
      this.#fail(1002, 'a length is not in its shortest form');
    else if (length > MAX_FRAME) this.#fail(1009, `a frame of ${length} bytes`);
    this.#left = length;
    this.#inPayload = true;
    this.#control = new Uint8Array(0);
  }

  #onFirstByte(first: number): void {
    this.#final = first > 127;
    this.#opcode = first & 15;
    const opcode = this.#opcode;
    const known = opcode <= BINARY || (opcode >= CLOSE && opcode <= PONG);
    if (first & 0x70) this.#fail(1002, 'a reserved bit is set');
    else if (!known) this.#fail(1002, `opcode ${opcode} is reserved`);
    else if (opcode >= CLOSE && !this.#final) this.#fail(1002, 'a control frame is fragmented');
    else if (opcode === TEXT) this.#fail(1003, 'a text frame [MQTT-6.0.0-1]');
    else if (opcode === CONTINUATION && !this.#inMessage) this.#fail(1002, 'nothing to continue');
    else if (opcode === BINARY && this.#inMessage) this.#fail(1002, 'a new message inside another');
    else if (opcode < CLOSE) this.#inMessage = !this.#final;
  }

  #onSecondByte(second: number): void {
    if (second > 127) this.#fail(1002, 'a frame of the server is masked');
    else if (this.#opcode >= CLOSE && second > 125) this.#fail(1002, 'a control frame of more than 125 bytes');
  }

  #onPayload(part: Uint8Array): void {
    const whole = this.#left === 0;
    if (whole) {
      this.#inPayload = false;
      this.#headerSize = 0;
    }
    if (this.#opcode < CLOSE) {
      if (part.length > 0) this.#events.data(part);
      return;
    }
    this.#control = joined(this.#control, part);
    if (!whole) return;
    if (this.#opcode === PING) this.#events.ping(this.#control);
    else if (this.#opcode === CLOSE) this.#onClose(this.#control);
  }

  #onClose(payload: Uint8Array): void {
    const code = payload.length === 0 ? 1005 : payload.length === 1 ? 0 : payload[0]! * 256 + payload[1]!;
    if (code !== 1005 && !isCloseCode(code)) this.#fail(1002, `close code ${code}`);
    else if (payload.length === 2 && code === 1005) this.#fail(1002, 'close code 1005');
    else if (!isUtf8(payload.subarray(2))) this.#fail(1007, 'the reason of a close is no UTF-8');
    else {
      this.#ended = true;
      this.#events.closed(code);
    }
  }

  #fail(closeCode: number, message: string): void {
    this.#ended = true;
    this.#events.failed(closeCode, message);
  }
}

/** Those that may be on the wire [RFC 6455 7.4, and the registry of IANA]. */
function isCloseCode(code: number): boolean {
  return (
    (code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006) || (code >= 3000 && code <= 4999)
  );
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}
