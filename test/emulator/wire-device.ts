import { connect as connectTls, type TLSSocket } from 'node:tls';
import { decodePacket, encodePacket, Framer, type Packet } from '@mote/codec';
import type { Emulator } from '@mote/emulator';

/** A device over real TLS that does nothing by itself. */
export class WireDevice {
  readonly socket: TLSSocket;
  readonly #framer = new Framer();
  readonly #received: Packet[] = [];
  #waiting: (() => void)[] = [];
  #ended = false;

  constructor(socket: TLSSocket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      this.#framer.push(chunk);
      for (const frame of this.#framer) {
        const packet = decodePacket(frame);
        this.#received.push('payload' in packet ? { ...packet, payload: packet.payload.slice() } : packet);
      }
      this.#notify();
    });
    socket.on('close', () => {
      this.#ended = true;
      this.#notify();
    });
  }

  send(...packets: (Packet | Uint8Array)[]): this {
    for (const packet of packets) this.socket.write(packet instanceof Uint8Array ? packet : encodePacket(packet));
    return this;
  }

  /** The next packet; undefined when the connection is closed before one comes. */
  async next(): Promise<Packet | undefined> {
    while (this.#received.length === 0 && !this.#ended)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.#received.shift();
  }

  /** Resolves when the connection is closed, with the packets that came before and were not taken. */
  async closed(): Promise<Packet[]> {
    while (!this.#ended) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.#received;
  }

  #notify(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

export interface Identity {
  readonly cert?: string;
  readonly key?: string;
}

export function dial(dps: Pick<Emulator, 'port' | 'ca'>, identity: Identity = {}): Promise<WireDevice> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: '127.0.0.1', port: dps.port, ca: dps.ca, ...identity });
    socket.once('error', reject);
    socket.once('secureConnect', () => resolve(new WireDevice(socket)));
  });
}
