import { createHash } from 'node:crypto';
import { existsSync, realpathSync, statSync } from 'node:fs';
import { ConfigError } from './config/config-error.ts';
import { FileLock, LockedError } from './files/file-lock.ts';
import { fileReason } from './files/file-reason.ts';
import { readWhole } from './files/read-whole.ts';
import { type FileCalls, NODE_FILES, syncFolder, writeBeside } from './files/write-beside.ts';
import type { StoredDevice } from './service/hub/hub-device.ts';
import type { StoredRegistration } from './service/registration/registration-store.ts';
import { messageOf } from './service/values/message-of.ts';
import { readStoredState, type StoredState } from './stored-state.ts';

/** What a state file holds, and which of its copies it was. */
export interface RestoredState extends StoredState {
  /** Which file was read. `next`: the emulator ended between two renames. `previous`: the current file was damaged. */
  readonly from: 'current' | 'next' | 'previous';
}

/**
 * The state file and the one before it are damaged, the file is of a newer version or has records that no emulator wrote, another
 * emulator uses it, or the system does not let this one. The message names the file, and what to do.
 *
 * @example
 * try {
 *   await startEmulator({ stateFile: 'no-such-folder/state.json' });
 * } catch (error) {
 *   if (error instanceof StateFileError) console.log(error.message);
 * }
 */
export class StateFileError extends Error {
  override readonly name = 'StateFileError';
}

/** The first word of the file, before the version. */
const FORMAT = 'mote-emulator-state-';
/** Raised when an older emulator could no longer read the file. */
const VERSION = 1;
const FIRST_LINE = /^mote-emulator-state-(\d{1,9}) ([\da-f]{64})\n$/;
/** Most bytes: 100,000 registrations with their twins at a few KB each. A text of V8 holds half a GiB. */
const LARGEST_STATE = 400 * 1024 * 1024;

/**
 * The state on disk: a line with the format and the SHA-256 of the rest, then JSON. A new state is written completely to a file
 * beside the old one and renamed over it; the old one stays as `FILE.previous`. So a whole file exists at every moment, whenever the
 * process is killed. `FILE.lock` keeps a second emulator away.
 */
export class StateFile {
  readonly #path: string;
  readonly #files: FileCalls;
  readonly #lock: FileLock;
  /** True when the current file is whole: only then may it become the previous one. */
  #isWhole = false;

  /** Throws StateFileError when another emulator uses the file, or it cannot be used. */
  constructor(path: string, files: FileCalls = NODE_FILES) {
    this.#path = readable(path, () => fileBehind(path));
    this.#files = files;
    this.#lock = lockOf(this.#path);
  }

  /** Reads the state. Undefined when there is no file yet. Throws StateFileError when all files are damaged. */
  load(): RestoredState | undefined {
    const current = readable(this.#path, () => readState(this.#path));
    this.#isWhole = current !== undefined;
    if (current !== undefined) return { ...current, from: 'current' };
    // If the current file is missing, the next one was written completely but not renamed yet.
    const next = existsSync(this.#path) ? undefined : damaged(() => readState(this.#nextPath));
    if (next !== undefined) return { ...next, from: 'next' };
    const previous = damaged(() => readState(this.#previousPath));
    if (previous !== undefined) return { ...previous, from: 'previous' };
    if (!existsSync(this.#path) && !existsSync(this.#previousPath)) return undefined;
    throw new StateFileError(
      `${this.#path} is damaged and ${this.#previousPath} cannot take its place; remove both to start anew`,
    );
  }

  /** Writes a new state. Throws the system's error, and then the old state stays. */
  save(registrations: readonly StoredRegistration[], devices: readonly StoredDevice[] = []): void {
    const body = `${JSON.stringify({ registrations, devices })}\n`;
    writeBeside(this.#nextPath, `${FORMAT}${VERSION} ${digest(body)}\n${body}`, 0o600, this.#files);
    if (this.#isWhole) this.#keepCurrent();
    this.#files.renameSync(this.#nextPath, this.#path);
    this.#isWhole = true;
    syncFolder(this.#path, this.#files);
  }

  /** Why `save` failed, with the file and what to do: the system names a file beside it, which the caller does not know. */
  reasonOf(error: unknown): string {
    return notUsable(this.#path, error, 'folder').message;
  }

  /** Releases the lock. */
  close(): void {
    this.#lock.release();
  }

  /** Makes the current file the previous one, by a second hard link or, where there are none, by renaming it. */
  #keepCurrent(): void {
    const link = `${this.#previousPath}.next`;
    try {
      this.#files.rmSync(link, { force: true });
      this.#files.linkSync(this.#path, link);
      this.#files.renameSync(link, this.#previousPath);
    } catch {
      this.#files.renameSync(this.#path, this.#previousPath);
      this.#isWhole = false;
    }
  }

  get #nextPath(): string {
    return `${this.#path}.next`;
  }

  get #previousPath(): string {
    return `${this.#path}.previous`;
  }
}

/** The file behind a link, so that two names of one file have one lock. Throws for what is no file: a folder, a pipe, a device. */
function fileBehind(path: string): string {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return path;
  if (status.isDirectory()) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
  if (!status.isFile()) throw new Error('it is a pipe or a device, and no file');
  return realpathSync(path);
}

function lockOf(path: string): FileLock {
  try {
    return new FileLock(path);
  } catch (error) {
    if (error instanceof LockedError)
      throw new StateFileError(`${path} is in use: ${error.message}; give each emulator a state file of its own`);
    throw notUsable(path, error, 'folder');
  }
}

/** The error names the state file: the caller does not know the names beside it. */
function notUsable(path: string, error: unknown, missing: 'file' | 'folder'): StateFileError {
  return error instanceof StateFileError
    ? error
    : new StateFileError(`cannot use ${path}: ${fileReason(error, missing)}`, { cause: error });
}

function readable<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw notUsable(path, error, 'file');
  }
}

/** A file beside the state file that cannot be read counts as damaged. */
function damaged<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Undefined for a damaged file, and for none. Throws StateFileError for a whole one that this emulator cannot take. */
function readState(path: string): StoredState | undefined {
  if (!existsSync(path)) return undefined;
  const text = readWhole(path, { most: LARGEST_STATE }).toString();
  const end = text.indexOf('\n') + 1;
  const body = text.slice(end);
  const [, version, sum] = FIRST_LINE.exec(text.slice(0, end)) ?? [];
  if (sum !== digest(body) || Number(version) < VERSION) return undefined;
  if (Number(version) > VERSION)
    throw new StateFileError(
      `${path} is of a newer version of the emulator (${version}); use that one, or another file`,
    );
  try {
    return readStoredState(JSON.parse(body));
  } catch (error) {
    // The digest is right, so this is no damage that the file before it could heal: it is older, and would replace this one.
    const [first, ...others] = error instanceof ConfigError ? error.message.split('\n') : [messageOf(error)];
    const more = others.length === 0 ? '' : `, and ${others.length} more are wrong`;
    throw new StateFileError(
      `${path} has a right digest, but no emulator wrote it: ${first}${more}; correct what wrote it, or remove the file`,
      { cause: error },
    );
  }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
