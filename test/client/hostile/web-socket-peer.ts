import { createHash } from 'node:crypto';

/** The server's side of RFC 6455, apart from everything that is ours: what a good server sends, and a reader of client frames. */

export interface Upgrade {
  readonly path: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly rest: Buffer;
}

/** Undefined while the request is not whole. */
export function readUpgrade(bytes: Buffer): Upgrade | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first, ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return { path: first!.split(' ')[1]!, headers, rest: bytes.subarray(end + 4) };
}

export function acceptFor(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}

export function switchingProtocols(key: string): string {
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptFor(key)}\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n`;
}

export function serverFrame(payload: Uint8Array, opcode = 2): Buffer {
  const { length } = payload;
  const header =
    length < 126
      ? Buffer.from([0x80 | opcode, length])
      : length < 65_536
        ? Buffer.from([0x80 | opcode, 126, length >> 8, length & 255])
        : Buffer.concat([Buffer.from([0x80 | opcode, 127, 0, 0, 0, 0]), uint32(length)]);
  return Buffer.concat([header, payload]);
}

export interface ClientFrame {
  readonly opcode: number;
  readonly payload: Buffer;
  readonly mask: string;
}

export class ClientFrames {
  readonly frames: ClientFrame[] = [];
  readonly faults: string[] = [];
  #bytes: Buffer = Buffer.alloc(0);
  #closed = false;

  /** The frames that became whole. */
  push(chunk: Uint8Array): ClientFrame[] {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const before = this.frames.length;
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) this.frames.push(frame);
    return this.frames.slice(before);
  }

  #next(): ClientFrame | undefined {
    const bytes = this.#bytes;
    if (bytes.length < 2) return undefined;
    const short = bytes[1]! & 127;
    const start = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length < start + 4) return undefined;
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : bytes.readUInt32BE(6);
    if (bytes.length < start + 4 + length) return undefined;
    if (bytes[1]! < 128) this.faults.push('a client frame is not masked');
    if (bytes[0]! & 0x70 || bytes[0]! < 128) this.faults.push(`first byte ${bytes[0]}`);
    if ((short === 126 && length < 126) || (short === 127 && length < 65_536))
      this.faults.push('a length is not minimal');
    if (this.#closed) this.faults.push('a client frame behind CLOSE');
    this.#closed ||= (bytes[0]! & 15) === 8;
    const mask = bytes.subarray(start, start + 4);
    const payload = Buffer.from(bytes.subarray(start + 4, start + 4 + length).map((byte, i) => byte ^ mask[i & 3]!));
    this.#bytes = bytes.subarray(start + 4 + length);
    return { opcode: bytes[0]! & 15, payload, mask: mask.toString('hex') };
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
