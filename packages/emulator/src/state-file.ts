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
  /** `next`: the emulator ended between two renames. `previous`: the current file was torn. */
  readonly from: 'current' | 'next' | 'previous';
}

/** Neither the state file nor the one before it can be read, or another emulator uses it. */
export class StateFileError extends Error {
  override readonly name = 'StateFileError';
}

const FORMAT = 'mote-emulator-state-1';

/**
 * Registrations on disk: a line with the format and the SHA-256 of the rest, then JSON. A new state is written beside
 * the old one, to the last byte, and renamed over it; the old one stays as `FILE.previous`. At every moment, whatever call
 * the process is killed at, a whole file is there. `FILE.lock` keeps a second emulator away.
 */
export class StateFile {
  readonly #path: string;
  readonly #files: FileCalls;
  readonly #lock: FileLock;
  /** Only a whole file may become the previous one. */
  #isWhole = false;

  /** Throws StateFileError when another emulator uses the file. */
  constructor(path: string, files: FileCalls = NODE_FILES) {
    this.#path = path;
    this.#files = files;
    this.#lock = lockOf(path);
  }

  /** Undefined when there is none yet. Throws StateFileError when no whole file is left. */
  load(): RestoredState | undefined {
    const current = readState(this.#path);
    this.#isWhole = current !== undefined;
    if (current !== undefined) return { ...current, from: 'current' };
    // Without a current file, the next one was written whole and not yet renamed; a torn one never got so far.
    const next = existsSync(this.#path) ? undefined : readState(this.#nextPath);
    if (next !== undefined) return { ...next, from: 'next' };
    const previous = readState(this.#previousPath);
    if (previous !== undefined) return { ...previous, from: 'previous' };
    if (!existsSync(this.#path) && !existsSync(this.#previousPath)) return undefined;
    throw new StateFileError(
      `${this.#path} is damaged and ${this.#previousPath} cannot take its place; remove both to start anew`,
    );
  }

  /** Throws the system's error; what was there stays. */
  save(registrations: readonly StoredRegistration[], devices: readonly StoredDevice[] = []): void {
    const body = `${JSON.stringify({ registrations, devices })}\n`;
    writeBeside(this.#nextPath, `${FORMAT} ${digest(body)}\n${body}`, 0o600, this.#files);
    if (this.#isWhole) this.#keepCurrent();
    this.#files.renameSync(this.#nextPath, this.#path);
    this.#isWhole = true;
    syncFolder(this.#path, this.#files);
  }

  /** Lets other emulators have the file. */
  close(): void {
    this.#lock.release();
  }

  /** The current file becomes the previous one as well, or, on a file system without hard links, instead. */
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
    // The caller knows the state file, not the names beside it.
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
