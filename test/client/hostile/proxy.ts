import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Gets the client's socket and the answer that a good proxy would give now. */
export type ProxyMisbehaviour = (socket: Socket, good: string, tunnel: () => void) => void;

/** An HTTP CONNECT proxy that tunnels, until told otherwise. */
export class HostileProxy {
  readonly requests: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #left: number;

  constructor(misbehave?: ProxyMisbehaviour, times = Number.POSITIVE_INFINITY) {
    this.#left = times;
    this.#server = createServer((socket) => {
      this.#keep(socket);
      let head = '';
      const onData = (bytes: Buffer): void => {
        head += bytes.toString('latin1');
        if (!head.includes('\r\n\r\n')) return;
        socket.off('data', onData);
        this.requests.push(head);
        const tunnel = (): void => this.#tunnel(socket, head);
        if (misbehave !== undefined && this.#left-- > 0)
          misbehave(socket, 'HTTP/1.1 200 Connection established\r\n\r\n', tunnel);
        else {
          socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
          tunnel();
        }
      };
      socket.on('data', onData);
    });
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** A good proxy from the next connection on. */
  recover(): void {
    this.#left = 0;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #tunnel(socket: Socket, head: string): void {
    const [host, port] = /^CONNECT (.+):(\d+) /.exec(head)!.slice(1) as [string, string];
    const upstream = connect({ host, port: Number(port) });
    this.#keep(upstream);
    socket.pipe(upstream).pipe(socket);
    upstream.on('close', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
  }
}
