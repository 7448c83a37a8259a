import { existsSync } from 'node:fs';
import { type FileContent, inWords, kindsOf, MaterialError } from '@mote/client/material';
import { fileReason, readWhole } from '@mote/emulator/files';
import { UsageError } from '../command.ts';

/** Bytes. Far more than any key, certificate or payload has. A caller that reads exports of enrollments allows more. */
const MOST_BYTES = 1024 * 1024;

/** The bytes of the file that a flag or its variable names; `-` is standard input. Throws a UsageError with the flag and the reason. */
export function flagFile(flag: string, path: string, most: number = MOST_BYTES): Buffer {
  try {
    return readWhole(path, { most });
  } catch (error) {
    throw new UsageError(`--${flag}: ${unreadable(flag, path, fileReason(error))}`);
  }
}

/** Calls `read`. Turns its MaterialError into a UsageError that begins with the flag and the file, so the user sees where to look. */
export function readFrom<T>(flag: string, path: string | undefined, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof MaterialError)) throw error;
    throw new UsageError(`--${flag}${path === undefined ? '' : `: ${nameOf(path)}`} ${error.message}`);
  }
}

/** A path as a sentence names it: `-` is standard input. */
export const nameOf = (path: string): string => (path === '-' ? 'standard input' : path);

function unreadable(flag: string, path: string, reason: string): string {
  const mistaken = contentInsteadOfPath(flag, path);
  if (mistaken === undefined) return `cannot read ${nameOf(path)}: ${reason}`;
  return `a file name is needed; what was given ${mistaken} and is not shown`;
}

/** If somebody gave a key or a passphrase in place of its file: what it looks like. An error must not repeat it. */
function contentInsteadOfPath(flag: string, path: string): string | undefined {
  // If the path, or its first folder, exists, it is a path. Base64 may have slashes, but then no folder has the name before the first.
  const [first = ''] = /^\/?[^/]+(?=\/)/.exec(path) ?? [];
  if (existsSync(path) || (first !== '' && existsSync(first))) return undefined;
  const [found] = kindsOf(path as FileContent);
  // Keys have letters of both cases and digits, or end in `=`. Names of files seldom do.
  const isRandom = /=$|^(?=.*[A-Z])(?=.*[a-z])(?=.*\d)/s.test(path) || /^[\da-f]{32,}$/i.test(path);
  if (found!.kind === 'shared key' && isRandom) return `looks like the key itself (${inWords([found!])})`;
  if (found!.kind !== 'shared key' && !/^(text|the name of a file)$/.test(found!.words))
    return `is ${inWords([found!])}`;
  if (flag.startsWith('passphrase')) return `may be the passphrase itself (${path.length} characters)`;
  return undefined;
}
