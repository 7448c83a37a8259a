import { Session } from '@mote/client';
import fc from 'fast-check';
import { generate, type Packet, parser } from 'mqtt-packet';
import { expect, test } from 'vitest';
import malformed from '../vectors/malformed.json' with { type: 'json' };
import { ALL, record } from './figures.ts';

// Whatever a peer sends and a caller asks: identifiers in flight differ, every QoS 1 message is acknowledged in order, nothing
// is said after the end, and bytes of the peer never throw.

const PHASES = ['idle', 'connecting', 'open', 'closed'] as const;

class Run {
  readonly session = new Session({ clientId: 'device', keepAlive: 20 });
  now = 0;
  readonly #inFlight = new Set<number>();
  #owed: number[] = [];
  #ended = false;
  readonly #parser = parser({ protocolVersion: 4 });

  constructor() {
    this.#parser.on('packet', (packet: Packet) => this.#onSent(packet));
    this.#parser.on('error', (error: Error) => {
      throw error;
    });
  }

  hear(packet: Packet | Uint8Array): void {
    const open = this.session.phase === 'open';
    const events = this.session.receive(packet instanceof Uint8Array ? packet : generate(packet), this.now);
    for (const event of events) {
      expect(this.#ended, 'an event after the end').toBe(false);
      if (event.type === 'published') expect(this.#inFlight.delete(event.packetId)).toBe(true);
      if (event.type === 'subscribed') expect(this.#inFlight.delete(event.packetId)).toBe(true);
      if (event.type === 'failed') this.#ended = true;
    }
    if (!(packet instanceof Uint8Array) && packet.cmd === 'publish' && packet.qos === 1 && open)
      this.#owed.push(packet.messageId!);
    if (this.#ended) this.#owed = [];
    this.settle();
  }

  settle(): void {
    const bytes = this.session.flush();
    if (bytes !== undefined) this.#parser.parse(Buffer.from(bytes));
    if (this.session.phase === 'closed') this.#owed = [];
    expect(this.#owed, 'messages without PUBACK').toEqual([]);
  }

  /** Any identifier in flight, or one that is not. */
  id(pick: number): number {
    const ids = [...this.#inFlight];
    return pick % 3 === 0 ? 1 + (pick % 9) : (ids[pick % Math.max(ids.length, 1)] ?? 40_000);
  }

  #onSent(packet: Packet): void {
    if (packet.cmd === 'puback') expect(packet.messageId).toBe(this.#owed.shift());
    else if (packet.messageId !== undefined) {
      expect(this.#inFlight.has(packet.messageId), 'an identifier twice in flight').toBe(false);
      this.#inFlight.add(packet.messageId);
    }
  }
}

/** What a caller may ask in any phase; refused where it makes no sense. */
function asked(run: Run, ask: () => unknown): void {
  const { phase } = run.session;
  try {
    ask();
  } catch (error) {
    expect(phase === 'open' ? String(error) : '').toBe('');
  }
  run.settle();
}

const PAYLOAD = Buffer.from('x');
const EVENTS: Record<string, (run: Run, pick: number) => void> = {
  start: (run) => {
    if (run.session.phase === 'idle') run.session.start(run.now);
    else expect(() => run.session.start(run.now)).toThrow();
    run.settle();
  },
  subscribe: (run, pick) =>
    asked(run, () =>
      run.session.subscribe(
        Array.from({ length: 1 + (pick % 2) }, () => ({ topicFilter: 'a', qos: 1 as const })),
        run.now,
      ),
    ),
  'publish 0': (run) => asked(run, () => run.session.publish({ topicName: 'a', payload: PAYLOAD, qos: 0 }, run.now)),
  'publish 1': (run) => asked(run, () => run.session.publish({ topicName: 'a', payload: PAYLOAD, qos: 1 }, run.now)),
  disconnect: (run, pick) => pick % 8 === 0 && asked(run, () => run.session.disconnect(run.now)),
  'hear CONNACK': (run) => run.hear({ cmd: 'connack', returnCode: 0, sessionPresent: false }),
  'hear SUBACK': (run, pick) => run.hear({ cmd: 'suback', messageId: run.id(pick), granted: pick % 2 ? [1] : [1, 0] }),
  'hear PUBACK': (run, pick) => run.hear({ cmd: 'puback', messageId: run.id(pick) }),
  'hear PUBLISH 0': (run) =>
    run.hear({ cmd: 'publish', topic: 'a', payload: PAYLOAD, qos: 0, dup: false, retain: false }),
  'hear PUBLISH 1': (run, pick) =>
    run.hear({
      cmd: 'publish',
      topic: 'a',
      payload: PAYLOAD,
      qos: 1,
      messageId: 1 + pick,
      dup: pick % 2 > 0,
      retain: false,
    }),
  'hear PINGRESP': (run) => run.hear({ cmd: 'pingresp' }),
  'hear garbage': (run, pick) => pick % 8 === 0 && run.hear(Uint8Array.of(0xf0, pick)),
  'time passes': (run, pick) => {
    run.now += [10, 5000, 16_000, 40_000][pick % 4]!;
    run.session.wake(run.now);
    run.settle();
  },
};
const NAMES = Object.keys(EVENTS);

/** `pnpm test:reliability` runs more of them. */
const SCRIPTS = ALL ? 10_000 : 2000;

test(`${SCRIPTS} scripts of calls and packets: the session keeps its rules, and every event has met every phase`, () => {
  const visits = new Map<string, number>();
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(NAMES.length + 1), fc.nat(15)), { minLength: 4, maxLength: 20, size: 'max' }),
      (script) => {
        const run = new Run();
        for (const [pick, detail] of script) {
          const { phase } = run.session;
          const name = NAMES[pick] ?? (phase === 'idle' ? 'start' : 'hear CONNACK');
          visits.set(`${phase} x ${name}`, (visits.get(`${phase} x ${name}`) ?? 0) + 1);
          EVENTS[name]!(run, detail);
        }
      },
    ),
    { numRuns: SCRIPTS, seed: 20261123 },
  );
  expect(
    PHASES.flatMap((phase) => NAMES.map((name) => `${phase} x ${name}`)).filter((pair) => !visits.has(pair)),
  ).toEqual([]);
  record('session-model', {
    scripts: SCRIPTS,
    phases: PHASES.length,
    events: NAMES.length,
    'pairs visited': visits.size,
    'visits of the rarest pair': Math.min(...visits.values()),
  });
}, 600_000);

const vectors = malformed.entries.filter(({ direction }) => direction !== 'c2s');

test(`each malformed packet that may arrive at a client ends the session, whole and byte by byte`, () => {
  const rejected = vectors.filter(({ expected, layer }) => expected === 'reject' && layer === 'codec');
  const survivors = rejected.flatMap(({ name, hex }) => {
    const bytes = Buffer.from(hex, 'hex');
    const outcomes = [[bytes], [...bytes].map((byte) => Uint8Array.of(byte))].map((chunks) => {
      const session = new Session({ clientId: 'device', keepAlive: 20 });
      session.start(0);
      session.receive(Buffer.from('20020000', 'hex'), 0);
      return chunks.flatMap((chunk) => session.receive(chunk, 0)).at(-1)?.type;
    });
    return outcomes.every((outcome) => outcome === 'failed') ? [] : [name];
  });
  expect(rejected.length).toBeGreaterThan(140);
  expect(survivors).toEqual([]);
});

test('each packet of the wrong direction ends the session', () => {
  const wrong = vectors.filter((entry) => 'session_expected' in entry && entry.session_expected === 'close');
  for (const { name, hex } of wrong) {
    const session = new Session({ clientId: 'device', keepAlive: 20 });
    session.start(0);
    session.receive(Buffer.from('20020000', 'hex'), 0);
    expect(session.receive(Buffer.from(hex, 'hex'), 0).at(-1)?.type, name).toBe('failed');
  }
});
