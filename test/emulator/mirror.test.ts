import {
  type Fault,
  parseScenario,
  type ReadyScenarioName,
  SCENARIOS,
  type Scenario,
  type ScenarioRule,
} from '@mote/emulator';
import { describe, expect, test } from 'vitest';
import { Random } from '../../packages/emulator/src/service/values/random.ts';
import { type MirrorRun, mirror } from './mirror.ts';

// `pnpm test:emulator-load` sets this to run thousands of seeds.
const SEEDS = Number(process.env['MOTE_MIRROR_SEEDS'] ?? 40);
const TIMEOUT_MS = 120_000;

/** What a provisioning may end with under a scenario; anything else would be a surprise. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  throttled: ['assigned'],
  'flaky-link': ['assigned', 'connection-lost'],
  'slow-assign': ['assigned'],
  'wrong-hub': ['assigned'],
  hostile: [
    'assigned',
    'connection-refused',
    'connection-lost',
    'protocol-violation',
    'service-error',
    'timed-out',
    'throttled',
  ],
};

function explain({ outcome }: MirrorRun): string {
  return outcome?.type === 'failed' ? outcome.error.code : (outcome?.type ?? 'nothing');
}

function expectSettled(run: MirrorRun): void {
  expect(run.outcome).toBeDefined();
  expect(run.endedAt).toBeLessThanOrEqual(TIMEOUT_MS + 1100); // the service closes behind a 401 for a second longer
  if (run.outcome?.type === 'failed') {
    expect(run.outcome.error.name).toBe('ProvisioningError');
    expect(run.outcome.error.message).not.toBe('');
  } else if (run.outcome?.type === 'assigned') {
    expect(run.outcome.assignment.assignedHub).not.toBe('');
  }
  // 120 s hold 60 polls, and retries are bounded: a client that loops would send more.
  expect(run.events.filter(({ type }) => type === 'register' || type === 'poll').length).toBeLessThan(130);
  expect(run.memory.service.connectionCount).toBe(0);
}

test('without a scenario a device is assigned at once, and knows what the service knows', () => {
  const run = mirror(undefined, 1);
  expect(explain(run)).toBe('assigned');
  const record = run.memory.service.store.get('sensor-17')?.record;
  expect(run.outcome).toMatchObject({ assignment: { assignedHub: record?.assignedHub, etag: record?.etag } });
});

describe.each(Object.keys(SCENARIOS) as ReadyScenarioName[])('scenario %s', (name) => {
  test(`every one of ${SEEDS} seeds ends as a client may end`, () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= SEEDS; seed++) {
      const run = mirror(SCENARIOS[name], seed, TIMEOUT_MS);
      expectSettled(run);
      seen.add(explain(run));
    }
    expect(EXPECTED[name]).toEqual(expect.arrayContaining([...seen]));
    expect(seen).toContain('assigned');
  });

  test('the same seed gives a byte-identical transcript, another seed another one', () => {
    const [first, again, other] = [mirror(SCENARIOS[name], 7), mirror(SCENARIOS[name], 7), mirror(SCENARIOS[name], 8)];
    expect(again.transcript).toEqual(first.transcript);
    expect(other.transcript).not.toEqual(first.transcript);
  });
});

test(`${SEEDS * 5} scenarios made of random faults: the client settles, the service forgets every connection`, () => {
  for (let seed = 1; seed <= SEEDS * 5; seed++) expectSettled(mirror(randomScenario(seed), seed, TIMEOUT_MS));
});

function randomScenario(seed: number): Scenario {
  const random = new Random(seed, 'scenario');
  const pick = <T>(...choices: T[]): T => choices[random.next() % choices.length]!;
  const faults: (() => Fault)[] = [
    () => ({ returnCode: pick(1, 2, 3, 4, 5) }),
    () => ({ subackCode: pick(0, 1, 128) }),
    () => ({ statusCode: pick(400, 401, 403, 404, 409, 429, 500, 503) }),
    () => ({ retryAfter: pick<number | string | null>(0, 1, 100_000, '-1', '1e9', null) }),
    () => ({ status: pick('failed', 'disabled', 'unassigned', 'assigning', 'no-such-status') }),
    () => ({ body: pick('', '{}', '[]', 'null', '{"status":7}', '\u0000', '{"operationId":') }),
    () => ({ requestId: pick('0', 'x', '-1') }),
    () => ({ omit: [pick('operationId', 'status', 'registrationState', 'registrationState.deviceId')] }),
    () => ({ duplicate: pick(1, 3) }),
    () => ({ omitAck: true }),
    () => ({ ackLast: true }),
    () => ({ hex: pick('d000', 'f000', '20020000', '9003000180', '30020000', '40020001') }),
    () => ({ garbage: pick(1, 7, 300) }),
    () => ({ drop: pick('before', 'middle', 'after'), reset: pick(true, false) }),
    () => ({ stall: true }),
    () => ({ delayMs: pick(1, 1000, 40_000) }),
    () => ({ split: pick(1, 2, 5) }),
    () => ({ trickle: { bytes: 1, everyMs: pick(1, 50, 1000) } }),
    () => ({ merge: true, reverseProperties: true, retryAfterName: 'Retry-After', extraProperties: ['x=1'] }),
  ];
  const rules = Array.from(
    { length: 1 + (random.next() % 4) },
    (): ScenarioRule => ({
      on: pick('connection', 'connect', 'subscribe', 'register', 'poll'),
      skip: pick(0, 0, 1, 2),
      probability: pick(1, 0.5, 0.2),
      ...(pick(true, false) && { times: pick(1, 2) }),
      fault: { ...pick(...faults)(), ...pick(...faults)() },
    }),
  );
  return parseScenario({ rules });
}
