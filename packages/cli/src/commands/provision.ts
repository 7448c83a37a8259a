import { type Assignment, ProvisioningError, type ProvisionOptions, provision } from '@mote/client';
import { type Command, type Flag, type Invocation, UsageError } from '../command.ts';
import { ABORTED, exitCodeOf } from '../exit-code.ts';
import { fileText, PROVISION_FLAGS, provisionOptions } from '../provision-flags.ts';
import { abortOnSignals } from '../terminal/abort-on-signals.ts';
import { packetDetail, packetName } from '../terminal/packet-line.ts';
import { paintFor } from '../terminal/paint.ts';
import { stepsOn } from '../terminal/steps.ts';

const FLAGS: readonly Flag[] = [
  ...PROVISION_FLAGS,
  { name: 'payload', value: 'JSON|@FILE', summary: 'JSON object for a custom allocation policy' },
  { name: 'csr', value: 'FILE', summary: 'certificate signing request, PEM or DER, to be answered with a certificate' },
  { name: 'api-version', value: 'VERSION', summary: 'service API version; default 2019-03-31' },
  { name: 'json', summary: 'print one JSON object' },
  { name: 'verbose', short: 'v', summary: 'one line on stderr for each packet' },
];

export const provisionCommand: Command = {
  name: 'provision',
  summary: 'provisions one device and prints the IoT hub that it was assigned to',
  usage:
    '--id-scope SCOPE --registration-id ID (--key-file FILE | --group-key-file FILE | --cert FILE --cert-key FILE) [FLAGS]',
  flags: FLAGS,
  environmentPrefix: 'DPS_',
  operands: 0,
  notes: ['Exit code 0 when assigned; `mote explain CODE` tells what any other outcome means.'],
  run: runProvision,
};

async function runProvision(invocation: Invocation): Promise<number> {
  for (const flag of invocation.exposed) {
    process.stderr.write(
      `mote: --${flag} on the command line is visible to every process; use its environment variable or a file\n`,
    );
  }
  const steps = stepsOn(process.stderr);
  const abort = abortOnSignals();
  try {
    const assignment = await provision({
      ...optionsOf(invocation),
      signal: abort.signal,
      onProgress: (event) => steps.next(event.message, event.elapsedMs),
      ...(invocation.on('verbose') ? { onPacket: packetPrinter } : {}),
    });
    steps.done();
    process.stdout.write(invocation.on('json') ? `${JSON.stringify(assignment)}\n` : summary(assignment));
    return 0;
  } catch (error) {
    steps.failed();
    if (error instanceof UsageError) throw error;
    if (abort.signal.aborted) return interrupted(invocation);
    if (error instanceof ProvisioningError) return failed(invocation, error);
    throw error;
  } finally {
    abort.release();
  }
}

function optionsOf(invocation: Invocation): ProvisionOptions {
  const payload = invocation.text('payload');
  const csr = invocation.text('csr');
  const apiVersion = invocation.text('api-version');
  return {
    ...provisionOptions(invocation),
    ...(payload === undefined ? {} : { payload: jsonObject(payload) }),
    ...(csr === undefined ? {} : { csr: fileText('csr', csr) }),
    ...(apiVersion === undefined ? {} : { apiVersion }),
  };
}

function jsonObject(text: string): Record<string, unknown> {
  const source = text.startsWith('@') ? fileText('payload', text.slice(1)) : text;
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    throw new UsageError('--payload is not JSON; give an object or @FILE');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError('--payload is a JSON object, such as {"modelId":"dtmi:com:example:Thermostat;1"}');
  }
  return value as Record<string, unknown>;
}

const packetPrinter: NonNullable<ProvisionOptions['onPacket']> = (direction, packet) => {
  const arrow = direction === 'sent' ? '→' : '←';
  process.stderr.write(`  ${arrow} ${packetName(packet).padEnd(11)} ${packetDetail(packet)}\n`);
};

function summary(assignment: Assignment): string {
  const rows: [string, string | undefined][] = [
    ['assigned hub', assignment.assignedHub],
    ['device id', assignment.deviceId],
    ['registration id', assignment.registrationId],
    [
      'status',
      assignment.substatus === undefined ? assignment.status : `${assignment.status} (${assignment.substatus})`,
    ],
    ['payload', assignment.payload === undefined ? undefined : JSON.stringify(assignment.payload)],
  ];
  return rows
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name.padEnd(16)} ${value}\n`)
    .join('');
}

function failed(invocation: Invocation, error: ProvisioningError): number {
  if (invocation.on('json')) process.stdout.write(`${JSON.stringify({ error })}\n`);
  const paint = paintFor(process.stderr);
  process.stderr.write(`${paint.bad(`${error.code}`)}: ${error.message}\n`);
  if (error.hint !== undefined) process.stderr.write(`${error.hint}\n`);
  return exitCodeOf(error);
}

function interrupted(invocation: Invocation): number {
  const message = 'interrupted before the device was assigned';
  if (invocation.on('json')) process.stdout.write(`${JSON.stringify({ error: { code: 'aborted', message } })}\n`);
  process.stderr.write(`${message}\n`);
  return ABORTED;
}
