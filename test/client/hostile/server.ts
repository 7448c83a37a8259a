import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { Peer } from './peer.ts';
import { type HostileOptions, Script } from './script.ts';

export type { Peer } from './peer.ts';
export { ASSIGNED, type HostileOptions } from './script.ts';

// A DPS endpoint that behaves until told not to. Made of mqtt-packet and a WebSocket of its own, so that a mistake of ours
// in codec or framing cannot hide by being made twice.

export class HostileServer {
  #options: HostileOptions;
  readonly #script: Script<Peer>;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly peers: Peer[] = [];

  constructor(options: HostileOptions) {
    this.#options = options;
    this.#script = new Script(options);
    this.#server = createServer({ pauseOnConnect: true }, (socket) => this.#onConnection(socket));
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** What clients did that they must not. */
  get faults(): string[] {
    return this.peers.flatMap((peer) => [...peer.wire.faults, ...peer.frames.faults]);
  }

  /** All connections have ended, but for those that are not listened to. */
  get idle(): boolean {
    return [...this.#sockets].every((socket) => socket.isPaused());
  }

  /** A good server from the next connection on. */
  recover(tls: TlsOptions): void {
    this.#options = { ...this.#options, tls, corruptible: false };
    this.#script.recover();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #onConnection(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    const peer = new Peer(socket, this.#options, this.#script);
    this.peers.push(peer);
    const nothing = Buffer.alloc(0);
    this.#script.due('tcp', peer, nothing, () => this.#script.due('tls', peer, nothing, () => peer.secure()));
  }
}

export async function startHostile(options: HostileOptions): Promise<HostileServer> {
  return new HostileServer(options).listen();
}
