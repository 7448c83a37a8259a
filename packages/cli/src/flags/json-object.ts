import { readJson } from '@mote/client/material';
import { UsageError } from '../command.ts';
import { flagFile, nameOf, readFrom } from './flag-file.ts';

/** A JSON object: the value of a flag, or the file that it names as `@FILE`. `example` is for the error. Throws UsageError. */
export function jsonObject(flag: string, text: string, example: string): Record<string, unknown> {
  const path = text.startsWith('@') ? text.slice(1) : undefined;
  const value = readFrom(flag, path, () => readJson(path === undefined ? text : flagFile(flag, path)));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`--${flag} is a JSON object, such as ${example}`);
  }
  if (holdsPrivateKey(value)) {
    throw new UsageError(
      `--${flag}${path === undefined ? '' : `: ${nameOf(path)}`} holds a private key, which is not sent`,
    );
  }
  return value as Record<string, unknown>;
}

/** A JSON Web Key with its private part [RFC 7517], or PEM in any text, as in files of cloud accounts. It was named by mistake. */
function holdsPrivateKey(value: object): boolean {
  const { kty, d, k } = value as { readonly kty?: unknown; readonly d?: unknown; readonly k?: unknown };
  return (
    (typeof kty === 'string' && (d ?? k) !== undefined) || /-BEGIN [A-Z ]*PRIVATE KEY-/.test(JSON.stringify(value))
  );
}

/** An example of `--payload` for its error: what IoT Plug and Play devices send. */
export const PAYLOAD_EXAMPLE = '{"modelId":"dtmi:com:example:Thermostat;1"}';
