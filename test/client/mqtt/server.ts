import { createServer, type Server, type Socket } from 'node:net';
import { generate, type Packet, type Parser, parser } from 'mqtt-packet';

type Reply = (packet: Packet, peer: Peer) => boolean | undefined;

/** One client of the server. */
export interface Peer {
  readonly socket: Socket;
  readonly received: Packet[];
  say(packet: Packet): void;
}

/** A server on loopback that answers every packet as it should, unless `reply` has done so and returns true. */
export class LoopbackServer {
  readonly peers: Peer[] = [];
  reply: Reply = () => false;
  readonly #server: Server;
  readonly #waiting: { readonly when: () => boolean; readonly resolve: () => void }[] = [];

  private constructor() {
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static async listen(reply?: Reply): Promise<LoopbackServer> {
    const server = new LoopbackServer();
    if (reply) server.reply = reply;
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Of the newest connection. */
  get peer(): Peer {
    return this.peers.at(-1)!;
  }

  /** Every packet of every connection. */
  get received(): Packet[] {
    return this.peers.flatMap(({ received }) => received);
  }

  /** Resolves once this holds, which is looked at after each packet and each connection. */
  until(when: () => boolean): Promise<void> {
    if (when()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ when, resolve }));
  }

  count(cmd: Packet['cmd']): number {
    return this.received.filter((packet) => packet.cmd === cmd).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { socket } of this.peers) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket: Socket): void {
    const incoming: Parser = parser({ protocolVersion: 4 });
    const peer: Peer = { socket, received: [], say: (packet) => void socket.write(generate(packet)) };
    this.peers.push(peer);
    incoming.on('packet', (packet: Packet) => {
      peer.received.push(packet);
      if (!this.reply(packet, peer)) answer(packet, peer);
      this.#look();
    });
    socket.on('data', (bytes) => incoming.parse(bytes));
    socket.on('error', () => {});
    socket.on('close', () => this.#look());
    this.#look();
  }

  #look(): void {
    for (const waiting of this.#waiting.splice(0)) {
      if (waiting.when()) waiting.resolve();
      else this.#waiting.push(waiting);
    }
  }
}

export function answer(packet: Packet, { say, socket }: Peer): void {
  const messageId = packet.messageId!;
  if (packet.cmd === 'connect') say({ cmd: 'connack', returnCode: 0, sessionPresent: false });
  else if (packet.cmd === 'subscribe')
    say({ cmd: 'suback', messageId, granted: packet.subscriptions.map(({ qos }) => qos) });
  else if (packet.cmd === 'unsubscribe') say({ cmd: 'unsuback', messageId, granted: [] });
  else if (packet.cmd === 'publish' && packet.qos === 1) say({ cmd: 'puback', messageId });
  else if (packet.cmd === 'publish' && packet.qos === 2) say({ cmd: 'pubrec', messageId });
  else if (packet.cmd === 'pubrel') say({ cmd: 'pubcomp', messageId });
  else if (packet.cmd === 'pingreq') say({ cmd: 'pingresp' });
  else if (packet.cmd === 'disconnect') socket.end();
}

/** A message of the server's. */
export function message(topic: string, payload: string, qos: 0 | 1 | 2 = 0, messageId = 1): Packet {
  return { cmd: 'publish', topic, payload, qos, dup: false, retain: false, ...(qos && { messageId }) };
}
