import { SCENARIOS } from '../service/faults/library.ts';
import type { Fault, Scenario, ScenarioRule, ScenarioStage } from '../service/faults/scenario.ts';
import { SINGLE_FAULTS } from '../service/faults/single-faults.ts';
import { didYouMean } from '../service/values/near-name.ts';
import { ownMember } from '../service/values/record.ts';
import { type Check, Checked, text, whole } from './checks.ts';
import { ConfigError } from './config-error.ts';

const STAGES = [
  'connection',
  'connect',
  'subscribe',
  'register',
  'poll',
  'unsubscribe',
  'ping',
  'telemetry',
  'twin',
  'method',
  'method-response',
  'message',
  'desired',
  'certificate',
] as const satisfies ScenarioStage[];
/** Milliseconds. An hour: longer than any time limit of a client that a delay is meant to pass. */
const LONGEST_MS = 3_600_000;

const flag: Check = (value) => value.flag();
const texts: Check = (value) => value.items().forEach(text);
/** A text that becomes part of a Topic Name. */
const topicText: Check = (value) =>
  /^[^+#\0]{1,256}$/.test(value.text() ?? 'x') || value.fail('must be 1 to 256 characters without + and #');
const hex: Check = (value) => /^(?:[0-9a-f]{2})+$/i.test(value.text() ?? '00') || value.fail('must be bytes in hex');

const SCENARIO: Readonly<Record<keyof Scenario, Check>> = {
  name: text,
  description: text,
  seed: whole(0, 2 ** 32 - 1),
  rules: (rules) => rules.items().forEach(checkRule),
};

const RULE: Readonly<Record<keyof ScenarioRule, Check>> = {
  on: checkStages,
  registrationId: text,
  service: (value) => value.oneOf(['dps', 'hub']),
  hub: text,
  enrollment: text,
  skip: whole(0, 1_000_000),
  times: whole(1, 1_000_000),
  probability: (value) => value.number(0, 1, false),
  fault: (fault) => (fault.memberNames.length === 0 ? fault.fail('says nothing') : fault.members(FAULT)),
};

const FAULT: Readonly<Record<keyof Fault, Check>> = {
  returnCode: whole(1, 5),
  subackCode: (value) => [0, 1, 128].includes(Number(value.value)) || value.refuse('must be 0, 1 or 128'),
  statusCode: whole(200, 599),
  errorCode: whole(0, 2 ** 31 - 1),
  message: text,
  retryAfter: (value) =>
    typeof value.value === 'string' ? topicText(value) : value.isAbsent || value.number(0, Number.MAX_SAFE_INTEGER),
  requestId: topicText,
  body: (value) => typeof value.value === 'string' || value.refuse('must be a text'),
  status: text,
  assignedHub: text,
  deviceId: text,
  omit: texts,
  reverseProperties: flag,
  retryAfterName: topicText,
  extraProperties: (value) => value.items().forEach(topicText),
  versionStep: whole(-1_000_000, 1_000_000),
  lose: flag,
  omitAck: flag,
  ackLast: flag,
  duplicate: whole(1, 100),
  hex,
  garbage: whole(1, 1_048_576),
  before: hex,
  delayMs: whole(0, LONGEST_MS),
  stall: flag,
  drop: (value) => value.oneOf(['before', 'middle', 'after']),
  takenOver: flag,
  restartMs: whole(0, LONGEST_MS),
  reset: flag,
  split: whole(1, 65_536),
  trickle: (value) => value.members({ bytes: whole(1, 65_536), everyMs: whole(1, LONGEST_MS) }),
  merge: flag,
};

/**
 * Checks a scenario that was parsed from JSON. Throws ConfigError, which names every fault with its path.
 *
 * @example
 * const scenario = parseScenario({ rules: [{ on: 'register', times: 1, fault: { statusCode: 429, retryAfter: 10 } }] });
 */
export function parseScenario(value: unknown): Scenario {
  const root = new Checked(value, '', []);
  checkScenario(root);
  if (root.problems.length > 0) throw new ConfigError(root.problems);
  return value as Scenario; // every member was looked at above
}

/** Records every problem of a scenario in `scenario.problems`. */
export function checkScenario(scenario: Checked): void {
  scenario.members(SCENARIO);
  if (scenario.member('rules').isAbsent) scenario.member('rules').fail('is missing');
}

function checkRule(rule: Checked): void {
  if (rule.object() === undefined) return;
  for (const name of ['on', 'fault']) if (rule.member(name).value === undefined) rule.member(name).fail('is missing');
  rule.members(RULE);
}

function checkStages(on: Checked): void {
  if (typeof on.value === 'string') on.oneOf(STAGES);
  else for (const stage of on.items()) stage.oneOf(STAGES);
}

/** Returns a checked scenario: that of this name, or the one that is given. Throws ConfigError. */
export function scenarioOf(given: Scenario | string | undefined | null): Scenario | undefined {
  if (typeof given !== 'string') return given == null ? undefined : parseScenario(given);
  const all: Readonly<Record<string, Scenario>> = { ...SCENARIOS, ...SINGLE_FAULTS };
  const known = ownMember(all, given);
  if (known !== undefined) return known;
  const names = Object.keys(all);
  const message = `there is no scenario "${given}".${didYouMean(given, names)} There are ${names.join(', ')}`;
  throw new ConfigError([{ path: 'scenario', message }]);
}
