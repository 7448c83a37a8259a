import { type Assignment, deriveDeviceKey, type ProvisioningError } from '@mote/client';
import { explain, inFlags, printable, type Setting } from '@mote/client/explain';
import type { Invocation } from '../command.ts';
import type { Device } from '../flags/device.ts';
import { proxySetting } from '../flags/proxy-setting.ts';
import { answerHint } from '../network/what-answers.ts';
import { stderr, stdout } from '../terminal/output.ts';
import { paintFor } from '../terminal/paint.ts';
import { ABORTED, exitCodeOf } from './exit-code.ts';
import { type HandOverFormat, type HubCredentials, handOver, obstacle } from './hand-over.ts';

/** The hint if MQTT without TLS answers at the address of the service or hub. */
export const SERVICE_TLS = 'The service speaks TLS alone: is the port in `--host` right?';
/** Seconds that the password of --format is valid. */
const HUB_TOKEN_SECONDS = 3600;
/** Exit code if the device is assigned, but --format cannot be answered: a script that reads the answer must not go on. */
const HAND_OVER_FAILED = 1;
/** Printed only if stderr is a terminal: a script needs no advice. */
const NEXT =
  'next: `mote doctor --hub` with the same flags looks whether this hub takes the device, and `mote device` sends to it';

/** Prints the assignment on stdout, in the form that the flags ask for, and returns the exit code. */
export function assigned(invocation: Invocation, assignment: Assignment, device: Device): number {
  const format = invocation.text('format') as HandOverFormat | undefined;
  const problem = obstacle(assignment);
  if (problem !== undefined) stderr.prose([`mote: ${problem}`]);
  if (invocation.on('json')) stdout.json(assignment);
  else if (format === undefined) {
    stdout.prose(summary(assignment), SUMMARY_COLUMN);
    if (process.stderr.isTTY && problem === undefined) stderr.prose([NEXT]);
  } else if (problem !== undefined) return HAND_OVER_FAILED;
  else stdout.lines(handOver(assignment, hubCredentials(device), format));
  return 0;
}

/** Prints a failure: JSON on stdout if asked for, sentences on stderr. Returns the exit code. */
export async function failed(invocation: Invocation, error: ProvisioningError, device: Device): Promise<number> {
  const words = inFlags(explain(error, settingOf(invocation, device)));
  const message = invocation.asGiven(words.message);
  const advice = (await answerHint(error, invocation.text('proxy'), SERVICE_TLS)) ?? words.hint;
  const hint = advice === undefined ? undefined : invocation.asGiven(advice);
  if (invocation.on('json'))
    stdout.json({ error: { ...error.toJSON(), message, ...(hint === undefined ? {} : { hint }) } });
  stderr.prose([`${paintFor(process.stderr).bad(error.code)}: ${printable(message, 1000)}`]);
  if (hint !== undefined) stderr.prose([hint]);
  stderr.prose([`more: \`mote explain ${subjectOf(error)}\`, or \`mote doctor\` with the same flags`]);
  return exitCodeOf(error);
}

/** The code of an error about which `mote explain` has the most to say: the service's, that of CONNACK, or ours. */
export function subjectOf({
  code,
  errorCode,
  returnCode,
}: Pick<ProvisioningError, 'errorCode' | 'returnCode'> & { readonly code: string }): string {
  return String(errorCode ?? (returnCode === undefined ? code : `connack-${returnCode}`));
}

/** What the flags say about the device. Hints are chosen by it, such as one about a swapped ID scope. */
export function settingOf(invocation: Invocation, { key, groupKey, certFile }: Device): Setting {
  return {
    idScope: invocation.text('id-scope'),
    registrationId: invocation.text('registration-id'),
    endpoint: invocation.text('host'),
    transport: invocation.text('transport') ?? 'tls',
    proxy: proxySetting(invocation.text('proxy')),
    ca: invocation.text('ca') !== undefined,
    csr: invocation.text('csr') !== undefined,
    apiVersion: invocation.text('api-version'),
    attestation:
      groupKey !== undefined
        ? 'group-key'
        : key !== undefined
          ? 'symmetric-key'
          : certFile !== undefined
            ? 'x509'
            : undefined,
  };
}

/** Prints that the command was interrupted, and returns the exit code. */
export function interrupted(invocation: Invocation): number {
  const message = 'interrupted before the device was assigned';
  if (invocation.on('json')) stdout.json({ error: { code: 'aborted', message } });
  stderr.line(message);
  return ABORTED;
}

/** Where the values of the summary begin. */
const SUMMARY_COLUMN = 17;

function summary(assignment: Assignment): string[] {
  const { assignedHub, deviceId, registrationId, status, substatus, connectionProfile, payload } = assignment;
  const rows: [string, string | undefined][] = [
    ['assigned hub', assignedHub],
    ['device id', deviceId],
    ['registration id', registrationId],
    ['status', substatus === undefined ? status : `${status} (${substatus})`],
    ['profile', connectionProfile],
    ['payload', payload === undefined ? undefined : JSON.stringify(payload)],
  ];
  return rows.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name.padEnd(SUMMARY_COLUMN)}${printable(value, 2000)}`],
  );
}

/** The proof for the hub. It is the same key or certificate as for the provisioning service. */
function hubCredentials({ registrationId, key, groupKey, certFile, keyFile }: Device): HubCredentials {
  const deviceKey = groupKey === undefined ? key : deriveDeviceKey(groupKey, registrationId);
  if (deviceKey !== undefined) return { deviceKey, expiry: Math.floor(Date.now() / 1000) + HUB_TOKEN_SECONDS };
  return { certFile: certFile!, keyFile: keyFile! };
}
