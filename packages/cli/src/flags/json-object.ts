import { readJson } from '@mote/client/material';
import { UsageError } from '../command.ts';
import { flagFile, readFrom } from './flag-file.ts';

/** A JSON object: the value of a flag, or the file that it names as `@FILE`. `example` is for the error. Throws UsageError. */
export function jsonObject(flag: string, text: string, example: string): Record<string, unknown> {
  const path = text.startsWith('@') ? text.slice(1) : undefined;
  const value = readFrom(flag, path, () => readJson(path === undefined ? text : flagFile(flag, path)));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`--${flag} is a JSON object, such as ${example}`);
  }
  return value as Record<string, unknown>;
}

export const PAYLOAD_EXAMPLE = '{"modelId":"dtmi:com:example:Thermostat;1"}';
