import { types } from 'node:util';
import { isPublishableId } from '@mote/client/azure';
import { type Check, Checked, text } from '../config/checks.ts';
import type { ConfigProblem } from '../config/config-error.ts';
import { HubServiceError } from '../service/hub/hub-error.ts';
import { findJsonFault } from '../service/values/bounded-json.ts';
import type { InvokeOptions, SendMessageOptions } from './hub-api.ts';

/** Milliseconds. The service lets no caller of a method wait longer: iot-hub-devguide-direct-methods.md. */
const LONGEST_TIMEOUT_MS = 300_000;
/** Milliseconds: a day. The service documents no length of an upgrade. */
const LONGEST_DOWN_MS = 86_400_000;

/** Throws HubServiceError 400004, which names every argument that cannot be right, what it has to be, and what it is instead. */
export function checkArguments(rules: Readonly<Record<string, readonly [value: unknown, check: Check]>>): void {
  const problems: ConfigProblem[] = [];
  for (const [name, [value, check]] of Object.entries(rules)) check(new Checked(value, name, problems));
  if (problems.length === 0) return;
  throw new HubServiceError(400_004, problems.map(({ path, message }) => `${path}: ${message}`).join('; '));
}

/** The name of a direct method. It becomes one level of a Topic Name. */
export const methodName: Check = (value) => {
  const given = value.text();
  if (given !== undefined && !/^[\x21-\x7e]{1,256}$/.test(given))
    value.fail('a method name has 1 to 256 printable characters of ASCII, and no blank');
};

/** The body of a cloud-to-device message. */
export const messageBody: Check = (value) =>
  typeof value.value === 'string' || types.isUint8Array(value.value) || value.refuse('must be a text or a Uint8Array');

/** What JSON has no form for is named; what is left out is no payload. */
export const json: Check = (value) => {
  const fault = findJsonFault(value.value);
  if (fault !== undefined) value.fail(fault);
};

/** A patch for a twin: a JSON object. */
export const patch: Check = (value) => {
  if (value.object() !== undefined) json(value);
};

/** Milliseconds for which `restart` refuses connections. */
export const downMs: Check = (value) => value.number(0, LONGEST_DOWN_MS, false);

const INVOKE_OPTIONS: Readonly<Record<keyof InvokeOptions, Check>> = {
  timeoutMs: (value) => {
    const { value: ms } = value;
    if (!(typeof ms === 'number' && ms > 0 && ms <= LONGEST_TIMEOUT_MS))
      value.refuse(`must be a number above 0, up to ${LONGEST_TIMEOUT_MS}`);
  },
};

const SEND_OPTIONS: Readonly<Record<keyof SendMessageOptions, Check>> = {
  properties: (value) => {
    if (value.object() === undefined) return;
    for (const name of value.memberNames) checkProperty(name, value.member(name));
  },
  messageId: (value) => {
    const given = value.text();
    if (given !== undefined && !isPublishableId(given.replace(/[+#]/g, '-')))
      value.fail("must be 1 to 128 letters, digits and - . + % _ # * ? ! ( ) , : = @ $ ' ;");
  },
  correlationId: text,
  userId: text,
  contentType: text,
  contentEncoding: text,
  expiry: (value) => {
    const { value: time } = value;
    const isTime = typeof time === 'string' || typeof time === 'number' || types.isDate(time);
    if (!isTime) value.refuse('must be a Date, a text in ISO 8601, or milliseconds since 1970');
    else if (Number.isNaN(new Date(time).getTime()))
      value.fail('is no time: a Date, a text in ISO 8601, or milliseconds since 1970 is needed');
  },
  ack: (value) => value.oneOf(['none', 'positive', 'negative', 'full']),
};

/** The options of `invoke`, which may be left out. */
export const invokeOptions: Check = optional((value) => value.members(INVOKE_OPTIONS));
/** The options of `sendMessage`, which may be left out. */
export const sendOptions: Check = optional((value) => value.members(SEND_OPTIONS));

function optional(check: Check): Check {
  return (value) => (value.value === undefined ? undefined : check(value));
}

function checkProperty(name: string, value: Checked): void {
  if (name === '' || /^\$|^iothub-ack$/i.test(name))
    value.fail(
      name === '' ? 'a property needs a name' : "names with $ in front, and iothub-ack, are the service's own",
    );
  else if (value.value !== null && typeof value.value !== 'string') value.refuse('must be a text or null');
}
