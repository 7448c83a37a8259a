import type { Connection, DialTarget, Transport, TransportEvents } from '@mote/client';
import type { WireChecker } from '../wire-checker.ts';
import { Dialogue, type Reply } from './dialogue.ts';
import { Script, type ScriptOptions } from './script.ts';

// The same endpoint without sockets: for what is tried ten thousand times.

export class MemoryPeer implements Connection {
  readonly #events: TransportEvents;
  readonly #dialogue: Dialogue<MemoryPeer>;
  #open = true;

  constructor(events: TransportEvents, script: Script<MemoryPeer>) {
    this.#events = events;
    this.#dialogue = new Dialogue<MemoryPeer>(script, this, {
      write: (bytes) => this.write(bytes),
      end: () => this.end(),
      broken: () => this.end(),
    });
    queueMicrotask(() => this.#open && events.connected('memory'));
  }

  get wire(): WireChecker {
    return this.#dialogue.wire;
  }

  reply(reply: Reply): Buffer {
    return this.#dialogue.reply(reply);
  }

  /** One chunk of the client's. */
  write(bytes: Uint8Array): void {
    this.#dialogue.said(bytes);
    queueMicrotask(() => this.#open && this.#events.data(bytes));
  }

  send(bytes: Uint8Array, written?: () => void): void {
    const copy = Buffer.from(bytes);
    written?.();
    queueMicrotask(() => this.#open && this.#dialogue.parse(copy));
  }

  close(): void {
    queueMicrotask(() => this.end());
  }

  end(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#events.closed();
  }
}

export class MemoryServer implements Transport {
  readonly name = 'memory';
  readonly peers: MemoryPeer[] = [];
  readonly #script: Script<MemoryPeer>;

  constructor(options: ScriptOptions<MemoryPeer>) {
    this.#script = new Script<MemoryPeer>(options);
  }

  dial(_target: DialTarget, events: TransportEvents): Connection {
    const peer = new MemoryPeer(events, this.#script);
    this.peers.push(peer);
    return peer;
  }

  get faults(): string[] {
    return this.peers.flatMap(({ wire }) => wire.faults);
  }

  recover(): void {
    this.#script.recover();
  }
}
