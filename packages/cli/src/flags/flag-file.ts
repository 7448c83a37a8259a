import { existsSync } from 'node:fs';
import { type Dressed, inWords, kindsOf, MaterialError } from '@mote/client/material';
import { fileReason, readWhole } from '@mote/emulator/files';
import { UsageError } from '../command.ts';

/** Far more than any key or certificate, and a payload of the service; an export of many enrollments may be larger. */
const MOST_BYTES = 1024 * 1024;

/** The bytes of a file that a flag or its variable names; `-` is standard input. Throws UsageError that says which flag and why. */
export function flagFile(flag: string, path: string, most: number = MOST_BYTES): Buffer {
  try {
    return readWhole(path, { most });
  } catch (error) {
    throw new UsageError(`--${flag}: ${unreadable(flag, path, fileReason(error))}`);
  }
}

/** What `read` finds wrong with a value is a mistake of whoever gave it: the flag and the file stand in front of it. */
export function readFrom<T>(flag: string, path: string | undefined, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof MaterialError)) throw error;
    throw new UsageError(`--${flag}${path === undefined ? '' : `: ${nameOf(path)}`} ${error.message}`);
  }
}

/** How a path is called in a sentence. */
export const nameOf = (path: string): string => (path === '-' ? 'standard input' : path);

function unreadable(flag: string, path: string, reason: string): string {
  const mistaken = contentInsteadOfPath(flag, path);
  if (mistaken === undefined) return `cannot read ${nameOf(path)}: ${reason}`;
  return `a file name is needed; what was given ${mistaken} and is not shown`;
}

/** A secret that was pasted where its file belongs must not come back in a message. */
function contentInsteadOfPath(flag: string, path: string): string | undefined {
  // A path that leads anywhere is a path: of base64 with a slash in it the first part is no folder.
  const [first = ''] = /^\/?[^/]+(?=\/)/.exec(path) ?? [];
  if (existsSync(path) || (first !== '' && existsSync(first))) return undefined;
  const [found] = kindsOf(path as Dressed);
  // Letters of both cases and digits, or an `=`: a name has them all only by chance.
  const isRandom = /=$|^(?=.*[A-Z])(?=.*[a-z])(?=.*\d)/s.test(path) || /^[\da-f]{32,}$/i.test(path);
  if (found!.kind === 'shared key' && isRandom) return `looks like the key itself (${inWords([found!])})`;
  if (found!.kind !== 'shared key' && !/^(text|the name of a file)$/.test(found!.words))
    return `is ${inWords([found!])}`;
  if (flag.startsWith('passphrase')) return `may be the passphrase itself (${path.length} characters)`;
  return undefined;
}
