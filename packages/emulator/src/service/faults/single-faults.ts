import type { Fault, Scenario, ScenarioRule, ScenarioStage } from './scenario.ts';

/** Scenarios with one fault at one stage, for tests of a single case. */
export type SingleFaultName =
  | 'connack-3'
  | 'connack-5'
  | 'suback-refused'
  | 'register-cut'
  | 'register-silent'
  | 'poll-silent'
  | 'poll-500'
  | 'wrong-rid'
  | 'bad-json'
  | 'long-retry-after'
  | 'assignment-failed'
  | 'enrollment-disabled'
  | 'hub-connack-3'
  | 'hub-gone'
  | 'hub-closes-after-10'
  | 'hub-cut-before-puback'
  | 'hub-cut-before-storing'
  | 'hub-late-puback'
  | 'hub-silent'
  | 'hub-restart'
  | 'hub-taken-over'
  | 'hub-duplicate-messages'
  | 'hub-twin-throttled'
  | 'hub-wrong-rid'
  | 'hub-desired-gap'
  | 'hub-desired-backwards';

type Place = Omit<ScenarioRule, 'on' | 'fault'>;

const one = (
  description: string,
  on: ScenarioStage | readonly ScenarioStage[],
  fault: Fault,
  place: Place = {},
): Scenario => ({
  description,
  rules: [{ on, fault, ...place }],
});

const HUB_STAGES: readonly ScenarioStage[] = ['telemetry', 'twin', 'method', 'method-response', 'message', 'desired'];
const ONCE: Place = { times: 1 };
const AT_HUB: Place = { service: 'hub' };

/** By their names for `--scenario` and `startEmulator`. */
export const SINGLE_FAULTS: Readonly<Record<SingleFaultName, Scenario>> = {
  'connack-3': one('the first CONNECT hears 3, service unavailable', 'connect', { returnCode: 3 }, ONCE),
  'connack-5': one('every CONNECT at DPS hears 5, not authorized', 'connect', { returnCode: 5 }, { service: 'dps' }),
  'suback-refused': one('the first SUBSCRIBE is refused', 'subscribe', { subackCode: 128 }, ONCE),
  'register-cut': one(
    'the first connection ends in the middle of the answer to register',
    'register',
    { drop: 'middle', reset: true },
    ONCE,
  ),
  'register-silent': one('nothing is heard from the first register request on', 'register', { stall: true }, ONCE),
  'poll-silent': one('nothing is heard from the first poll on', 'poll', { stall: true }, ONCE),
  'poll-500': one('the first two polls hear 500', 'poll', { statusCode: 500 }, { times: 2 }),
  'wrong-rid': one('the first answer is for somebody else', ['register', 'poll'], { requestId: 'somebody-else' }, ONCE),
  'bad-json': one('the first answer to a poll is cut short', 'poll', { body: '{"operationId":' }, ONCE),
  'long-retry-after': one(
    'the first answer asks to wait for a day',
    'register',
    { statusCode: 429, retryAfter: 86_400 },
    ONCE,
  ),
  'assignment-failed': one('the registration ends with status failed', ['register', 'poll'], { status: 'failed' }),
  'enrollment-disabled': one('the registration ends with status disabled', ['register', 'poll'], {
    status: 'disabled',
  }),
  'hub-connack-3': one(
    'the first three CONNECTs at the hub hear 3',
    'connect',
    { returnCode: 3 },
    { ...AT_HUB, times: 3 },
  ),
  'hub-gone': {
    description:
      'after its first message the hub knows the device no more, for three CONNECTs: it has to provision again',
    rules: [
      { on: 'telemetry', times: 1, fault: { drop: 'after' } },
      { on: 'connect', service: 'hub', skip: 1, times: 3, fault: { returnCode: 5 } },
    ],
  },
  'hub-closes-after-10': one(
    'the link ends behind the eleventh packet',
    HUB_STAGES,
    { drop: 'after' },
    { skip: 10, times: 1 },
  ),
  'hub-cut-before-puback': one(
    'the first message is taken, and the link ends without PUBACK',
    'telemetry',
    { drop: 'before' },
    ONCE,
  ),
  'hub-cut-before-storing': one(
    'the first message is lost with the link',
    'telemetry',
    { lose: true, drop: 'before' },
    ONCE,
  ),
  'hub-late-puback': one('the first PUBACK comes two minutes late', 'telemetry', { delayMs: 120_000 }, ONCE),
  'hub-silent': one('nothing is heard from the second message on', 'telemetry', { stall: true }, { skip: 1, times: 1 }),
  'hub-restart': one(
    'behind the second message all links end, and for 3 s CONNECT hears 3',
    'telemetry',
    { restartMs: 3000 },
    { skip: 1, times: 1 },
  ),
  'hub-taken-over': one(
    'the first five links are taken over at once',
    'connect',
    { takenOver: true },
    { ...AT_HUB, times: 5 },
  ),
  'hub-duplicate-messages': one('every message to a device comes twice', 'message', { duplicate: 1 }),
  'hub-twin-throttled': one(
    'the first two questions about the twin hear 429',
    'twin',
    { statusCode: 429 },
    { times: 2 },
  ),
  'hub-wrong-rid': one(
    'the first answer about the twin is for somebody else',
    'twin',
    { requestId: 'somebody-else' },
    ONCE,
  ),
  'hub-desired-gap': one('the first notice of desired properties is lost', 'desired', { lose: true }, ONCE),
  'hub-desired-backwards': one(
    'the second notice of desired properties has the version before',
    'desired',
    { versionStep: -1 },
    { skip: 1, times: 1 },
  ),
};
