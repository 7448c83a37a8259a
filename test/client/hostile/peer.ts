import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Packet } from 'mqtt-packet';
import type { WireChecker } from '../wire-checker.ts';
import { Dialogue, type Reply } from './dialogue.ts';
import type { HostileOptions, Script } from './script.ts';
import { Tampered } from './tampered.ts';
import { ClientFrames, readUpgrade, serverFrame, switchingProtocols, type Upgrade } from './web-socket-peer.ts';

/** One connection over TLS or WebSocket, seen from the server. */
export class Peer {
  readonly raw: Socket;
  readonly frames = new ClientFrames();
  /** The HTTP request, where there was one. */
  request: Upgrade | undefined;
  readonly #options: HostileOptions;
  readonly #script: Script<Peer>;
  readonly #dialogue: Dialogue<Peer>;
  readonly #tampered: Tampered | undefined;
  #tls: TLSSocket | undefined;
  #upgraded: boolean;
  #head: Buffer = Buffer.alloc(0);
  #mute = false;
  #over = false;
  #held: (() => void)[] | undefined;

  constructor(raw: Socket, options: HostileOptions, script: Script<Peer>) {
    this.raw = raw;
    this.#options = options;
    this.#script = script;
    this.#upgraded = options.webSocket !== true;
    this.#dialogue = new Dialogue<Peer>(script, this, {
      write: (bytes) => this.write(bytes),
      end: () => this.#hangUp(),
      broken: () => this.raw.destroy(),
    });
    if (options.corruptible) this.#tampered = new Tampered(raw);
  }

  secure(): void {
    const tls = new TLSSocket(this.#tampered?.stream ?? this.raw, { isServer: true, ...this.#options.tls });
    this.#tls = tls;
    tls.on('error', () => {});
    tls.on('data', (bytes) => this.#onData(bytes));
    this.raw.resume();
  }

  get wire(): WireChecker {
    return this.#dialogue.wire;
  }

  /** Of a server that is `corruptible`. */
  get tampered(): Tampered {
    if (this.#tampered === undefined) throw new Error('this connection cannot be tampered with');
    return this.#tampered;
  }

  /** Once it is there. */
  get tls(): TLSSocket {
    if (this.#tls === undefined) throw new Error('there is no TLS yet');
    return this.#tls;
  }

  /** Sec-WebSocket-Key of the request. */
  get key(): string {
    return this.request?.headers.get('sec-websocket-key') ?? '';
  }

  /** $rid of the request that came last. */
  get requestId(): string {
    return this.#dialogue.requestId;
  }

  /** The commands of the packets that arrived. */
  get heard(): string[] {
    return this.wire.packets.map(({ cmd }) => cmd ?? '');
  }

  /** Says nothing more, whatever it is asked. */
  mute(): void {
    this.#mute = true;
  }

  /** Says nothing until `release`, and then everything at once. */
  hold(): void {
    this.#held ??= [];
  }

  /** What is said now comes when `release` is called, if the peer is held. */
  later(say: () => void): void {
    if (this.#held === undefined) say();
    else this.#held.push(say);
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const say of held) say();
  }

  /** Application bytes, in a WebSocket frame if that is what we speak. */
  write(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#mute) return;
    this.later(() => {
      this.#dialogue.said(bytes);
      this.writeBare(this.#upgraded && this.#options.webSocket ? serverFrame(bytes) : bytes);
    });
  }

  /** Packets in frames of one's own making. */
  writeFrames(packets: Uint8Array, frames: Uint8Array): void {
    this.#dialogue.said(packets);
    this.writeBare(frames);
  }

  /** Bytes inside TLS as they are. */
  writeBare(bytes: Uint8Array | string): void {
    if (this.#tls?.writable) this.#tls.write(bytes);
  }

  send(packet: Packet): void {
    this.#dialogue.send(packet);
  }

  /** The bytes of an answer that differs from the good one, to be written. */
  reply(reply: Reply): Buffer {
    return this.#dialogue.reply(reply);
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

  upgrade(head: Uint8Array | string): void {
    this.writeBare(head);
    this.#upgraded = true;
  }

  /** After the talk is over. A WebSocket has a goodbye of its own, and Node reads nothing more of a TLSSocket once it ends. */
  #hangUp(): void {
    this.#over = true;
    if (!this.#options.webSocket) this.end();
  }

  #onData(bytes: Buffer): void {
    if (!this.#upgraded) {
      this.#head = Buffer.concat([this.#head, bytes]);
      const upgrade = readUpgrade(this.#head);
      if (upgrade === undefined) return;
      this.request = upgrade;
      const good = Buffer.from(switchingProtocols(this.key));
      this.#script.due('upgrade', this, good, () => this.upgrade(good));
    } else if (this.#options.webSocket) {
      for (const { opcode, payload } of this.frames.push(bytes)) {
        if (opcode === 2) this.#dialogue.parse(payload);
        else if (opcode === 8 && this.#over) this.end();
      }
    } else this.#dialogue.parse(bytes);
  }
}
