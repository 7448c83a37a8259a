import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { TLSSocket, type TlsOptions } from 'node:tls';
import { generate, type Packet, parser } from 'mqtt-packet';
import { WireChecker } from '../wire-checker.ts';
import { ClientFrames, readUpgrade, serverFrame, switchingProtocols, type Upgrade } from './web-socket-peer.ts';

// A DPS endpoint that behaves until told not to. Made of mqtt-packet and a WebSocket of its own, so that a mistake of ours
// in codec or framing cannot hide by being made twice.

export const STEPS = [
  'tcp',
  'tls',
  'upgrade',
  'connect',
  'subscribe',
  'register',
  'register-answer',
  'wait',
  'poll',
  'final-ack',
  'disconnect',
  'close',
] as const;
export type Step = (typeof STEPS)[number];

/** Does something else than sending `good`, which is what a good server would send now, if anything. */
export type Misbehaviour = (peer: Peer, good: Buffer) => void;

export interface HostileOptions {
  readonly webSocket?: boolean;
  readonly tls: TlsOptions;
  /** `corrupt` of a peer works: TLS runs over a stream that can be tampered with. */
  readonly corruptible?: boolean;
  readonly step?: Step;
  readonly misbehave?: Misbehaviour;
  /** How often it misbehaves; for ever unless told. */
  readonly times?: number;
  /** Runs at the step without misbehaving there. */
  readonly reached?: (peer: Peer) => void;
  /** Changes the answers themselves; undefined leaves the good one. */
  readonly answer?: (request: 'register' | 'poll', requestId: string, count: number) => Answer | undefined;
}

export interface Answer {
  readonly status: number | string;
  readonly body: unknown;
  readonly properties?: string;
}

export const ASSIGNED = {
  operationId: '4.op',
  status: 'assigned',
  registrationState: { registrationId: 'device', assignedHub: 'hub.test', deviceId: 'device', status: 'assigned' },
};

export class HostileServer {
  readonly #options: HostileOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #requestIds = new Set<string>();
  readonly peers: Peer[] = [];
  #left: number;
  #answers = 0;

  constructor(options: HostileOptions) {
    this.#options = options;
    this.#left = options.times ?? Number.POSITIVE_INFINITY;
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

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Sends what is due at this step, unless it is the one to misbehave at. */
  due(step: Step, peer: Peer, good: Buffer, send: () => void): void {
    if (this.#options.step === step) this.#options.reached?.(peer);
    if (this.#options.step === step && this.#left > 0 && this.#options.misbehave !== undefined) {
      this.#left--;
      this.#options.misbehave(peer, good);
    } else send();
  }

  answerTo(request: 'register' | 'poll', requestId: string): Answer {
    const count = this.#answers++;
    const good: Answer =
      request === 'register'
        ? { status: 202, body: { operationId: '4.op', status: 'assigning' }, properties: '&retry-after=1' }
        : { status: 200, body: ASSIGNED };
    return this.#options.answer?.(request, requestId, count) ?? good;
  }

  #onConnection(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    const peer = new Peer(this, socket, this.#options, this.#requestIds);
    this.peers.push(peer);
    this.due('tcp', peer, Buffer.alloc(0), () => this.due('tls', peer, Buffer.alloc(0), () => peer.secure()));
  }
}

/** One connection, seen from the server. */
export class Peer {
  readonly raw: Socket;
  readonly wire: WireChecker;
  readonly frames = new ClientFrames();
  /** The HTTP request, where there was one. */
  request: Upgrade | undefined;
  readonly #server: HostileServer;
  readonly #options: HostileOptions;
  #tls: TLSSocket | undefined;
  #upgraded: boolean;
  #head: Buffer = Buffer.alloc(0);
  #lastAnswer = 0;
  #lastPackets: readonly Packet[] = [];
  #flip = false;
  #mute = false;
  #chunks = 0;
  /** Of the client's chunks, counted from 1, the one to be tampered with. */
  flipChunk = 0;
  /** Bytes in which everything travels, TLS records included, and the pause between. */
  slices: { readonly size: number; readonly everyMs: number } | undefined;

  constructor(server: HostileServer, raw: Socket, options: HostileOptions, requestIds: Set<string>) {
    this.#server = server;
    this.raw = raw;
    this.#options = options;
    this.#upgraded = options.webSocket !== true;
    this.wire = new WireChecker(requestIds);
  }

  secure(): void {
    const tls = new TLSSocket(this.#options.corruptible ? this.#corruptible() : this.raw, {
      isServer: true,
      ...this.#options.tls,
    });
    this.#tls = tls;
    tls.on('error', () => {});
    tls.on('data', (bytes) => this.#onData(bytes));
    const mqtt = parser({ protocolVersion: 4 });
    mqtt.on('packet', (packet) => this.#onPacket(packet));
    mqtt.on('error', () => this.raw.destroy());
    this.#parse = (bytes) => {
      this.wire.sent(bytes);
      mqtt.parse(Buffer.from(bytes));
    };
    this.raw.resume();
  }

  #parse: (bytes: Uint8Array) => void = () => {};

  /** Flips a bit of the client's next record, for which TLS has an alert: bad_record_mac. */
  corrupt(): void {
    this.#flip = true;
  }

  async #write(bytes: Buffer, done: () => void): Promise<void> {
    const { size, everyMs } = this.slices ?? { size: bytes.length, everyMs: 0 };
    for (let at = 0; at < bytes.length; at += size) {
      this.raw.write(bytes.subarray(at, at + size));
      if (everyMs > 0) await setTimeout(everyMs);
    }
    done();
  }

  #corruptible(): Duplex {
    const { raw } = this;
    const stream = new Duplex({
      read: () => void raw.resume(),
      write: (bytes: Buffer, _encoding, done) => {
        this.#write(bytes, done);
      },
      final: (done) => void raw.end(done),
      destroy: (error, done) => {
        raw.destroy();
        done(error);
      },
    });
    raw.on('data', (bytes) => {
      if (this.#flip || ++this.#chunks === this.flipChunk) bytes[bytes.length - 1] = bytes[bytes.length - 1]! ^ 1;
      stream.push(bytes);
    });
    raw.on('end', () => stream.push(null));
    return stream;
  }

  /** Sec-WebSocket-Key of the request. */
  get key(): string {
    return this.request?.headers.get('sec-websocket-key') ?? '';
  }

  /** The commands of the packets that arrived. */
  get heard(): string[] {
    return this.wire.packets.map(({ cmd }) => cmd ?? '');
  }

  /** Says nothing more, whatever it is asked. */
  mute(): void {
    this.#mute = true;
  }

  /** What was written last, once more. */
  again(bytes: Uint8Array): void {
    for (const packet of this.#lastPackets) this.wire.received(packet);
    this.write(bytes);
  }

  /** Application bytes, in a WebSocket frame if that is what we speak. */
  write(bytes: Uint8Array): void {
    if (bytes.length > 0 && this.#tls?.writable && !this.#mute)
      this.#tls.write(this.#upgraded && this.#options.webSocket ? serverFrame(bytes) : bytes);
  }

  /** Bytes inside TLS as they are. */
  writeBare(bytes: Uint8Array | string): void {
    if (this.#tls?.writable) this.#tls.write(bytes);
  }

  send(packet: Packet): void {
    this.wire.received(packet);
    this.write(generate(packet));
  }

  end(): void {
    (this.#tls ?? this.raw).end();
  }

  reset(): void {
    this.raw.resetAndDestroy();
  }

  /** Takes nothing any more from the peer. */
  stopReading(): void {
    this.#tls?.pause();
    this.raw.pause();
  }

  #onData(bytes: Buffer): void {
    if (!this.#upgraded) {
      this.#head = Buffer.concat([this.#head, bytes]);
      const upgrade = readUpgrade(this.#head);
      if (upgrade === undefined) return;
      this.request = upgrade;
      const good = Buffer.from(switchingProtocols(this.key));
      this.#server.due('upgrade', this, good, () => this.upgrade(good));
    } else if (this.#options.webSocket) {
      for (const { opcode, payload } of this.frames.push(bytes)) if (opcode === 2) this.#parse(payload);
    } else this.#parse(bytes);
  }

  upgrade(head: Uint8Array | string): void {
    this.writeBare(head);
    this.#upgraded = true;
  }

  #onPacket(packet: Packet): void {
    if (packet.cmd === 'connect') this.#due('connect', { cmd: 'connack', returnCode: 0, sessionPresent: false });
    else if (packet.cmd === 'subscribe')
      this.#due('subscribe', { cmd: 'suback', messageId: packet.messageId ?? 0, granted: [1] });
    else if (packet.cmd === 'publish') this.#onRequest(packet.topic, packet.messageId ?? 0);
    else if (packet.cmd === 'pingreq') this.send({ cmd: 'pingresp' });
    else if (packet.cmd === 'puback' && packet.messageId === this.#lastAnswer)
      this.#server.due('final-ack', this, Buffer.alloc(0), () => {});
    else if (packet.cmd === 'disconnect') {
      this.#server.due('disconnect', this, Buffer.alloc(0), () =>
        this.#server.due('close', this, Buffer.alloc(0), () => this.end()),
      );
    }
  }

  #onRequest(topic: string, messageId: number): void {
    const requestId = /\$rid=([^&]+)/.exec(topic)?.[1] ?? '';
    const request = topic.includes('/PUT/') ? 'register' : 'poll';
    const { status, body, properties = '' } = this.#server.answerTo(request, requestId);
    const puback: Packet = { cmd: 'puback', messageId };
    const answer = {
      cmd: 'publish',
      topic: `$dps/registrations/res/${status}/?$rid=${requestId}${properties}`,
      payload: typeof body === 'string' ? body : JSON.stringify(body),
      qos: 1,
      messageId: messageId + 100,
      dup: false,
      retain: false,
    } as Packet;
    if (request === 'poll') {
      this.#lastAnswer = messageId + 100;
      this.#due('poll', puback, answer);
      return;
    }
    this.#due('register', puback);
    this.#due('register-answer', answer);
    this.#server.due('wait', this, Buffer.alloc(0), () => {});
  }

  #due(step: Step, ...packets: Packet[]): void {
    this.#lastPackets = packets;
    for (const packet of packets) this.wire.received(packet);
    const good = Buffer.concat(packets.map((packet) => generate(packet)));
    this.#server.due(step, this, good, () => this.write(good));
  }
}

export async function startHostile(options: HostileOptions): Promise<HostileServer> {
  return new HostileServer(options).listen();
}
