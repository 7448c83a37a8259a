import type { Fault, Scenario, ScenarioRule, ScenarioStage } from './scenario.ts';

/** Scenarios with one fault at one stage, for tests of a single case. */
export type SingleFaultName =
  | 'connack-3'
  | 'connack-5'
  | 'unavailable'
  | 'suback-refused'
  | 'register-cut'
  | 'register-silent'
  | 'unauthorized'
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
  'connack-3': one('the first CONNECT gets CONNACK 3, service unavailable', 'connect', { returnCode: 3 }, ONCE),
  'connack-5': one(
    'every CONNECT at DPS gets CONNACK 5, not authorized',
    'connect',
    { returnCode: 5 },
    { service: 'dps' },
  ),
  unavailable: one(
    'every CONNECT at DPS gets CONNACK 3, as with an ID scope that does not exist',
    'connect',
    { returnCode: 3 },
    { service: 'dps' },
  ),
  'suback-refused': one('the first SUBSCRIBE is refused', 'subscribe', { subackCode: 128 }, ONCE),
  'register-cut': one(
    'the first connection ends in the middle of the answer to register',
    'register',
    { drop: 'middle', reset: true },
    ONCE,
  ),
  'register-silent': one('no answer from the first register request on', 'register', { stall: true }, ONCE),
  unauthorized: one('every register request is answered with 401000', 'register', {
    statusCode: 401,
    errorCode: 401000,
  }),
  'poll-silent': one('no answer from the first poll on', 'poll', { stall: true }, ONCE),
  'poll-500': one('the first two polls are answered with 500', 'poll', { statusCode: 500 }, { times: 2 }),
  'wrong-rid': one('the first answer has another `$rid`', ['register', 'poll'], { requestId: 'somebody-else' }, ONCE),
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
    'the first three CONNECTs at the hub get CONNACK 3',
    'connect',
    { returnCode: 3 },
    { ...AT_HUB, times: 3 },
  ),
  'hub-gone': {
    description:
      'after its first message the hub no longer knows the device, for three CONNECTs: it has to provision again',
    rules: [
      { on: 'telemetry', times: 1, fault: { drop: 'after' } },
      { on: 'connect', service: 'hub', skip: 1, times: 3, fault: { returnCode: 5 } },
    ],
  },
  'hub-closes-after-10': one(
    'the connection is closed after the eleventh message, of telemetry, the twin, a method or to the device',
    HUB_STAGES,
    { drop: 'after' },
    { skip: 10, times: 1 },
  ),
  'hub-cut-before-puback': one(
    'the first message is stored, and the connection is closed without PUBACK',
    'telemetry',
    { drop: 'before' },
    ONCE,
  ),
  'hub-cut-before-storing': one(
    'the first message is lost, and the connection is closed',
    'telemetry',
    { lose: true, drop: 'before' },
    ONCE,
  ),
  'hub-late-puback': one('the first PUBACK comes two minutes late', 'telemetry', { delayMs: 120_000 }, ONCE),
  'hub-silent': one('no answer from the second message on', 'telemetry', { stall: true }, { skip: 1, times: 1 }),
  'hub-restart': one(
    'after the second message all connections are closed, and for 3 s CONNECT gets CONNACK 3',
    'telemetry',
    { restartMs: 3000 },
    { skip: 1, times: 1 },
  ),
  'hub-taken-over': one(
    'the first five connections are taken over at once',
    'connect',
    { takenOver: true },
    { ...AT_HUB, times: 5 },
  ),
  'hub-duplicate-messages': one('every message to a device comes twice', 'message', { duplicate: 1 }),
  'hub-twin-throttled': one(
    'the first two twin requests are answered with 429',
    'twin',
    { statusCode: 429 },
    { times: 2 },
  ),
  'hub-wrong-rid': one(
    'the first answer to a twin request has another `$rid`',
    'twin',
    { requestId: 'somebody-else' },
    ONCE,
  ),
  'hub-desired-gap': one('the first change of desired properties is lost', 'desired', { lose: true }, ONCE),
  'hub-desired-backwards': one(
    'the second change of desired properties has the version of the first',
    'desired',
    { versionStep: -1 },
    { skip: 1, times: 1 },
  ),
};
