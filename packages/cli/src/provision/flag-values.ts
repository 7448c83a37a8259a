import { readFileSync } from 'node:fs';
import { isRegistrationId, ProvisioningError } from '@mote/client';
import { type Invocation, UsageError } from '../command.ts';
import { fileReason } from '../file-reason.ts';

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
