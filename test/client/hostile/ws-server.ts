import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { type WebSocket, WebSocketServer } from 'ws';
import type { WireChecker } from '../wire-checker.ts';
import { Dialogue, type Reply } from './dialogue.ts';
import { Script, type ScriptOptions } from './script.ts';

// The same endpoint on the WebSocket of another house: what the `ws` package takes for a good client, and can do as a bad server.

export interface WsOptions extends ScriptOptions<WsPeer> {
  readonly tls: TlsOptions;
  /** What it offers of compression, which we do not want. */
  readonly perMessageDeflate?: boolean;
}

export class WsPeer {
  readonly socket: WebSocket;
  /** Close codes that the client sent; 1006 if it went without. */
  readonly closed: number[] = [];
  readonly errors: string[] = [];
  readonly #dialogue: Dialogue<WsPeer>;
  #mute = false;
  #held: (() => void)[] | undefined;

  constructor(socket: WebSocket, script: Script<WsPeer>) {
    this.socket = socket;
    this.#dialogue = new Dialogue<WsPeer>(script, this, {
      write: (bytes) => this.write(bytes),
      end: () => this.end(),
      broken: () => socket.terminate(),
    });
    socket.on('message', (bytes, binary) => {
      if (!binary) this.errors.push('a text message');
      if (bytes instanceof Buffer) this.#dialogue.parse(bytes);
    });
    socket.on('close', (code) => this.closed.push(code));
    socket.on('error', (error) => this.errors.push(error.message));
  }

  get wire(): WireChecker {
    return this.#dialogue.wire;
  }

  get requestId(): string {
    return this.#dialogue.requestId;
  }

  reply(reply: Reply): Buffer {
    return this.#dialogue.reply(reply);
  }

  /** One binary message. */
  write(bytes: Uint8Array): void {
    if (bytes.length > 0) this.say(bytes, () => this.socket.send(bytes));
  }

  /** One message, in as many fragments as there are parts; `between` runs after each but the last. */
  fragments(parts: readonly Uint8Array[], between: () => void = () => {}): void {
    this.say(Buffer.concat(parts), () => {
      parts.forEach((part, i) => {
        this.socket.send(part, { binary: true, fin: i === parts.length - 1 });
        if (i < parts.length - 1) between();
      });
    });
  }

  /** Packets that `how` sends. */
  say(packets: Uint8Array, how: () => void): void {
    if (this.#mute) return;
    const send = (): void => {
      this.#dialogue.said(packets);
      if (this.socket.readyState === this.socket.OPEN) how();
    };
    if (this.#held === undefined) send();
    else this.#held.push(send);
  }

  mute(): void {
    this.#mute = true;
  }

  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const send of held) send();
  }

  end(): void {
    this.socket.close(1001, 'going away');
  }

  reset(): void {
    this.socket.terminate();
  }

  stopReading(): void {
    this.socket.pause();
  }
}

export class WsServer {
  readonly peers: WsPeer[] = [];
  readonly #script: Script<WsPeer>;
  readonly #https: Server;
  readonly #sockets: WebSocketServer;

  constructor({ tls, perMessageDeflate = false, ...options }: WsOptions) {
    this.#script = new Script<WsPeer>(options);
    this.#https = createServer(tls);
    this.#sockets = new WebSocketServer({ server: this.#https, handleProtocols: () => 'mqtt', perMessageDeflate });
    this.#sockets.on('connection', (socket) => this.peers.push(new WsPeer(socket, this.#script)));
  }

  async listen(): Promise<this> {
    this.#https.listen(0, '127.0.0.1');
    await once(this.#https, 'listening');
    return this;
  }

  get port(): number {
    return (this.#https.address() as AddressInfo).port;
  }

  get faults(): string[] {
    return this.peers.flatMap((peer) => [...peer.wire.faults, ...peer.errors]);
  }

  /** All connections have ended, but for those that are not listened to. */
  get idle(): boolean {
    return this.peers.every(({ socket }) => socket.isPaused || socket.readyState === socket.CLOSED);
  }

  recover(): void {
    this.#script.recover();
  }

  async close(): Promise<void> {
    for (const { socket } of this.peers) socket.terminate();
    this.#sockets.close();
    this.#https.close();
    this.#https.closeAllConnections();
    await once(this.#https, 'close');
  }
}
