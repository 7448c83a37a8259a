import { type Endpoint, parseEndpoint } from '@mote/client';
import { commonNames, type FileContent, readSharedKey, textOf } from '@mote/client/material';
import { wholeNumber } from '../arguments.ts';
import { type Flag, type Invocation, UsageError } from '../command.ts';
import { HUB_FLAGS, hubHost, wayOf } from '../device/flags.ts';
import { flagFile } from '../flags/flag-file.ts';
import { authorities, passphrase } from '../flags/flag-values.ts';
import { PROVISION_FLAGS } from '../flags/provision-flags.ts';
import { shown } from '../shown.ts';
import { readChain } from './chain.ts';
import { proxyFor } from './environment-proxy.ts';
import type { Subject } from './subject.ts';

/** The flags of `mote doctor`. */
export const DOCTOR_FLAGS: readonly Flag[] = [
  ...PROVISION_FLAGS.map((flag) =>
    flag.name === 'timeout' ? { ...flag, summary: 'deadline of the registration at the end; default 30' } : flag,
  ),
  { name: 'ws-port', value: 'N', summary: 'port of the WebSocket listener where --host names that of the other' },
  { name: 'sas', value: 'TOKEN', summary: 'a token made elsewhere, to be checked', secret: true },
  {
    name: 'hub',
    summary: 'examine the assigned hub, too: a device that is connected there as this one loses its connection',
  },
  ...HUB_FLAGS,
  { name: 'no-register', summary: 'leave out the registration at the end; the service counts registrations' },
  { name: 'json', summary: 'print {"healthy","findings":[{"check","state","problem","says","fix"}]}' },
];

/** What to check, from flags, files and environment. Throws UsageError, but not for a key that cannot be read: that is a finding. */
export function subjectOf(invocation: Invocation, environment: NodeJS.ProcessEnv): Subject {
  const { host, port } = endpoint(invocation.text('host') ?? 'global.azure-devices-provisioning.net');
  const transport = (invocation.text('transport') ?? 'tls') as Subject['transport'];
  const webSocketPort = wholeNumber(invocation, 'ws-port', 1, 65_535);
  const file = (name: string) => {
    const path = invocation.text(name);
    return path === undefined ? undefined : flagFile(name, path);
  };
  const ca = invocation.text('ca');
  const key = keyOf(invocation, 'key');
  const group = keyOf(invocation, 'group-key');
  const hubAt = hubHost(invocation);
  const dial = hubAt === undefined ? undefined : endpoint(hubAt, 'hub-host');
  const isGroups = invocation.on('compute-key') && group === undefined;
  return {
    idScope: invocation.text('id-scope'),
    registrationId: invocation.text('registration-id') ?? onlyName(file('cert'), passphrase(invocation)),
    host,
    mqttPort: port === undefined ? 8883 : transport === 'websocket' ? undefined : port,
    webSocketPort: webSocketPort ?? (port === undefined ? 443 : transport === 'websocket' ? port : undefined),
    transport,
    key: isGroups ? undefined : key,
    secondaryKey: readable(invocation.text('secondary-key')),
    groupKey: isGroups ? key : group,
    cert: file('cert'),
    certKey: file('cert-key'),
    passphrase: passphrase(invocation),
    ca: ca === undefined ? undefined : authorities(ca),
    proxy: invocation.text('proxy'),
    environmentProxy: proxyFor(host, environment),
    sas: invocation.text('sas'),
    register: !invocation.on('no-register'),
    hub: invocation.on('hub'),
    hubDial: dial,
    known: knownHub(invocation, dial),
    timeoutMs: (wholeNumber(invocation, 'timeout', 1, 86_400) ?? 30) * 1000,
    now: Date.now,
  };
}

/** The common name of a certificate, which is the registration id if there is no flag for it. With none or several, the flag is needed. */
function onlyName(cert: FileContent | undefined, passphrase: string | undefined): string | undefined {
  const chain = cert === undefined ? undefined : readChain(cert, passphrase);
  const names = chain === undefined ? [] : commonNames(chain[0]);
  return names.length === 1 ? names[0] : undefined;
}

/** The hub of a connection string. With one, nothing is provisioned. */
function knownHub(invocation: Invocation, dial: Subject['hubDial']): Subject['known'] {
  if (invocation.text('connection-string') === undefined && invocation.text('connection-string-file') === undefined)
    return undefined;
  const way = wayOf(invocation);
  if (way.kind !== 'hub') return undefined;
  return { names: way.names, options: { ...way.options, timeoutMs: 30_000 }, dial };
}

/** The key in base64. One that cannot be read stays as it was given: the report then says what is wrong with it. */
function keyOf(invocation: Invocation, name: string): string | undefined {
  const text = invocation.text(name);
  if (text !== undefined) return readable(text);
  const path = invocation.text(`${name}-file`);
  return path === undefined ? undefined : readable(flagFile(`${name}-file`, path));
}

function readable(input: FileContent | undefined): string | undefined {
  if (input === undefined) return undefined;
  try {
    return readSharedKey(input).key;
  } catch {
    return textOf(input);
  }
}

function endpoint(text: string, flag = 'host'): Endpoint {
  const parsed = parseEndpoint(text);
  if (parsed === undefined) throw new UsageError(`--${flag} is HOST or HOST:PORT, not ${shown(text)}`);
  return parsed;
}
