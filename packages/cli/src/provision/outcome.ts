import { type Assignment, deriveDeviceKey, type ProvisioningError } from '@mote/client';
import type { Invocation } from '../command.ts';
import { paintFor } from '../terminal/paint.ts';
import { ABORTED, exitCodeOf } from './exit-code.ts';
import { symmetricKeys } from './flag-values.ts';
import { type HandOverFormat, type HubCredentials, handOver } from './hand-over.ts';

const HUB_TOKEN_SECONDS = 3600;

/** What goes to stdout when the device is assigned. */
export function result(invocation: Invocation, assignment: Assignment): string {
  const format = invocation.text('format') as HandOverFormat | undefined;
  if (format !== undefined) return handOver(assignment, hubCredentials(invocation), format);
  return invocation.on('json') ? JSON.stringify(assignment) : summary(assignment);
}

/** Tells of the failure on both streams and returns the exit code. */
export function failed(invocation: Invocation, error: ProvisioningError): number {
  if (invocation.on('json')) process.stdout.write(`${JSON.stringify({ error })}\n`);
  process.stderr.write(`${paintFor(process.stderr).bad(error.code)}: ${error.message}\n`);
  if (error.hint !== undefined) process.stderr.write(`${error.hint}\n`);
  return exitCodeOf(error);
}

export function interrupted(invocation: Invocation): number {
  const message = 'interrupted before the device was assigned';
  if (invocation.on('json')) process.stdout.write(`${JSON.stringify({ error: { code: 'aborted', message } })}\n`);
  process.stderr.write(`${message}\n`);
  return ABORTED;
}

function summary(assignment: Assignment): string {
  const { assignedHub, deviceId, registrationId, status, substatus, payload } = assignment;
  const rows: [string, string | undefined][] = [
    ['assigned hub', assignedHub],
    ['device id', deviceId],
    ['registration id', registrationId],
    ['status', substatus === undefined ? status : `${status} (${substatus})`],
    ['payload', payload === undefined ? undefined : JSON.stringify(payload)],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(16)} ${value}`])).join('\n');
}

/** The hub knows the device by the same key or certificate as the provisioning service does. */
function hubCredentials(invocation: Invocation): HubCredentials {
  const { own, group } = symmetricKeys(invocation);
  const deviceKey = group === undefined ? own : deriveDeviceKey(group, invocation.text('registration-id')!);
  if (deviceKey !== undefined) return { deviceKey, expiry: Math.floor(Date.now() / 1000) + HUB_TOKEN_SECONDS };
  return { certFile: invocation.text('cert')!, keyFile: invocation.text('cert-key')! };
}
