import { ProvisioningError, type ProvisionOptions, provision } from '@mote/client';
import { readSigningRequest } from '@mote/client/material';
import { type Command, type Flag, type Invocation, UsageError } from '../command.ts';
import { type Device, deviceOf } from '../flags/device.ts';
import { flagFile, readFrom } from '../flags/flag-file.ts';
import { jsonObject, PAYLOAD_EXAMPLE } from '../flags/json-object.ts';
import { PROVISION_FLAGS, provisionOptions, refuseSwappedIds } from '../flags/provision-flags.ts';
import { HAND_OVER_FORMATS } from '../provision/hand-over.ts';
import { observers } from '../provision/observers.ts';
import { assigned, failed, interrupted } from '../provision/outcome.ts';
import { abortOnSignals } from '../terminal/abort-on-signals.ts';
import { stepsOn } from '../terminal/steps.ts';

const FLAGS: readonly Flag[] = [
  ...PROVISION_FLAGS,
  { name: 'payload', value: 'JSON|@FILE', summary: 'JSON object for a custom allocation policy' },
  { name: 'csr', value: 'FILE', summary: 'certificate signing request, PEM or DER, to be answered with a certificate' },
  { name: 'api-version', value: 'VERSION', summary: 'service API version; default 2019-03-31' },
  { name: 'json', summary: 'print one JSON object' },
  {
    name: 'format',
    value: 'KIND',
    summary:
      'print how to reach the hub, secrets included: env, mosquitto (a command to paste) or json (options of mqtt.js)',
    choices: HAND_OVER_FORMATS,
  },
  {
    name: 'diagram',
    value: 'FILE',
    summary: 'draw the exchange into FILE: .svg, .mmd (Mermaid) or - for the terminal',
  },
  {
    name: 'trace',
    value: 'FILE',
    summary: 'capture the packets into FILE, secrets masked; `mote inspect FILE` reads it',
  },
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
  notes: [
    'Exit code 0 when assigned; `mote explain exit-N` tells what another means, `mote explain CODE` what went wrong.',
  ],
  run: runProvision,
};

async function runProvision(invocation: Invocation): Promise<number> {
  if (invocation.on('json') && invocation.text('format') !== undefined) {
    throw new UsageError('--json and --format exclude each other: give one');
  }
  refuseSwappedIds(invocation);
  // Files are read before abortOnSignals: reading may block on a pipe, and until then Ctrl-C still ends the process.
  const device = deviceOf(invocation);
  const options = optionsOf(invocation, device);
  const watching = observers(invocation);
  const steps = stepsOn(process.stderr);
  const abort = abortOnSignals();
  try {
    const assignment = await provision({
      ...options,
      signal: abort.signal,
      onProgress: (event) => steps.next(event),
      onPacket: watching.onPacket,
    });
    steps.done();
    return assigned(invocation, assignment, device);
  } catch (error) {
    steps.failed();
    if (abort.signal.aborted) return interrupted(invocation);
    if (error instanceof ProvisioningError) return await failed(invocation, error, device);
    throw error;
  } finally {
    abort.release();
    watching.finish();
  }
}

function optionsOf(invocation: Invocation, device: Device): ProvisionOptions {
  const payload = invocation.text('payload');
  const csr = invocation.text('csr');
  const apiVersion = invocation.text('api-version');
  return {
    ...provisionOptions(invocation, device),
    ...(payload === undefined ? {} : { payload: jsonObject('payload', payload, PAYLOAD_EXAMPLE) }),
    ...(csr === undefined ? {} : { csr: signingRequest(csr) }),
    ...(apiVersion === undefined ? {} : { apiVersion }),
  };
}

function signingRequest(path: string): string {
  return readFrom('csr', path, () => readSigningRequest(flagFile('csr', path)));
}
