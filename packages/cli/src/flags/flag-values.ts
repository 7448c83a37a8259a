import { existsSync } from 'node:fs';
import { isRegistrationId, ProvisioningError } from '@mote/client';
import { readAuthorities, readSharedKey, textOf } from '@mote/client/material';
import { type Invocation, UsageError } from '../command.ts';
import { stderr } from '../terminal/output.ts';
import { flagFile, nameOf, readFrom } from './flag-file.ts';

/** The CA certificates of a file as PEM. A file without any is refused here: Node would trust nobody, and fail later with other words. */
export function authorities(path: string): string {
  return readFrom('ca', path, () => readAuthorities(flagFile('ca', path)).join(''));
}

/** The key of the device, or that of its group. With --compute-key the value of --key is that of the group, as in the Azure CLI. */
export function symmetricKeys(invocation: Invocation): { own: string | undefined; group: string | undefined } {
  const own = sharedKey(invocation, 'key');
  const group = sharedKey(invocation, 'group-key');
  if (!invocation.on('compute-key') || own === undefined) return { own, group };
  if (group !== undefined)
    throw new UsageError('--compute-key says that --key is the group key: leave out --group-key');
  return { own: undefined, group: own };
}

/** A key in base64: from its flag or variable, or from the file of `--NAME-file`. Undefined if neither was given. Throws UsageError. */
export function sharedKey(invocation: Invocation, name: string): string | undefined {
  const text = invocation.text(name);
  if (text !== undefined) {
    if (/\.|\//.test(text) && existsSync(text))
      throw new UsageError(`--${name} holds the name of a file, not a key in base64: give it with --${name}-file`);
    return readFrom(name, undefined, () => readSharedKey(text).key);
  }
  const path = invocation.text(`${name}-file`);
  if (path === undefined) return undefined;
  const { key, raw } = readFrom(`${name}-file`, path, () => readSharedKey(flagFile(`${name}-file`, path)));
  if (raw) {
    const { length } = Buffer.from(key, 'base64');
    stderr.line(
      invocation.asGiven(
        `mote: --${name}-file: ${nameOf(path)} holds ${length} bytes that are no text; taken as the key itself`,
      ),
    );
  }
  return key;
}

/** The passphrase: from its flag or variable, or the first line of --passphrase-file. Blanks belong to it. Throws UsageError. */
export function passphrase(invocation: Invocation): string | undefined {
  const path = invocation.text('passphrase-file');
  const given = invocation.text('passphrase');
  if (path === undefined || given !== undefined) return given;
  const [line = ''] = textOf(flagFile('passphrase-file', path)).split(/\r?\n|\r/);
  if (line === '') throw new UsageError(`--passphrase-file: the first line of ${nameOf(path)} is empty`);
  return line;
}

/** The value of a flag. Throws UsageError if it is missing or empty. */
export function required(invocation: Invocation, name: string): string {
  const value = invocation.text(name);
  if (value === undefined || value === '') throw new UsageError(`--${name} is missing`);
  return value;
}

/** The registration id. Throws UsageError for one that the service does not allow: a key or token for it would fit no device. */
export function registrationId(invocation: Invocation): string {
  const id = required(invocation, 'registration-id');
  if (isRegistrationId(id)) return id;
  throw new UsageError('--registration-id is 1 to 128 letters, digits and - . _ : with a letter or digit at its ends');
}

/** Calls `make`. If the client refuses an option, that is the user's mistake: a UsageError. */
export function usable<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof ProvisioningError && error.code === 'invalid-options') throw new UsageError(error.message);
    throw error;
  }
}
