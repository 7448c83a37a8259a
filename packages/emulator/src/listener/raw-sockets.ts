import type { Server, Socket } from 'node:net';

/** A TCP connection below TLS. */
export interface RawConnection {
  readonly socket: Socket;
  readonly acceptedAt: number;
  /** MQTT has begun: from now on the service minds the time. */
  handOver(): void;
}

/** All TCP connections of the emulator: counted, limited, and closed when their handshake takes too long. */
export class RawSockets {
  readonly #connections = new Map<string, RawConnection>();
  readonly #maxConnections: number;
  readonly #timeoutMs: number;
  readonly #now: () => number;

  constructor(limits: { readonly maxConnections: number; readonly connectTimeoutMs: number }, now: () => number) {
    this.#maxConnections = limits.maxConnections;
    this.#timeoutMs = limits.connectTimeoutMs;
    this.#now = now;
  }

  watch(server: Server): void {
    server.on('connection', (socket) => this.#add(socket));
  }

  /** By the remote end's address and port, which TLS hands on. */
  find({ remoteAddress, remotePort }: Socket): RawConnection | undefined {
    return this.#connections.get(`${remoteAddress}:${remotePort}`);
  }

  destroyAll(): void {
    for (const { socket } of this.#connections.values()) socket.destroy();
  }

  #add(socket: Socket): void {
    const key = `${socket.remoteAddress}:${socket.remotePort}`;
    if (this.#connections.size >= this.#maxConnections) {
      socket.resetAndDestroy();
      return;
    }
    const timer = setTimeout(() => socket.destroy(), this.#timeoutMs);
    const handOver = () => clearTimeout(timer);
    this.#connections.set(key, { socket, acceptedAt: this.#now(), handOver });
    // A reset under the TLS layer is reported there; without a listener here it would end the process.
    socket.on('error', () => {});
    socket.once('close', () => {
      clearTimeout(timer);
      this.#connections.delete(key);
    });
  }
}
