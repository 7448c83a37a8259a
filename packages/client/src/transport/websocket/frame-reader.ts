import { decodeUtf8 } from '@mote/codec';
import { TransportError } from '../transport-error.ts';
import { BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT } from './frame.ts';

// Reads the bytes of a WebSocket server: application data and control frames come out [RFC 6455 5].
// - Data is passed on as it comes, without waiting for the end of a frame or message, since MQTT packets need not respect either
//   [MQTT-6.0.0-2]. So no memory is used for announced lengths, except up to 125 bytes of a control frame.
// - All data of one chunk are passed on at once: most servers put each packet into a frame of its own, and an application that waits for
//   messages could not take one between two frames of a chunk. So they would count as more than it has room for.
// - The first fault ends the reader, with the close code to send.
// - Of several pings in one chunk only the last is answered [RFC 6455 5.5.3]: 8,000 pings fit into one TLS record, and a pong takes
//   six times the bytes of a ping in our send buffer.

/** Most bytes of one frame. */
const MAX_FRAME = 1024 * 1024;

/** What the reader finds. The payload of a ping is a copy. */
export interface FrameEvents {
  /** Data of one chunk. They are a view of it: those of later frames have been moved up to those of the first. */
  data(bytes: Uint8Array): void;
  /** A ping: its payload is to be sent back. Always the last event of a chunk. */
  ping(payload: Uint8Array): void;
  /** The end: the peer has closed, or broken a rule. No event follows. */
  ended(closeCode: number, reason: Error): void;
}

/** Returns a function that takes the server's bytes, which then belong to the reader. */
export function frameReader(events: FrameEvents): (bytes: Uint8Array) => void {
  const header = new Uint8Array(10);
  let headerSize = 0;
  let opcode = 0;
  /** Bytes of the payload that are still to come; undefined while the header is incomplete. */
  let left: number | undefined;
  let inMessage = false;
  let control: number[] = [];
  let ping: number[] | undefined;
  /** The arguments of `events.ended`. */
  let ended: Parameters<FrameEvents['ended']> | undefined;

  function push(bytes: Uint8Array): void {
    const over = ended;
    let at = 0;
    /** Where the data of this chunk begin and end. */
    let from = 0;
    let to = 0;
    // A frame without a payload ends with its header, so the loop runs once more than there are bytes.
    while (!ended && (at < bytes.length || left === 0)) {
      if (left === undefined) {
        header[headerSize++] = bytes[at++]!;
        onHeader();
      } else {
        const part = bytes.subarray(at, at + left);
        if (opcode < CLOSE) {
          if (to === from) from = to = at;
          if (to < at) bytes.set(part, to);
          to += part.length;
        } else control.push(...part);
        at += part.length;
        left -= part.length;
        if (left === 0) onFrameEnd();
      }
    }
    if (to > from) events.data(bytes.subarray(from, to));
    if (ended !== over) events.ended(...ended!);
    else if (ping) events.ping(Uint8Array.from(ping));
    ping = undefined;
  }

  function onHeader(): void {
    const [first = 0, second = 0] = header;
    const size = second < 126 ? 2 : second === 126 ? 4 : 10;
    if (headerSize === 1) onFirstByte(first);
    else if (second > 127) fail('masked-frame');
    else if (opcode >= CLOSE && second > 125) fail('long-control-frame');
    else if (headerSize === size) {
      left = size === 2 ? second : header.subarray(2, size).reduce((length, byte) => length * 256 + byte, 0);
      // The highest bit must be 0, and the length must use its shortest form [RFC 6455 5.2].
      if ((header[2]! > 127 && size === 10) || (size > 2 && left < (size === 4 ? 126 : 65_536))) fail('frame-length');
      else if (left > MAX_FRAME) fail('frame-too-large', 1009);
    }
  }

  function onFirstByte(first: number): void {
    const final = first > 127;
    opcode = first & 15;
    if (first & 0x70) fail('reserved-bit');
    else if (opcode > PONG || (opcode > BINARY && opcode < CLOSE)) fail('reserved-opcode');
    else if (opcode >= CLOSE) final || fail('fragmented-control-frame');
    else if (opcode === TEXT) fail('text-frame', 1003);
    else if (inMessage !== (opcode === CONTINUATION)) fail('frame-order');
    else inMessage = !final;
  }

  function onFrameEnd(): void {
    const payload = control;
    control = [];
    left = undefined;
    headerSize = 0;
    if (opcode === PING) ping = payload;
    else if (opcode === CLOSE) onClose(payload);
  }

  function onClose([high, low, ...reason]: readonly number[]): void {
    const code = high === undefined ? 1000 : high * 256 + (low ?? 0);
    // Close codes that may be sent [RFC 6455 7.4, and the IANA registry].
    if (!/^(100[0-37-9]|101[0-4]|[34]\d{3})$/.test(String(code))) fail('close-code');
    else if (decodeUtf8(Uint8Array.from(reason)) === undefined) fail('close-reason', 1007);
    else end(code, new Error(`WebSocket close code ${code}`));
  }

  function fail(reason: string, closeCode = 1002): void {
    end(closeCode, new TransportError('violation', 'upgrade', { reason }));
  }

  function end(closeCode: number, reason: Error): void {
    ended = [closeCode, reason];
  }

  return push;
}
