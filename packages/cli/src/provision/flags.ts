import { readFileSync } from 'node:fs';
import { groupKey, isRegistrationId, ProvisioningError, type ProvisionOptions, symmetricKey, x509 } from '@mote/client';
import { wholeNumber } from '../arguments.ts';
import { type Flag, type Invocation, UsageError } from '../command.ts';
import { fileReason } from '../file-reason.ts';

/** The flags that say which device, to which service, by which path: `provision` and `doctor` share them. */
export const PROVISION_FLAGS: readonly Flag[] = [
  {
    name: 'id-scope',
    value: 'SCOPE',
    summary: 'ID scope of the DPS instance, such as 0ne00ABCDEF',
    aliases: ['scope'],
  },
  { name: 'registration-id', value: 'ID', summary: 'registration id of the device', aliases: ['rid'] },
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
    summary: 'device certificate, PEM, the chain below it',
    aliases: ['certificate-file-path', 'cp'],
  },
  { name: 'cert-key', value: 'FILE', summary: 'private key of the certificate, PEM', aliases: ['key-file-path', 'kp'] },
  {
    name: 'passphrase',
    value: 'TEXT',
    summary: 'passphrase of an encrypted private key',
    aliases: ['pass'],
    secret: true,
  },
  { name: 'ca', value: 'FILE', summary: 'PEM of the authority that signed the service, instead of the public ones' },
  {
    name: 'transport',
    value: 'KIND',
    summary: 'tls (8883), websocket (443) or auto (8883, then 443 where that is blocked)',
    choices: ['tls', 'websocket', 'auto'],
  },
  { name: 'proxy', value: 'URL', summary: 'HTTP proxy to tunnel through: http://user:pass@host:port' },
  { name: 'timeout', value: 'SECONDS', summary: 'deadline for everything together; default 120' },
];

/** What `provision` of the client takes, from flags and files. Throws UsageError. */
export function provisionOptions(invocation: Invocation): ProvisionOptions {
  const idScope = required(invocation, 'id-scope');
  const id = required(invocation, 'registration-id');
  const endpoint = invocation.text('host');
  const transport = invocation.text('transport') as 'tls' | 'websocket' | 'auto' | undefined;
  const proxy = invocation.text('proxy');
  const ca = invocation.text('ca');
  const timeout = wholeNumber(invocation, 'timeout', 1, 86_400);
  return {
    idScope,
    registrationId: id,
    attestation: attestation(invocation),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(transport === undefined ? {} : { transport }),
    ...(proxy === undefined ? {} : { proxy }),
    ...(ca === undefined ? {} : { tls: { ca: authorities(ca) } }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout * 1000 }),
  };
}

/** The text of a file that a flag names. Throws UsageError that says which flag and why. */
export function fileText(flag: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unreadable(flag, path, error);
  }
}

export function unreadable(flag: string, path: string, error: unknown): UsageError {
  return new UsageError(`--${flag}: cannot read ${path}: ${fileReason(error)}`);
}

/** Node takes a file without a certificate for one without authorities, and says later that it trusts nobody. */
export function authorities(path: string): string {
  const text = fileText('ca', path);
  if (/-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/.test(text)) return text;
  throw new UsageError(`--ca: ${path} holds no PEM certificate: text that begins with -----BEGIN CERTIFICATE-----`);
}

function attestation(invocation: Invocation): ProvisionOptions['attestation'] {
  const { own: key, group } = symmetricKeys(invocation);
  const cert = invocation.text('cert');
  const ways = [key, group, cert].filter((value) => value !== undefined).length;
  if (ways === 0)
    throw new UsageError('say how the device proves itself: --key-file, --group-key-file, or --cert with --cert-key');
  if (ways > 1) throw new UsageError('--key, --group-key and --cert exclude each other: give one');
  if (key !== undefined) {
    const secondaryKey = invocation.text('secondary-key');
    return symmetricKey(key, secondaryKey === undefined ? {} : { secondaryKey });
  }
  if (group !== undefined) return groupKey(group);
  const certKey = required(invocation, 'cert-key');
  const passphrase = invocation.text('passphrase');
  return x509({
    cert: fileText('cert', cert!),
    key: fileText('cert-key', certKey),
    ...(passphrase === undefined ? {} : { passphrase }),
  });
}

/** The key of the device or of its group, whichever was given. */
export function symmetricKeys(invocation: Invocation): { own: string | undefined; group: string | undefined } {
  const own = secret(invocation, 'key');
  const group = secret(invocation, 'group-key');
  if (!invocation.on('compute-key') || own === undefined) return { own, group };
  if (group !== undefined)
    throw new UsageError('--compute-key says that --key is the group key: leave out --group-key');
  return { own: undefined, group: own };
}

/** A secret by its flag or variable, or from the file that `--NAME-file` names. */
export function secret(invocation: Invocation, name: string): string | undefined {
  const file = invocation.text(`${name}-file`);
  return invocation.text(name) ?? (file === undefined ? undefined : fileText(`${name}-file`, file).trim());
}

export function required(invocation: Invocation, name: string): string {
  const value = invocation.text(name);
  if (value === undefined || value === '') throw new UsageError(`--${name} is missing`);
  return value;
}

/** The registration id, in the grammar of the service: of another a key or token would be made that fits no device. */
export function registrationId(invocation: Invocation): string {
  const id = required(invocation, 'registration-id');
  if (isRegistrationId(id)) return id;
  throw new UsageError('--registration-id is 1 to 128 letters, digits and - . _ : with a letter or digit at its ends');
}

/** What the client finds wrong with a key is a mistake of whoever gave it. */
export function usable<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof ProvisioningError && error.code === 'invalid-options') throw new UsageError(error.message);
    throw error;
  }
}
