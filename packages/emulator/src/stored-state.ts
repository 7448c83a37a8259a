import { decodeBase64 } from '@mote/client/azure';
import { type Check, Checked, text, whole } from './config/checks.ts';
import { ConfigError, type ConfigProblem } from './config/config-error.ts';
import type { StoredDevice } from './service/hub/hub-device.ts';
import type { QueuedMessage } from './service/hub/message-queue.ts';
import type { StoredTwin } from './service/hub/twin.ts';
import type { RegistrationRecord, Substatus } from './service/registration/registration-record.ts';
import type { StoredRegistration } from './service/registration/registration-store.ts';

/** What a state file keeps. */
export interface StoredState {
  readonly registrations: readonly StoredRegistration[];
  /** Of the hub. */
  readonly devices: readonly StoredDevice[];
}

/** The records of one kind, by member: what each has to be. Other members are let be: a later version may have added them. */
type Members<T> = Readonly<Record<keyof T, Check>>;

const SUBSTATUSES = [
  'initialAssignment',
  'deviceDataMigrated',
  'deviceDataReset',
  'reprovisionedToInitialAssignment',
] as const satisfies Substatus[];

const anything: Check = () => true;
const object: Check = (value) => value.object();
const optional =
  (check: Check): Check =>
  (value) =>
    value.value === undefined || check(value);
const record =
  <T>(members: Members<T>): Check =>
  (value) => {
    if (value.object() === undefined) return;
    for (const [name, check] of Object.entries<Check>(members)) check(value.member(name));
  };
const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value.value) ? value.items().forEach(check) : value.refuse('must be an array');

const REGISTRATION = record<StoredRegistration>({
  initialHub: text,
  record: record<RegistrationRecord>({
    registrationId: text,
    createdDateTimeUtc: text,
    assignedHub: text,
    deviceId: text,
    status: (value) => value.oneOf(['assigned']),
    substatus: (value) => value.oneOf(SUBSTATUSES),
    lastUpdatedDateTimeUtc: text,
    etag: text,
    payload: anything,
    enrollmentGroupId: optional(text),
  }),
});

const VERSION = optional(whole(0, Number.MAX_SAFE_INTEGER));

const properties: Check = (value) => {
  if (value.object() === undefined) return;
  for (const name of value.memberNames) {
    const { value: given } = value.member(name);
    if (given !== null && typeof given !== 'string') value.member(name).refuse('must be a text or null');
  }
};

const subscription: Check = (pair) => {
  const [filter, qos] = Array.isArray(pair.value) ? pair.value : [];
  return (typeof filter === 'string' && (qos === 0 || qos === 1)) || pair.fail('must be a filter and its QoS, 0 or 1');
};

const DEVICE = record<StoredDevice>({
  id: text,
  hub: optional(text),
  status: optional((value) => value.oneOf(['enabled', 'disabled'])),
  twin: record<StoredTwin>({
    desired: optional(object),
    reported: optional(object),
    tags: optional(object),
    desiredVersion: VERSION,
    reportedVersion: VERSION,
  }),
  subscriptions: optional(list(subscription)),
  queue: list(
    record<QueuedMessage>({
      messageId: (value) => typeof value.value === 'string' || value.refuse('must be a text'),
      body: (value) =>
        (typeof value.value === 'string' && decodeBase64(value.value) !== undefined) || value.fail('must be base64'),
      properties,
      systemProperties: properties,
      ack: (value) => value.oneOf(['none', 'positive', 'negative', 'full']),
      expiresAt: (value) => value.number(0, Number.MAX_SAFE_INTEGER, false),
    }),
  ),
});

const STATE = record<StoredState>({ registrations: list(REGISTRATION), devices: list(DEVICE) });

/**
 * The state in what was read as JSON. Throws ConfigError, which names what is wrong. This is the only place where the records of a file
 * are judged: the service takes them as they are.
 */
export function readStoredState(value: unknown): StoredState {
  // The first version kept registrations only.
  const state = Array.isArray(value) ? { registrations: value, devices: [] } : value;
  const problems: ConfigProblem[] = [];
  STATE(new Checked(state, '', problems));
  if (problems.length > 0) throw new ConfigError(problems);
  return state as StoredState; // checked member by member
}
