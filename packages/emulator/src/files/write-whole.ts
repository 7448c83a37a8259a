import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { withPath } from './with-path.ts';

/** Mode of a file with a private key: no other user may read it, not even while it is being written. */
export const PRIVATE = 0o600;
/** Mode of a file that every user may read. */
const PUBLIC = 0o644;

/**
 * The file is there whole or as it was before: written beside and renamed. It has its mode from the first byte on, whatever stood
 * there; a symbolic link is replaced, not followed.
 */
export function writeWhole(path: string, content: string | Uint8Array, mode: number = PUBLIC): void {
  const beside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
    // Without O_NOFOLLOW, which O_EXCL includes (POSIX open).
    const file = openSync(beside, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode);
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw withPath(error, path);
  }
}

/**
 * Opens what a caller names, to be written as it comes: a file, /dev/stdout, a pipe with a reader. Of a file nobody else may read
 * a byte, whatever its mode was. A pipe without a reader is refused, where openSync would wait without end.
 */
export function openToWrite(path: string): number {
  const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | (constants.O_NONBLOCK ?? 0), PRIVATE);
  const status = fstatSync(file);
  if (status.isFile()) {
    fchmodSync(file, PRIVATE);
    ftruncateSync(file);
    return file;
  }
  // There is a reader, so that this one does not wait; writes to it may.
  const blocking = openSync(path, constants.O_WRONLY);
  closeSync(file);
  return blocking;
}

/**
 * The folder and those above it. Step by step, since mkdirSync with `recursive` never returns where a file system says ENOENT of a
 * folder whose parent is there, as /proc does.
 */
export function makeFolder(path: string): void {
  const folder = resolve(path);
  try {
    mkdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(folder).isDirectory()) return;
    const above = dirname(folder);
    if (code !== 'ENOENT' || above === folder || existsSync(above)) throw error;
    makeFolder(above);
    mkdirSync(folder);
  }
}
