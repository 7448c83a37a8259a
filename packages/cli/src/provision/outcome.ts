import { type Assignment, deriveDeviceKey, type ProvisioningError } from '@mote/client';
import { printable } from '@mote/client/explain';
import type { Invocation } from '../command.ts';
import type { Device } from '../flags/device.ts';
import { stderr, stdout } from '../terminal/output.ts';
import { paintFor } from '../terminal/paint.ts';
import { ABORTED, exitCodeOf } from './exit-code.ts';
import { type HandOverFormat, type HubCredentials, handOver, obstacle } from './hand-over.ts';

const HUB_TOKEN_SECONDS = 3600;
/** Assigned, and still no command to paste: a script that waits for one must not go on. */
const HAND_OVER_FAILED = 1;

/** The device is assigned: says so on stdout, in the form asked for, and returns the exit code. */
export function assigned(invocation: Invocation, assignment: Assignment, device: Device): number {
  const format = invocation.text('format') as HandOverFormat | undefined;
  const problem = obstacle(assignment);
  if (problem !== undefined) stderr.line(`mote: ${problem}`);
  if (invocation.on('json')) stdout.json(assignment);
  else if (format === undefined) stdout.lines(summary(assignment));
  else if (problem !== undefined) return HAND_OVER_FAILED;
  else stdout.lines(handOver(assignment, hubCredentials(device), format));
  return 0;
}

/** Tells of the failure on both streams and returns the exit code. */
export function failed(invocation: Invocation, error: ProvisioningError): number {
  if (invocation.on('json')) stdout.json({ error });
  stderr.line(`${paintFor(process.stderr).bad(error.code)}: ${error.message}`);
  if (error.hint !== undefined) stderr.line(error.hint);
  return exitCodeOf(error);
}

export function interrupted(invocation: Invocation): number {
  const message = 'interrupted before the device was assigned';
  if (invocation.on('json')) stdout.json({ error: { code: 'aborted', message } });
  stderr.line(message);
  return ABORTED;
}

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
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(16)} ${printable(value, 2000)}`]));
}

/** The hub knows the device by the same key or certificate as the provisioning service does. */
function hubCredentials({ registrationId, key, groupKey, certFile, keyFile }: Device): HubCredentials {
  const deviceKey = groupKey === undefined ? key : deriveDeviceKey(groupKey, registrationId);
  if (deviceKey !== undefined) return { deviceKey, expiry: Math.floor(Date.now() / 1000) + HUB_TOKEN_SECONDS };
  return { certFile: certFile!, keyFile: keyFile! };
}
