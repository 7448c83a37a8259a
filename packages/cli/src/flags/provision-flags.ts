import type { ProvisionOptions } from '@mote/client';
import { idsAreSwapped } from '@mote/client/explain';
import { wholeNumber } from '../arguments.ts';
import { type Flag, type Invocation, UsageError } from '../command.ts';
import { looksSecret } from '../shown.ts';
import type { Device } from './device.ts';
import { authorities, required } from './flag-values.ts';

/** The flags for the device, the service and the way to it. `provision`, `device` and `doctor` have them. */
export const PROVISION_FLAGS: readonly Flag[] = [
  {
    name: 'id-scope',
    value: 'SCOPE',
    summary: 'ID scope of the DPS instance, such as 0ne00ABCDEF',
    aliases: ['scope'],
  },
  {
    name: 'registration-id',
    value: 'ID',
    summary: 'registration id of the device; default with --cert: its common name',
    aliases: ['rid'],
  },
  {
    name: 'host',
    value: 'HOST[:PORT]',
    summary: 'service endpoint; default global.azure-devices-provisioning.net',
    aliases: ['provisioning-host'],
  },
  {
    name: 'key',
    value: 'BASE64',
    summary: 'device key (better from the environment or --key-file)',
    aliases: ['symmetric-key'],
    secret: true,
  },
  { name: 'key-file', value: 'FILE', summary: 'file that holds the device key' },
  { name: 'secondary-key', value: 'BASE64', summary: 'device key to try when the first is refused', secret: true },
  {
    name: 'group-key',
    value: 'BASE64',
    summary: 'key of the enrollment group; the device key is derived from it',
    secret: true,
  },
  { name: 'group-key-file', value: 'FILE', summary: 'file that holds the group key' },
  { name: 'compute-key', summary: 'take --key for the key of the group', aliases: ['ck'] },
  {
    name: 'cert',
    value: 'FILE',
    summary: 'device certificate with the chain below it: PEM, DER or PKCS #12',
    aliases: ['certificate-file-path', 'cp'],
  },
  {
    name: 'cert-key',
    value: 'FILE',
    summary: 'private key of the certificate: PEM or DER; not needed when --cert holds it',
    aliases: ['key-file-path', 'kp'],
  },
  {
    name: 'passphrase',
    value: 'TEXT',
    summary: 'passphrase of an encrypted private key',
    aliases: ['pass'],
    secret: true,
  },
  { name: 'passphrase-file', value: 'FILE', summary: 'file whose first line is that passphrase' },
  { name: 'ca', value: 'FILE', summary: 'PEM of the CA of the service, in place of the public CAs' },
  {
    name: 'transport',
    value: 'KIND',
    summary: 'tls (8883), websocket (443) or auto (8883, then 443 where that is blocked)',
    choices: ['tls', 'websocket', 'auto'],
  },
  {
    name: 'proxy',
    value: 'URL',
    summary: 'HTTP proxy to tunnel through: http://user:pass@host:port',
    secret: hasPassword,
  },
  { name: 'timeout', value: 'SECONDS', summary: 'deadline of the whole command; default 120' },
];

/** Whether a proxy URL holds a password. It also matches URLs that are written wrong: a password in one of those is a secret, too. */
function hasPassword(url: string): boolean {
  return /:(?!\/\/)[\s\S]*@/.test(url);
}

/** The options for `provision`, from flags and files. Throws UsageError. */
export function provisionOptions(invocation: Invocation, device: Device): ProvisionOptions {
  const idScope = required(invocation, 'id-scope');
  const endpoint = invocation.text('host');
  const transport = invocation.text('transport') as 'tls' | 'websocket' | 'auto' | undefined;
  const proxy = invocation.text('proxy');
  const ca = invocation.text('ca');
  const timeout = wholeNumber(invocation, 'timeout', 1, 86_400);
  return {
    idScope,
    registrationId: device.registrationId,
    attestation: device.attestation,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(transport === undefined ? {} : { transport }),
    ...(proxy === undefined ? {} : { proxy }),
    ...(ca === undefined ? {} : { tls: { ca: authorities(ca) } }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout * 1000 }),
  };
}

/** Throws UsageError if ID scope and registration id are swapped. The client would dial six times, and report the service as down. */
export function refuseSwappedIds(invocation: Invocation): void {
  const [idScope, id] = [invocation.text('id-scope'), invocation.text('registration-id')];
  if (!idsAreSwapped(idScope, id)) return;
  throw new UsageError(
    `are --id-scope and --registration-id swapped? ${id} looks like an ID scope, ${looksSecret(idScope ?? '') ? 'the other' : idScope} does not`,
  );
}
