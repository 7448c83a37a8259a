import type { Scenario } from './scenario.ts';
import type { SingleFaultName } from './single-faults.ts';

/** Names of scenarios with several faults. */
export type ReadyScenarioName = 'throttled' | 'flaky-link' | 'slow-assign' | 'wrong-hub' | 'hostile';

/** The name of a ready scenario, or of a single fault. */
export type ScenarioName = ReadyScenarioName | SingleFaultName;

/** Ready scenarios, by their names for `--scenario` and `startEmulator`. */
export const SCENARIOS: Readonly<Record<ReadyScenarioName, Scenario>> = {
  throttled: {
    description: 'the first two register requests and the first poll of each device are answered with 429',
    rules: [
      { on: 'register', times: 2, fault: { statusCode: 429, retryAfter: 2 } },
      { on: 'poll', times: 1, fault: { statusCode: 429, retryAfter: 2 } },
    ],
  },
  'flaky-link': {
    description: 'one connection in four breaks at some stage, answers come in pieces',
    rules: [
      { on: ['connect', 'subscribe', 'register', 'poll'], probability: 0.15, fault: { drop: 'before' } },
      { on: ['register', 'poll'], probability: 0.1, fault: { drop: 'middle', reset: true } },
      {
        on: ['connect', 'subscribe', 'register', 'poll'],
        probability: 0.3,
        fault: { trickle: { bytes: 7, everyMs: 5 } },
      },
      { on: ['register', 'poll'], probability: 0.2, fault: { duplicate: 1 } },
    ],
  },
  'slow-assign': {
    description: 'five polls are answered with "assigning" and retry-after 1 to 2 s before the device is assigned',
    rules: [
      { on: 'poll', times: 5, fault: { status: 'assigning', retryAfter: 2 } },
      { on: 'register', fault: { retryAfter: 1 } },
    ],
  },
  'wrong-hub': {
    description: 'the device is assigned to a hub that does not exist',
    rules: [{ on: ['register', 'poll'], fault: { assignedHub: 'no-such-hub.invalid' } }],
  },
  hostile: {
    description: 'every answer may be malformed, repeated, missing, or have another $rid',
    rules: [
      { on: 'connect', probability: 0.1, fault: { returnCode: 3 } },
      { on: 'subscribe', probability: 0.1, fault: { before: 'd000' } },
      { on: ['register', 'poll'], probability: 0.15, fault: { garbage: 64 } },
      { on: ['register', 'poll'], probability: 0.15, fault: { body: '{"operationId":' } },
      { on: ['register', 'poll'], probability: 0.15, fault: { requestId: 'somebody-else', duplicate: 1 } },
      { on: ['register', 'poll'], probability: 0.15, fault: { retryAfter: 'soon', reverseProperties: true } },
      {
        on: ['register', 'poll'],
        probability: 0.15,
        fault: { omit: ['operationId', 'registrationState.assignedHub'] },
      },
      { on: ['register', 'poll'], probability: 0.1, fault: { statusCode: 503 } },
      { on: ['register', 'poll'], probability: 0.1, fault: { ackLast: true, split: 1 } },
      { on: 'poll', probability: 0.1, fault: { stall: true } },
    ],
  },
};
