import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { FileLock, LockedError } from './files/file-lock.ts';
import { type FileCalls, NODE_FILES, syncFolder, writeBeside } from './files/write-beside.ts';
import type { StoredDevice } from './service/hub/hub-device.ts';
import type { StoredRegistration } from './service/registration/registration-store.ts';

export interface RestoredState {
  readonly registrations: readonly StoredRegistration[];
  /** Of the hub. */
  readonly devices: readonly StoredDevice[];
  /** Which file was read. `next`: the emulator ended between two renames. `previous`: the current file was damaged. */
  readonly from: 'current' | 'next' | 'previous';
}

/**
 * The state file and the one before it are damaged, or another emulator uses them.
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

const FORMAT = 'mote-emulator-state-1';

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

  /** Throws StateFileError when another emulator uses the file. */
  constructor(path: string, files: FileCalls = NODE_FILES) {
    this.#path = path;
    this.#files = files;
    this.#lock = lockOf(path);
  }

  /** Reads the state. Undefined when there is no file yet. Throws StateFileError when all files are damaged. */
  load(): RestoredState | undefined {
    const current = readState(this.#path);
    this.#isWhole = current !== undefined;
    if (current !== undefined) return { ...current, from: 'current' };
    // If the current file is missing, the next one was written completely but not renamed yet.
    const next = existsSync(this.#path) ? undefined : readState(this.#nextPath);
    if (next !== undefined) return { ...next, from: 'next' };
    const previous = readState(this.#previousPath);
    if (previous !== undefined) return { ...previous, from: 'previous' };
    if (!existsSync(this.#path) && !existsSync(this.#previousPath)) return undefined;
    throw new StateFileError(
      `${this.#path} is damaged and ${this.#previousPath} cannot take its place; remove both to start anew`,
    );
  }

  /** Writes a new state. Throws the system's error, and then the old state stays. */
  save(registrations: readonly StoredRegistration[], devices: readonly StoredDevice[] = []): void {
    const body = `${JSON.stringify({ registrations, devices })}\n`;
    writeBeside(this.#nextPath, `${FORMAT} ${digest(body)}\n${body}`, 0o600, this.#files);
    if (this.#isWhole) this.#keepCurrent();
    this.#files.renameSync(this.#nextPath, this.#path);
    this.#isWhole = true;
    syncFolder(this.#path, this.#files);
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

function lockOf(path: string): FileLock {
  try {
    return new FileLock(path);
  } catch (error) {
    // The error names the state file: the caller does not know the names beside it.
    if (!(error instanceof LockedError)) throw Object.assign(error as Error, { path });
    throw new StateFileError(`${path} is in use: ${error.message}; give each emulator a state file of its own`);
  }
}

function readState(path: string): Omit<RestoredState, 'from'> | undefined {
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  const end = text.indexOf('\n') + 1;
  const body = text.slice(end);
  if (text.slice(0, end) !== `${FORMAT} ${digest(body)}\n`) return undefined;
  const value = JSON.parse(body); // we wrote it: the digest says so
  // The first version kept registrations only.
  return Array.isArray(value) ? { registrations: value, devices: [] } : value;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
