import type { LookupFunction } from 'node:net';
import { provision, type Transport, tlsTransport, webSocketTransport } from '@mote/client';
import { afterAll, expect, test } from 'vitest';
import { ALL, record } from './figures.ts';
import { ASSIGNED } from './hostile/server.ts';
import { Loopback } from './loopback.ts';

// As SQLite tests running out of memory: the first call to the outside fails, then the second, and so on, until a run goes
// through untouched. Each failing run has to end as a run may end, and leave the next one alone.

// `pnpm test:reliability` takes WebSocket as well, and failures for good; `pnpm test` the others.
type Call = 'write' | 'read' | 'connect' | 'lookup' | 'timer';
type Manner = 'error' | 'stall' | 'short';

const loopback = new Loopback();
let runs = 0;
afterAll(() => record('nth-call', { 'kinds of failure': CASES.length * 4, 'runs with the n-th call failing': runs }));

/** Counts the calls of one kind and fails the n-th, or all from the n-th on. */
class Saboteur {
  calls = 0;
  readonly #nth: number;
  readonly #forGood: boolean;

  constructor(nth: number, forGood: boolean) {
    this.#nth = nth;
    this.#forGood = forGood;
  }

  get strikes(): boolean {
    this.calls++;
    return this.#forGood ? this.calls >= this.#nth : this.calls === this.#nth;
  }
}

function sabotaged(inner: Transport, call: Call, manner: Manner, saboteur: Saboteur): Transport {
  const failure = Object.assign(new Error(`sabotaged ${call}`), { code: 'EIO' });
  return {
    ...inner,
    dial(target, events) {
      if (call === 'connect' && saboteur.strikes) {
        if (manner === 'error') throw failure;
        return { send() {}, close: () => events.closed() };
      }
      const lookup: LookupFunction = (host, options, done) => {
        if (!saboteur.strikes)
          return void import('node:dns').then(({ lookup: real }) => real(host, options as never, done as never));
        if (manner === 'error') done(failure, '', 4);
      };
      // The rest of a read or write that fell short, and what comes behind it while it is on its way.
      let behind: Uint8Array[] | undefined;
      const later = (rest: Uint8Array, go: (bytes: Uint8Array) => void): void => {
        behind = [Uint8Array.from(rest)];
        setTimeout(() => {
          const all = behind ?? [];
          behind = undefined;
          for (const bytes of all) go(bytes);
        }, 5);
      };
      const connection = inner.dial(call === 'lookup' ? { ...target, tls: { ...target.tls, lookup } } : target, {
        ...events,
        stage: events.stage,
        connected: events.connected,
        closed: events.closed,
        data(bytes) {
          if (behind !== undefined) behind.push(Uint8Array.from(bytes));
          else if (call !== 'read' || !saboteur.strikes) events.data(bytes);
          else if (manner === 'error') {
            connection.abort?.();
            events.closed(failure);
          } else if (manner === 'short') {
            // The read ends early; the rest comes later.
            const rest = Uint8Array.from(bytes.subarray(1));
            later(rest, events.data);
            events.data(bytes.subarray(0, 1));
          }
        },
      });
      return {
        send(bytes, written) {
          if (behind !== undefined) behind.push(Uint8Array.from(bytes));
          else if (call !== 'write' || !saboteur.strikes) connection.send(bytes, written);
          else if (manner === 'error') {
            connection.abort?.();
            events.closed(failure);
          } else if (manner === 'short') {
            connection.send(Uint8Array.from(bytes.subarray(0, 1)));
            later(bytes.subarray(1), (rest) => connection.send(rest));
          }
        },
        close: () => connection.close(),
        abort: () => connection.abort?.(),
      };
    },
  };
}

/** Timers that come late, or at once. */
function sabotagedTimers(manner: Manner, saboteur: Saboteur): () => void {
  const real = globalThis.setTimeout;
  globalThis.setTimeout = ((callback: () => void, ms: number) =>
    real(callback, saboteur.strikes ? (manner === 'stall' ? ms + 150 : 0) : ms)) as typeof setTimeout;
  return () => {
    globalThis.setTimeout = real;
  };
}

const CASES: [Call, Manner][] = [
  ['write', 'error'],
  ['write', 'stall'],
  ['write', 'short'],
  ['read', 'error'],
  ['read', 'stall'],
  ['read', 'short'],
  ['connect', 'error'],
  ['connect', 'stall'],
  ['lookup', 'error'],
  ['lookup', 'stall'],
  ['timer', 'error'],
  ['timer', 'stall'],
];

test.each(
  CASES.flatMap(([call, manner]) =>
    (ALL ? [false, true] : [false]).map((forGood) => [call, manner, forGood ? 'for good' : 'once'] as const),
  ),
)('the n-th %s fails with %s, %s, for every n', async (call, manner, persistence) => {
  const forGood = persistence === 'for good';
  for (const [inner, webSocket] of ALL
    ? ([
        [tlsTransport, false],
        [webSocketTransport, true],
      ] as const)
    : ([[tlsTransport, false]] as const)) {
    const server = await loopback.server({ webSocket, answer: () => ({ status: 200, body: ASSIGNED }) });
    // A stall is over when the deadline comes; whatever else fails once is made good long before.
    const timeoutMs = manner === 'stall' || forGood ? 250 : 5000;
    const options = loopback.options(server, { timeoutMs, retry: { attempts: 2, baseMs: 1 } });
    let untouched = false;
    for (let n = 1; !untouched && n < 40; n++) {
      const saboteur = new Saboteur(n, forGood);
      const restore = call === 'timer' ? sabotagedTimers(manner, saboteur) : () => {};
      const began = performance.now();
      runs++;
      const outcome = await provision({ ...options, transport: sabotaged(inner, call, manner, saboteur) }).catch(
        (error: unknown) => error,
      );
      restore();
      expect(performance.now() - began).toBeLessThan(timeoutMs + 250 + (call === 'timer' ? 300 : 0));
      if (outcome instanceof Error)
        expect(outcome).toMatchObject({
          code: expect.stringMatching(/^(timed-out|connection-lost|connect-failed|protocol-violation)$/),
        });
      else expect(outcome).toMatchObject({ assignedHub: 'hub.test' });
      if (!forGood && manner !== 'stall') expect(outcome).toMatchObject({ assignedHub: 'hub.test' });
      untouched = saboteur.calls < n;
    }
    expect(untouched).toBe(true);
    await expect(provision(loopback.options(server, { transport: inner }))).resolves.toMatchObject({
      assignedHub: 'hub.test',
    });
  }
});
