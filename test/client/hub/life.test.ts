import { beforeAll, describe, expect, test } from 'vitest';
import { HubError } from '../../../packages/client/src/hub/error.ts';
import { makeLife } from '../../../packages/client/src/hub/life.ts';
import type { DeviceState, HubEntry, LifeAction } from '../../../packages/client/src/hub/life-options.ts';
import type { ClientState } from '../../../packages/client/src/mqtt/client-options.ts';
import { MqttError, type MqttErrorCode, type MqttErrorFields } from '../../../packages/client/src/mqtt/error.ts';

// The rules of a device's life as a table of states and events: every event in every state, and what may never happen.

const ONE: HubEntry = { assignedHub: 'hub-1.test', deviceId: 'dev' };
const TWO: HubEntry = { assignedHub: 'hub-2.test', deviceId: 'dev' };

const waiting = (
  code: MqttErrorCode,
  fields: MqttErrorFields = {},
  stage: 'tcp' | 'dns' | 'online' = 'tcp',
): ClientState => ({
  type: 'waiting',
  delayMs: 100,
  cause: new MqttError(code, stage, { retryable: true, ...fields }),
});
const refused = (returnCode: number): ClientState => waiting('connection-refused', { returnCode });

class Machine {
  readonly life = makeLife({ provisions: true, random: () => 0.5, baseMs: 1000, capMs: 60_000 });
  readonly actions: LifeAction[] = [];
  readonly states: DeviceState[] = [];
  now = 0;
  #wakeAt = Infinity;

  do(actions: readonly LifeAction[]): this {
    for (const action of actions) {
      if (action.type === 'wait') this.#wakeAt = action.until;
      else if (action.type === 'state') this.states.push(action.state);
      else this.actions.push(action);
    }
    return this;
  }

  advance(ms: number, busy = false): this {
    const end = this.now + ms;
    for (let turns = 0; this.#wakeAt <= end; turns++) {
      if (turns > 10_000) throw new Error('woken without end');
      this.now = Math.max(this.now, this.#wakeAt);
      this.#wakeAt = Infinity;
      this.do(this.life.wake(this.now, busy));
    }
    this.now = end;
    return this;
  }

  hears(...states: ClientState[]): this {
    for (const state of states) this.do(this.life.client(state, this.now));
    return this;
  }

  online(): this {
    return this.hears({ type: 'connecting', attempt: 1 }, { type: 'online', sessionPresent: true });
  }

  count(type: LifeAction['type']): number {
    return this.actions.filter((action) => action.type === type).length;
  }

  get types(): string[] {
    return this.states.map(({ type }) => type);
  }
}

const started = (entry?: HubEntry): Machine => {
  const machine = new Machine();
  return machine.do(machine.life.start(entry));
};
const lost = waiting('connection-lost', {}, 'online');

describe('a hub that refuses', () => {
  test.each([2, 4, 5])('by CONNACK %i: once a fresh token, once the service, and then only delays', (code) => {
    const machine = started(ONE).hears(refused(code));
    expect(machine.count('provision')).toBe(0);
    machine.hears(refused(code));
    expect(machine.count('provision')).toBe(1);
    machine.do(machine.life.provisioned(ONE));
    for (let n = 0; n < 9; n++) machine.hears(refused(code));
    expect(machine.count('provision')).toBe(1);
    machine.hears(refused(code));
    // The tenth in a row.
    expect(machine.count('provision')).toBe(2);
  });

  test('and takes it again begins everything anew only when the link has stood', () => {
    const machine = started(ONE).hears(refused(5), refused(5));
    machine.do(machine.life.provisioned(ONE)).online();
    machine.hears(lost, refused(5), refused(5));
    expect(machine.count('provision')).toBe(1);
    machine.online().advance(30_000).hears(lost, refused(5), refused(5));
    expect(machine.count('provision')).toBe(2);
  });
});

describe('a hub that is away', () => {
  test('ten times in a row: the service is asked', () => {
    const machine = started(ONE);
    for (let n = 0; n < 9; n++) machine.hears(waiting('connect-failed'));
    expect(machine.count('provision')).toBe(0);
    expect(machine.hears(waiting('timed-out')).count('provision')).toBe(1);
  });

  test('for fifteen minutes: the service is asked', () => {
    const machine = started(ONE).hears(waiting('connect-failed')).advance(899_000).hears(waiting('connect-failed'));
    expect(machine.count('provision')).toBe(0);
    expect(machine.advance(1000).hears(waiting('connect-failed')).count('provision')).toBe(1);
  });

  test.each([
    ['tls-failed', 'tcp'],
    ['proxy-failed', 'tcp'],
    ['websocket-failed', 'tcp'],
    ['connect-failed', 'dns'],
  ] as const)('as %s at %s says nothing of it: the service is never asked', (code, stage) => {
    const machine = started(ONE);
    for (let n = 0; n < 100; n++) machine.advance(60_000).hears(waiting(code, {}, stage));
    expect(machine.count('provision')).toBe(0);
  });
});

describe('the service', () => {
  const failed = (code: 'registration-failed' | 'service-error' | 'unauthorized', retryAfter?: number): HubError =>
    new HubError(code, 'provision', { retryAfter, retryable: code === 'service-error' });

  test('that fails is asked again, later than it says', () => {
    const machine = started();
    machine.do(machine.life.unprovisioned(failed('registration-failed', 30), 0));
    expect(machine.advance(29_999).count('provision')).toBe(1);
    expect(machine.advance(1_001).count('provision')).toBe(2);
    expect(machine.types).toEqual(['provisioning', 'waiting', 'provisioning']);
  });

  test('that refuses a first start ends it; later, the hub that is known is tried again', () => {
    const first = started();
    first.do(first.life.unprovisioned(failed('unauthorized'), 0));
    expect(first.types).toEqual(['provisioning', 'stopped']);
    const later = started(ONE).hears(refused(5), refused(5));
    later.do(later.life.unprovisioned(failed('unauthorized', 60), later.now));
    expect(later.actions.at(-1)).toEqual({ type: 'connect', entry: ONE, moved: false });
    for (let n = 0; n < 20; n++) later.hears(waiting('connect-failed'));
    expect(later.count('provision')).toBe(1);
    expect(later.advance(60_500).hears(waiting('connect-failed')).count('provision')).toBe(2);
  });

  test('that gives another hub: saved before it is dialled', () => {
    const machine = started(ONE).online();
    machine.do(machine.life.reprovision());
    machine.do(machine.life.provisioned(TWO));
    expect(machine.actions.slice(-2)).toEqual([
      { type: 'save', entry: TWO },
      { type: 'connect', entry: TWO, moved: true },
    ]);
  });

  test('that gives a hub of another profile ends it, saved nowhere', () => {
    const machine = started();
    machine.do(machine.life.provisioned({ ...ONE, connectionProfile: 'mqttV5' }));
    expect([machine.types, machine.count('save'), machine.count('connect')]).toEqual([
      ['provisioning', 'stopped'],
      0,
      0,
    ]);
  });
});

describe('tokens', () => {
  test('are renewed at 70 to 80 % of their life, and no state is told', () => {
    const machine = started(ONE).online();
    machine.do(machine.life.token(3_600_000, 0)).advance(2_699_000);
    expect(machine.count('renew')).toBe(0);
    expect(machine.advance(1000).count('renew')).toBe(1);
    machine.hears(waiting('connection-lost', { reason: 'planned' })).online();
    expect(machine.types).toEqual(['connecting', 'online']);
  });

  test('wait for a method that runs, until 95 %', () => {
    const machine = started(ONE).online();
    machine.do(machine.life.token(3_600_000, 0)).advance(3_419_000, true);
    expect(machine.count('renew')).toBe(0);
    expect(machine.advance(2000, true).count('renew')).toBe(1);
  });

  test('whose renewal meets a dead hub are told as the outage that it is', () => {
    const machine = started(ONE).online();
    machine.do(machine.life.token(60_000, 0)).advance(60_000);
    machine.hears(waiting('connection-lost', { reason: 'planned' }), { type: 'connecting', attempt: 2 });
    machine.hears(
      waiting('connect-failed'),
      { type: 'connecting', attempt: 3 },
      { type: 'online', sessionPresent: true },
    );
    expect(machine.types).toEqual(['connecting', 'online', 'waiting', 'connecting', 'online']);
  });
});

const EVENTS: Readonly<Record<string, (machine: Machine) => unknown>> = {
  connecting: (machine) => machine.hears({ type: 'connecting', attempt: 1 }),
  online: (machine) => machine.online(),
  lost: (machine) => machine.hears(lost),
  planned: (machine) => machine.hears(waiting('connection-lost', { reason: 'planned' })),
  refused: (machine) => machine.hears(refused(5), refused(5)),
  'no hub': (machine) => machine.hears(...Array.from({ length: 10 }, () => waiting('connect-failed'))),
  certificate: (machine) => machine.hears(waiting('client-certificate-rejected')),
  portal: (machine) => machine.hears(waiting('tls-failed')),
  assigned: (machine) => machine.do(machine.life.provisioned(ONE)),
  'assigned elsewhere': (machine) => machine.do(machine.life.provisioned(TWO)),
  'assigned to MQTT 5': (machine) => machine.do(machine.life.provisioned({ ...ONE, connectionProfile: 'mqttV5' })),
  failed: (machine) =>
    machine.do(machine.life.unprovisioned(new HubError('registration-failed', 'provision'), machine.now)),
  unauthorized: (machine) =>
    machine.do(machine.life.unprovisioned(new HubError('unauthorized', 'provision'), machine.now)),
  token: (machine) => machine.do(machine.life.token(3_600_000, machine.now)),
  hour: (machine) => machine.advance(3_600_000),
  reprovision: (machine) => machine.do(machine.life.reprovision()),
  closed: (machine) => machine.hears({ type: 'closed' }),
  stopped: (machine) => machine.hears({ type: 'stopped', error: new MqttError('session-lost', 'store') }),
};

/** What the client would not say: it is silent before it is made, while it is held, and when it has ended. */
const possible = (machine: Machine, name: string): boolean => {
  const client = ![
    'assigned',
    'assigned elsewhere',
    'assigned to MQTT 5',
    'failed',
    'unauthorized',
    'hour',
    'reprovision',
  ].includes(name);
  return !client || machine.count('connect') > 0 || name === 'closed';
};

const names = Object.keys(EVENTS);
const STATES = ['provisioning', 'connecting', 'online', 'waiting', 'closed', 'stopped'] as const;

/** How often each event met each state, over all orders of three events from both beginnings; what may never happen is asserted. */
function walkAll(): ReadonlyMap<string, number> {
  const visited = new Map<string, number>();
  const walk = (path: readonly string[]): void => {
    for (const entry of [undefined, ONE]) {
      const machine = started(entry);
      let asked = machine.count('provision');
      for (const name of path) {
        if (!possible(machine, name)) return;
        const state = machine.life.state?.type ?? 'new';
        const pair = `${name} while ${state}`;
        visited.set(pair, (visited.get(pair) ?? 0) + 1);
        const before = machine.actions.length;
        EVENTS[name]!(machine);
        if (state === 'closed' || state === 'stopped') expect(machine.actions.length, path.join(', ')).toBe(before);
        // One question to the service at a time.
        const provisions = machine.count('provision') - asked;
        expect(provisions, path.join(', ')).toBeLessThanOrEqual(1);
        asked += provisions;
      }
      machine.states.forEach((state, i) => {
        const next = machine.states[i + 1];
        const hub = (one: object): unknown => (one as { hostName?: string }).hostName;
        const same = next && state.type === next.type && state.type !== 'waiting' && hub(state) === hub(next);
        expect(same ? `${state.type} twice after ${path.join(', ')}` : '').toBe('');
      });
      expect(machine.types.filter((type) => type === 'closed' || type === 'stopped').length).toBeLessThan(2);
    }
  };
  for (const one of names)
    for (const two of names) {
      walk([one, two]);
      for (const three of names) walk([one, two, three]);
    }
  return visited;
}

describe('every event in every state: no state is told twice, nothing is asked twice, nothing follows the end', () => {
  let visited: ReadonlyMap<string, number>;
  beforeAll(() => {
    visited = walkAll();
  });

  test.each(STATES.flatMap((state) => names.map((name) => `${name} while ${state}`)))('%s', (pair) => {
    expect(visited.get(pair) ?? 0).toBeGreaterThanOrEqual(2);
  });

  test('and no other pair: the table is whole', () => {
    const known = new Set(['new', ...STATES]);
    const others = [...visited.keys()].filter((pair) => !known.has(pair.split(' while ')[1]!));
    expect(others).toEqual([]);
  });
});
