import type { HubOptions, OpenDeviceOptions } from '@mote/client';
import { type AssignmentCache, fileCache } from '@mote/client';
import { type ConnectionString, readConnectionString } from '@mote/client/azure';
import { readJson, textOf } from '@mote/client/material';
import { fileReason } from '@mote/emulator/files';
import { wholeNumber } from '../arguments.ts';
import { type Flag, type Invocation, UsageError } from '../command.ts';
import { type Device, deviceOf } from '../flags/device.ts';
import { flagFile, readFrom } from '../flags/flag-file.ts';
import { authorities } from '../flags/flag-values.ts';
import { jsonObject, PAYLOAD_EXAMPLE } from '../flags/json-object.ts';
import { PROVISION_FLAGS, provisionOptions, refuseSwappedIds } from '../flags/provision-flags.ts';
import { shown } from '../shown.ts';
import { stderr } from '../terminal/output.ts';

/** A connection string counts as secret unless it says `x509=true` and has no SharedAccess field. So a mistyped one is a secret, too. */
const hasSecret = (text: string): boolean => /SharedAccess/i.test(text) || !/;\s*x509\s*=\s*true/i.test(text);

/** The flags that name a hub and the address to dial. `device` and `doctor` have them. */
export const HUB_FLAGS: readonly Flag[] = [
  {
    name: 'connection-string',
    value: 'TEXT',
    summary:
      'HostName=…;DeviceId=…;SharedAccessKey=…: connects to this hub without provisioning (better from the environment or --connection-string-file)',
    aliases: ['login'],
    secret: hasSecret,
  },
  { name: 'connection-string-file', value: 'FILE', summary: 'file that holds the connection string' },
  {
    name: 'hub-host',
    value: 'HOST[:PORT]',
    summary:
      'address to dial in place of the hub, such as an emulator or a gateway; its certificate must name the hub; default: --host, if that is this machine',
  },
];

/** The flags of `mote device`: those of `provision`, those of the hub, and its own. */
export const DEVICE_FLAGS: readonly Flag[] = [
  ...PROVISION_FLAGS.map((flag) =>
    flag.name === 'timeout'
      ? { ...flag, summary: 'how long to try until it is online for the first time; default 120' }
      : flag,
  ),
  ...HUB_FLAGS,
  {
    name: 'cache',
    value: 'FILE',
    summary:
      'keep the assigned hub in FILE: the next start connects there, and asks the provisioning service only when needed',
  },
  { name: 'payload', value: 'JSON|@FILE', summary: 'JSON object for a custom allocation policy' },
  { name: 'model-id', value: 'DTMI', summary: 'DTMI of the device model, such as dtmi:com:example:Thermostat;1' },
  {
    name: 'property',
    value: 'NAME=TEXT',
    summary: 'property of each message of telemetry; may be given more than once',
    repeatable: true,
  },
  {
    name: 'method',
    value: 'NAME=JSON',
    summary:
      'answer this direct method with 200 and JSON; other methods with 200 and their own payload; may be given more than once',
    repeatable: true,
  },
  { name: 'reported', value: 'JSON|@FILE', summary: 'reported properties of the twin, sent once at the start' },
  {
    name: 'exit-on-eof',
    summary: 'end when standard input has ended and the hub has acknowledged everything; default: stay connected',
  },
  { name: 'json', summary: 'print one JSON object for each message, change of the twin and method call' },
  {
    name: 'trace',
    value: 'FILE',
    summary: 'capture the packets into FILE, secrets masked; `mote inspect FILE` reads it',
  },
  { name: 'verbose', short: 'v', summary: 'one line on stderr for each packet' },
];

/** How the device gets to its hub: `hub`, by a connection string that names it; `provisioning`, by asking the provisioning service. */
export type Way =
  | { readonly kind: 'hub'; readonly options: HubOptions; readonly names: ConnectionString }
  | { readonly kind: 'provisioning'; readonly options: OpenDeviceOptions; readonly device: Device };

/** Reads the flags that lead to the hub, and every file that they name, so that nothing blocks on a pipe later. Throws UsageError. */
export function wayOf(invocation: Invocation): Way {
  const text = connectionText(invocation);
  const hub = { endpoint: hubHost(invocation), modelId: invocation.text('model-id') };
  if (text !== undefined) return toHub(invocation, text, hub);
  if (invocation.text('id-scope') === undefined && invocation.text('registration-id') === undefined)
    throw new UsageError('say which device: --id-scope and --registration-id, or --connection-string-file');
  refuseSwappedIds(invocation);
  const device = deviceOf(invocation);
  const { endpoint, ...options } = provisionOptions(invocation, device);
  const payload = invocation.text('payload');
  const cache = invocation.text('cache');
  return {
    kind: 'provisioning',
    device,
    options: {
      ...options,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(payload === undefined ? {} : { payload: jsonObject('payload', payload, PAYLOAD_EXAMPLE) }),
      ...(cache === undefined ? {} : { cache: cacheIn(cache, invocation.asGiven('--cache')) }),
      hub,
    },
  };
}

/** The address to dial in place of the hub: --hub-host, or --host if that is this machine. */
export function hubHost(invocation: Invocation): string | undefined {
  const host = invocation.text('host');
  return invocation.text('hub-host') ?? (isHere(host) ? host : undefined);
}

/** Values of a flag that is given as NAME=VALUE, by name. The first `=` ends the name. Throws UsageError. */
export function pairsOf(invocation: Invocation, flag: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (const text of invocation.texts(flag)) {
    const at = text.indexOf('=');
    if (at < 1) throw new UsageError(`--${flag} is NAME=${flag === 'method' ? 'JSON' : 'TEXT'}, not ${shown(text)}`);
    pairs.set(text.slice(0, at), text.slice(at + 1));
  }
  return pairs;
}

/** The payloads with which methods are answered, by method name. Throws UsageError. */
export function methodAnswers(invocation: Invocation): ReadonlyMap<string, unknown> {
  return new Map(
    [...pairsOf(invocation, 'method')].map(([name, text]) => [
      name,
      text === '' ? undefined : readFrom('method', undefined, () => readJson(text)),
    ]),
  );
}

function connectionText(invocation: Invocation): string | undefined {
  const file = invocation.text('connection-string-file');
  const given = invocation.text('connection-string');
  return given ?? (file === undefined ? undefined : textOf(flagFile('connection-string-file', file)).trim());
}

function toHub(invocation: Invocation, text: string, hub: Pick<HubOptions, 'endpoint' | 'modelId'>): Way {
  const flag = invocation.text('connection-string') === undefined ? 'connection-string-file' : 'connection-string';
  const names = readConnectionString(text);
  if (names === undefined)
    throw new UsageError(`--${flag} has the form HostName=…;DeviceId=…;SharedAccessKey=…; what was given is not shown`);
  const proofs = ['key', 'key-file', 'group-key', 'group-key-file'].filter(
    (name) => invocation.text(name) !== undefined,
  );
  if (proofs.length > 0) throw new UsageError(`--${flag} and --${proofs[0]} exclude each other: give one`);
  if (invocation.text('cache') !== undefined)
    throw new UsageError(`--cache is for a device that is provisioned, not for --${flag}`);
  const certified = invocation.text('cert') !== undefined;
  const hasKey = names.sharedAccessKey !== undefined || names.sharedAccessSignature !== undefined;
  if (certified && hasKey) throw new UsageError(`--${flag} holds a key: leave out --cert`);
  if (!certified && !hasKey) throw new UsageError(`--${flag} holds no key: give --cert and --cert-key`);
  const timeout = wholeNumber(invocation, 'timeout', 1, 86_400) ?? 120;
  const ca = invocation.text('ca');
  const options: HubOptions = {
    connectionString: text,
    transport: invocation.text('transport') as HubOptions['transport'],
    proxy: invocation.text('proxy'),
    timeoutMs: timeout * 1000,
    ...(ca === undefined ? {} : { tls: { ca: authorities(ca) } }),
    ...(certified ? { attestation: certificateOf(invocation, names.deviceId) } : {}),
    ...(hub.endpoint === undefined ? {} : { endpoint: hub.endpoint }),
    modelId: hub.modelId,
  };
  return { kind: 'hub', names, options };
}

/** The certificate for the device that the connection string names. A hub knows no registration id, so the device id stands in for it. */
function certificateOf(invocation: Invocation, deviceId: string): Device['attestation'] {
  const text: Invocation['text'] = (flag) => (flag === 'registration-id' ? deviceId : invocation.text(flag));
  return deviceOf({ ...invocation, text }).attestation;
}

/** Whether the address is this machine, so that it must be an emulator: one serves its hubs on the ports of its provisioning service. */
function isHere(endpoint: string | undefined): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/i.test(endpoint ?? '');
}

/** A cache in a file. If it cannot be read or written a warning says so, and the device goes on without. */
function cacheIn(file: string, name: string): AssignmentCache {
  const warn = (what: string, error: unknown): void =>
    stderr.prose([`mote: ${name}: ${file} ${what}: ${fileReason(error, 'folder')}`]);
  const cache = fileCache(file, { onProblem: (error) => warn('counts as empty', error) });
  return {
    ...cache,
    async save(assignment) {
      try {
        await cache.save(assignment);
      } catch (error) {
        warn('cannot be written, so the device is provisioned again at its next start', error);
        throw error;
      }
    },
  };
}
