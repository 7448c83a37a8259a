import { type Attestation, groupKey, symmetricKey, x509 } from '@mote/client';
import { commonNames, type MaterialError, readCredentials, readSharedKey } from '@mote/client/material';
import { type Invocation, UsageError } from '../command.ts';
import { flagFile, nameOf, readFrom } from './flag-file.ts';
import { passphrase, required, symmetricKeys } from './flag-values.ts';

/** Who the device is and how it proves that. It is read once, and then passed on: standard input and pipes cannot be read again. */
export interface Device {
  readonly registrationId: string;
  readonly attestation: Attestation;
  /** Key of the device, in base64. */
  readonly key: string | undefined;
  /** Key of its group, in base64, from which that of the device is derived. */
  readonly groupKey: string | undefined;
  /** Paths of the certificate and of its private key. Both are the same for a file that holds both. */
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
}

/** Reads the flags for one kind of proof: a key, a group key or a certificate. Throws UsageError for none, several, or a wrong one. */
export function deviceOf(invocation: Invocation): Device {
  const cert = invocation.text('cert');
  const { own: key, group } = symmetricKeys(invocation);
  const ways = [key, group, cert].filter((value) => value !== undefined).length;
  if (ways === 0)
    throw new UsageError('say how the device proves itself: --key-file, --group-key-file, or --cert with --cert-key');
  if (ways > 1) throw new UsageError('--key, --group-key and --cert exclude each other: give one');
  if (cert !== undefined) return certified(invocation, cert);
  const registrationId = required(invocation, 'registration-id');
  const secondary = invocation.text('secondary-key');
  const secondaryKey =
    secondary === undefined ? undefined : readFrom('secondary-key', undefined, () => readSharedKey(secondary).key);
  const attestation = group === undefined ? symmetricKey(key!, { secondaryKey }) : groupKey(group);
  return { registrationId, attestation, key, groupKey: group, certFile: undefined, keyFile: undefined };
}

function certified(invocation: Invocation, certFile: string): Device {
  const keyFile = invocation.text('cert-key');
  const words = passphrase(invocation);
  const { chain, cert, key } = credentials(certFile, keyFile, words);
  const attestation = x509({ cert, key, passphrase: words });
  const registrationId = invocation.text('registration-id') || onlyName(commonNames(chain[0]), certFile);
  return { registrationId, attestation, key: undefined, groupKey: undefined, certFile, keyFile: keyFile ?? certFile };
}

/** Reads certificate and key together, since one file may hold both. The error names the flag whose file is at fault. */
export function credentials(
  certFile: string,
  keyFile: string | undefined,
  passphrase: string | undefined,
): ReturnType<typeof readCredentials> {
  const cert = flagFile('cert', certFile);
  const key = keyFile === undefined ? undefined : flagFile('cert-key', keyFile);
  try {
    return readCredentials({ cert, key, passphrase });
  } catch (error) {
    const { slot } = error as MaterialError;
    if (slot === 'passphrase') return readFrom('passphrase', undefined, () => raise(error));
    if (slot === 'key' && keyFile !== undefined) return readFrom('cert-key', keyFile, () => raise(error));
    if (slot === 'key' && /not a private key$/.test((error as Error).message))
      throw new UsageError(`--cert-key is missing, and ${nameOf(certFile)} holds no private key`);
    return readFrom('cert', certFile, () => raise(error));
  }
}

function raise(error: unknown): never {
  throw error;
}

/** The registration id of a certificate is its common name. With none or several the user must say which. */
function onlyName(names: readonly string[], certFile: string): string {
  const [name] = names;
  if (name !== undefined && names.length === 1) return name;
  const what = name === undefined ? 'has no common name' : `has ${names.length} common names: ${names.join(', ')}`;
  throw new UsageError(`--registration-id is missing, and the certificate in ${nameOf(certFile)} ${what}`);
}
