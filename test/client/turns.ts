import type { NetworkConnection, Transport } from '@mote/client';
import { generate, type Packet, parser } from 'mqtt-packet';
import { afterEach, beforeEach, vi } from 'vitest';
import { answer, type Peer } from './mqtt/server.ts';

// A moment of a script is a turn of the event loop, and a number of microtasks behind its start. Virtual time: a turn is a millisecond.

const MICROTASKS = [0, 1, 2, 4, 7];

export interface Moment {
  readonly turn: number;
  readonly microtasks: number;
}

/** Every moment of the first turns of a script. */
export function moments(turns: number): Moment[] {
  return Array.from({ length: turns }, (_, turn) => MICROTASKS.map((microtasks) => ({ turn, microtasks }))).flat();
}

/** Virtual time for the tests of a file. `setImmediate` stays: it is what counts the turns. */
export function virtualTime(): void {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] }));
  afterEach(() => void vi.useRealTimers());
}

export async function turn(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  vi.advanceTimersByTime(1);
}

/** Runs turns until this moment. */
export async function until({ turn: turns, microtasks }: Moment): Promise<void> {
  for (let left = turns; left > 0; left--) await turn();
  for (let left = microtasks; left > 0; left--) await null;
}

/** Counts the promises of a script that have not settled, and what they settled with. */
export class Promises {
  readonly outcomes: unknown[] = [];
  pending = 0;

  add<Value>(promise: Promise<Value>): Promise<Value | undefined> {
    this.pending++;
    return promise.then(
      (value) => {
        this.pending--;
        this.outcomes.push('done');
        return value;
      },
      (error: unknown) => {
        this.pending--;
        this.outcomes.push(error);
        return undefined;
      },
    );
  }

  /** Turns until all have settled, at most this many. */
  async settled(turns = 400): Promise<void> {
    while (this.pending > 0 && turns-- > 0) await turn();
  }
}

/** A server in memory that takes a turn for each answer, and counts its open connections. */
export class TurnServer implements Transport {
  readonly name = 'turns';
  open = 0;
  reply: (packet: Packet, peer: Peer) => boolean | undefined = () => false;
  readonly peers: Peer[] = [];

  dial: Transport['dial'] = (_target, events): NetworkConnection => {
    const incoming = parser({ protocolVersion: 4 });
    let isOpen = true;
    this.open++;
    const end = (): void => {
      if (!isOpen) return;
      isOpen = false;
      this.open--;
      queueMicrotask(() => events.closed());
    };
    const peer: Peer = {
      socket: { end, destroy: end } as never,
      received: [],
      say: (packet) => setImmediate(() => isOpen && events.data(generate(packet) as Uint8Array)),
    };
    this.peers.push(peer);
    incoming.on('packet', (packet: Packet) => {
      peer.received.push(packet);
      if (!this.reply(packet, peer)) answer(packet, peer);
    });
    setImmediate(() => isOpen && events.connected());
    return {
      send(bytes, written) {
        incoming.parse(Buffer.from(bytes));
        written?.();
      },
      close: () => setImmediate(end),
      abort: end,
    };
  };
}

type Answering = <Value>(value: Value) => Value | PromiseLike<Value>;

/** How the application's functions may answer. What is no Promise is a promise of another library, with its faults. */
export const ANSWERS: Record<string, Answering> = {
  'at once': (value) => value,
  'by a promise': async (value) => value,
  'by a promise two turns later': async (value) => {
    await turn();
    await turn();
    return value;
  },
  'by a thenable that answers at once': (value) => thenable((done) => done(value)),
  'by a thenable that answers a turn later': (value) => thenable((done) => void setImmediate(done, value)),
  'by a thenable that settles twice': (value) =>
    thenable((done, failed) => {
      done(value);
      done(value);
      failed(new Error('too late'));
    }),
  'by a thenable that settles twice, in two turns': (value) =>
    thenable((done, failed) => {
      setImmediate(done, value);
      setImmediate(failed, new Error('too late'));
      setImmediate(done, value);
    }),
  'by a thenable that throws when it has settled': (value) =>
    thenable((done) => {
      done(value);
      throw new Error('too late');
    }),
};

/** Its `then` returns nothing, which is all that many libraries promise. */
function thenable<Value>(settle: (done: (value: Value) => void, failed: (error: unknown) => void) => void) {
  return {
    // biome-ignore lint/suspicious/noThenProperty: the subject of these tests
    then(done: (value: Value) => void, failed: (error: unknown) => void) {
      settle(done, failed);
    },
  } as unknown as PromiseLike<Value>;
}
