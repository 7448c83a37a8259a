import fc from 'fast-check';
import { generate, type Packet } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { ALL, record } from './figures.ts';
import { ASSIGNED, ASSIGNING, Machine, reply } from './machine.ts';
import { WireChecker } from './wire-checker.ts';

// Whatever happens, in whatever order: a Registration ends exactly once and by its deadline, says nothing that the standard
// or the service forbids, and asks no sooner than it may.

const TIMEOUT_MS = 60_000;
const PHASES = [
  'dialling',
  'connecting',
  'subscribing',
  'registering',
  'polling',
  'waiting',
  'backing-off',
  'ended',
] as const;
type Phase = (typeof PHASES)[number];

/** The machine beside a model of where it must be, told from its actions alone. */
class Run {
  readonly machine = new Machine({
    timeoutMs: TIMEOUT_MS,
    routes: [route(8883), route(443)],
    alternatives: 2,
    keepAlive: 20,
    retry: { silenceMs: 8000 },
  });
  phase: Phase = 'dialling';
  readonly #requestIds = new Set<string>();
  #wire = new WireChecker(this.#requestIds);
  #seen = 0;
  #lastRequest = '';
  #suback = 1;
  #notBefore = 0;
  connectionId = 1;

  constructor() {
    this.machine.start();
    this.settle();
  }

  /** Hands the machine's new actions to the model. */
  settle(): void {
    const actions = this.machine.actions.slice(this.#seen);
    this.#seen = this.machine.actions.length;
    for (const action of actions) {
      expect(this.phase, 'an action after the end').not.toBe('ended');
      if (action.type === 'dial') {
        this.phase = 'dialling';
        this.#wire = new WireChecker(this.#requestIds);
      } else if (action.type === 'hang-up') this.phase = 'backing-off';
      else if (action.type === 'assigned' || action.type === 'failed') this.phase = 'ended';
      else if (action.type === 'send') {
        expect(this.phase, 'bytes without a connection').not.toMatch('dialling|backing-off');
        this.#wire.sent(action.bytes);
      } else if (action.type === 'progress') this.#onProgress(action.event.type);
    }
    expect(this.#wire.faults).toEqual([]);
  }

  hear(packet: Packet): void {
    // What a client must do depends on what it was sent while it listened.
    if (this.phase !== 'dialling' && this.phase !== 'backing-off' && this.phase !== 'ended')
      this.#wire.received(packet);
    this.machine.receive(generate(packet));
    this.settle();
  }

  connect(): void {
    if (this.phase === 'dialling') this.phase = 'connecting';
    this.machine.connected('SharedAccessSignature sr=s&sig=abcdefgh&se=1');
    this.settle();
  }

  /** An answer to the request that is open, or to none. */
  answer(status: number, body: unknown, retryAfter: number, right: boolean, qos: 0 | 1): void {
    const requestId = right ? this.#lastRequest : 'somebody-else';
    const bytes = reply(status, requestId, body, `&retry-after=${retryAfter}`, qos);
    const listens = this.phase !== 'dialling' && this.phase !== 'connecting' && this.phase !== 'backing-off';
    if (listens && qos === 1) this.#wire.received({ cmd: 'publish', qos: 1, messageId: 1 } as Packet);
    if (right && status === 202 && (this.phase === 'registering' || this.phase === 'polling'))
      this.#notBefore = this.machine.now + retryAfter * 1000;
    this.machine.receive(bytes);
    this.settle();
  }

  get suback(): number {
    return this.#suback;
  }

  #onProgress(type: string): void {
    if (type === 'connect-accepted') this.phase = 'subscribing';
    else if (type === 'assigning') this.phase = 'waiting';
    else if (type === 'retrying' && this.phase !== 'dialling') this.phase = 'waiting';
    else if (type === 'subscribed') this.phase = 'waiting';
    else if (type === 'registering' || type === 'polling') {
      this.phase = type;
      this.#lastRequest = String(this.#requestIds.size + 1);
      if (type === 'polling')
        expect(this.machine.now, 'a poll before its time').toBeGreaterThanOrEqual(this.#notBefore);
    }
  }
}

function route(port: number): { transport: string; host: string; port: number } {
  return { transport: String(port), host: 'dps.test', port };
}

const EVENTS: Record<string, (run: Run, a: number, b: number) => void> = {
  connected: (run) => run.connect(),
  'right CONNACK': (run) => run.hear({ cmd: 'connack', returnCode: 0, sessionPresent: false }),
  'CONNACK 3': (run) => run.hear({ cmd: 'connack', returnCode: 3, sessionPresent: false }),
  'right SUBACK': (run) => run.hear({ cmd: 'suback', messageId: 1, granted: [1] }),
  'SUBACK for nobody': (run) => run.hear({ cmd: 'suback', messageId: 99, granted: [1] }),
  'right PUBACK': (run, a) => run.hear({ cmd: 'puback', messageId: 2 + (a % 2) }),
  PINGRESP: (run) => run.hear({ cmd: 'pingresp' }),
  garbage: (run) => {
    run.machine.receive(Uint8Array.of(0xff, 0xff));
    run.settle();
  },
  '202': (run, a, b) => run.answer(202, ASSIGNING, 1 + (a % 4), b % 4 > 0, a % 2 ? 1 : 0),
  '200 assigned': (run, a, b) => run.answer(200, ASSIGNED, 1, b % 2 > 0, a % 2 ? 1 : 0),
  '401': (run, a) => run.answer(401, {}, 1, a % 2 > 0, 1),
  '404': (run, a) => run.answer(404, {}, 1, a % 2 > 0, 0),
  '429': (run, a, b) => run.answer(429, {}, a % 5, b % 4 > 0, 0),
  '503': (run, a, b) => run.answer(503, 'x', a % 5, b % 4 > 0, 1),
  lost: (run) => {
    run.machine.lost(new Error('gone'));
    run.settle();
  },
  'spurious wake': (run) => {
    run.machine.wake();
    run.settle();
  },
  'time passes': (run, a) => {
    // One wake at a time, so that the model sees the state after each.
    const end = run.machine.now + [1, 100, 2500, 9000][a % 4]!;
    while (run.machine.wakeAt <= end && run.machine.outcome === undefined) {
      run.machine.next();
      run.settle();
    }
    run.machine.advance(end - run.machine.now);
    run.settle();
  },
};
const NAMES = Object.keys(EVENTS);

// Half of the steps go the way a registration goes, or no run would come far.
const USUAL: Record<Phase, string> = {
  dialling: 'connected',
  connecting: 'right CONNACK',
  subscribing: 'right SUBACK',
  registering: '202',
  polling: '202',
  waiting: 'time passes',
  'backing-off': 'time passes',
  ended: 'spurious wake',
};

/** `pnpm test:reliability` runs more of them. */
const SCRIPTS = ALL ? 10_000 : 2000;

test(`${SCRIPTS} scripts of events: each ends once, by its deadline, and every event has met every phase`, () => {
  const visits = new Map<string, number>();
  const step = fc.tuple(fc.nat(NAMES.length * 2), fc.nat(15), fc.nat(15));
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 20, size: 'max' }), (script) => {
      const run = new Run();
      for (const [pick, a, b] of script) {
        const name = NAMES[pick] ?? USUAL[run.phase];
        const pair = `${run.phase} x ${name}`;
        visits.set(pair, (visits.get(pair) ?? 0) + 1);
        EVENTS[name]!(run, a, b);
      }
      run.machine.advance(Math.max(TIMEOUT_MS - run.machine.now, 0));
      run.settle();
      expect(run.phase).toBe('ended');
      expect(run.machine.actions.filter(({ type }) => type === 'assigned' || type === 'failed')).toHaveLength(1);
      expect(run.machine.dials).toBeLessThanOrEqual(2 * 7 + 1);
    }),
    { numRuns: SCRIPTS, seed: 20261123 },
  );
  const missing = PHASES.flatMap((phase) => NAMES.map((name) => `${phase} x ${name}`)).filter(
    (pair) => !visits.has(pair),
  );
  expect(missing).toEqual([]);
  record('registration-model', {
    scripts: SCRIPTS,
    phases: PHASES.length,
    events: NAMES.length,
    'pairs visited': visits.size,
    'visits of the rarest pair': Math.min(...visits.values()),
  });
}, 600_000);
