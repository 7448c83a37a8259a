import type { Server, Socket } from 'node:net';

/** A TCP connection below TLS. */
export interface RawConnection {
  readonly socket: Socket;
  /** Milliseconds since 1970, by the emulator's clock. */
  readonly acceptedAt: number;
  /** The handshakes are over: from now on the service has the time limit for CONNECT. */
  onAssigned(): void;
}

/** All TCP connections of the emulator: counted, limited, and closed when their handshake takes too long. */
export class RawSockets {
  readonly #connections = new Map<string, RawConnection>();
  readonly #maxConnections: number;
  readonly #timeoutMs: number;
  readonly #now: () => number;
  readonly #report: (reason: string) => void;
  /** Whether the limit was reported. It is reported once, until there is room again. */
  #isFull = false;

  constructor(
    limits: { readonly maxConnections: number; readonly connectTimeoutMs: number },
    now: () => number,
    report: (reason: string) => void,
  ) {
    this.#maxConnections = limits.maxConnections;
    this.#timeoutMs = limits.connectTimeoutMs;
    this.#now = now;
    this.#report = report;
  }

  watch(server: Server): void {
    server.on('connection', (socket) => this.#add(socket));
  }

  /** The connection below a TLS socket, by the addresses of its two ends. A device may use one port of its own for both listeners. */
  find(socket: Socket): RawConnection | undefined {
    return this.#connections.get(endsOf(socket));
  }

  destroyAll(): void {
    for (const { socket } of this.#connections.values()) socket.destroy();
  }

  #add(socket: Socket): void {
    const key = endsOf(socket);
    if (this.#connections.size >= this.#maxConnections) {
      if (!this.#isFull) this.#report(`${this.#maxConnections} connections stand, which are the most: more are reset`);
      this.#isFull = true;
      socket.resetAndDestroy();
      return;
    }
    this.#isFull = false;
    const timer = setTimeout(() => {
      this.#report(`no TLS, or no upgrade behind it, within ${this.#timeoutMs} ms from ${key}`);
      socket.destroy();
    }, this.#timeoutMs);
    const onAssigned = () => clearTimeout(timer);
    this.#connections.set(key, { socket, acceptedAt: this.#now(), onAssigned });
    // A reset under the TLS layer is reported there; without a listener here it would end the process.
    socket.on('error', () => {});
    socket.once('close', () => {
      clearTimeout(timer);
      this.#connections.delete(key);
    });
  }
}

const endsOf = ({ remoteAddress, remotePort, localPort }: Socket): string =>
  `${remoteAddress}:${remotePort}:${localPort}`;
