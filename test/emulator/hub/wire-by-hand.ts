import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import type { Emulator } from '@mote/emulator';

// A socket and a WebSocket written by hand, so that each SDK's own way can be shown.

/** Collects what comes, and tells of it as soon as it is there. */
export class HandSocket {
  readonly socket: TLSSocket;
  #received = Buffer.alloc(0);
  #wake: () => void = () => {};
  #ended = false;

  constructor(socket: TLSSocket) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  send(...chunks: Uint8Array[]): this {
    for (const chunk of chunks) this.socket.write(chunk);
    return this;
  }

  /** That many bytes, in hex; fewer when the connection ends before. */
  async take(count: number): Promise<string> {
    while (this.#received.length < count && !this.#ended) await this.#more();
    const taken = this.#received.subarray(0, count).toString('hex');
    this.#received = this.#received.subarray(count);
    return taken;
  }

  /** A head of HTTP, without the empty line. */
  async takeHead(): Promise<string> {
    while (this.#received.indexOf('\r\n\r\n') < 0 && !this.#ended) await this.#more();
    const end = this.#received.indexOf('\r\n\r\n');
    const head = this.#received.subarray(0, end).toString();
    this.#received = this.#received.subarray(end + 4);
    return head;
  }

  async closed(): Promise<void> {
    while (!this.#ended) await this.#more();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

export function dialByHand(
  { port, ca }: { readonly port: number; readonly ca: string },
  options: ConnectionOptions = {},
): Promise<HandSocket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: '127.0.0.1', port, ca, ...options });
    socket.once('error', reject);
    socket.once('secureConnect', () => resolve(new HandSocket(socket)));
  });
}

export type Upgrade = readonly string[];

/** Dials, and sends this request; the answer is the caller's to read. */
export async function dialWebSocket(
  azure: Emulator,
  upgrade: Upgrade,
  options: ConnectionOptions = {},
): Promise<HandSocket> {
  const device = await dialByHand({ port: azure.webSocketPort ?? 0, ca: azure.ca }, options);
  return device.send(Buffer.from(`${upgrade.join('\r\n')}\r\n\r\n`));
}

/** One masked frame, a whole message unless told. */
export function frame(payload: Uint8Array, opcode = 2): Buffer {
  const { length } = payload;
  const size =
    length < 126
      ? [0x80 | length]
      : length < 65_536
        ? [0x80 | 126, length >> 8, length & 255]
        : [0x80 | 127, 0, 0, 0, 0, length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255];
  const mask = [0x11, 0x22, 0x33, 0x44];
  const masked = payload.map((byte, at) => byte ^ mask[at % 4]!);
  return Buffer.concat([Buffer.of(0x80 | opcode, ...size, ...mask), masked]);
}

/** As the service sends it: one frame, not masked. */
export const served = (payload: Uint8Array): string =>
  Buffer.concat([Buffer.of(0x82, payload.length), payload]).toString('hex');
