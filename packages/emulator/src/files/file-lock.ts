import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { withPath } from './with-path.ts';

/** Who holds a lock. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process began, in ticks of its machine; tells it from a later one with the same number. */
  readonly started: string | undefined;
  readonly id: string;
}

/**
 * Milliseconds. A process on another machine (a shared volume) cannot be looked up, so each holder sets the time of the file this often.
 */
const TOUCH_MS = 5000;
/** Milliseconds without a new time after which a holder on another machine counts as ended: five times may be missed. */
const SILENT_MS = 30_000;

/** The lock is held by another process, which `message` names. */
export class LockedError extends Error {
  override readonly name = 'LockedError';
}

/**
 * A lock beside a file, for one process at a time. One that a killed process left is taken over: the process is gone, or
 * another one has its number.
 */
export class FileLock {
  readonly #path: string;
  readonly #text: string;
  readonly #touch: NodeJS.Timeout;

  /** Throws LockedError when another process, or another emulator of this one, holds it. */
  constructor(file: string) {
    this.#path = `${file}.lock`;
    const holder: Holder = { pid: process.pid, host: hostname(), started: startOf(process.pid), id: randomUUID() };
    this.#text = JSON.stringify(holder);
    this.#take();
    this.#touch = setInterval(() => this.#show(), TOUCH_MS);
    this.#touch.unref();
  }

  release(): void {
    clearInterval(this.#touch);
    if (readLock(this.#path) === this.#text) rmSync(this.#path, { force: true });
  }

  #take(): void {
    // Each round meets another holder; with more than a few of them the file is contested.
    for (let round = 0; round < 5; round++) {
      if (this.#place()) return;
      const found = readLock(this.#path);
      if (found === undefined) continue;
      const holder = readHolder(found);
      if (holder !== undefined && isAlive(holder, this.#path)) {
        throw new LockedError(`process ${holder.pid} on ${holder.host} uses it (${this.#path})`);
      }
      this.#remove(found);
    }
    throw new LockedError(`it is contested (${this.#path})`);
  }

  /** Writes the lock to another file and links that to its name, so no process ever reads half a lock. */
  #place(): boolean {
    const own = `${this.#path}.${process.pid}.${randomUUID()}`;
    try {
      writeFileSync(own, this.#text, { flag: 'wx', mode: 0o600 });
      linkSync(own, this.#path);
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      if ((error as NodeJS.ErrnoException).syscall !== 'link') throw withPath(error, this.#path);
      // A file system without hard links.
      return placeByOpening(this.#path, this.#text);
    } finally {
      rmSync(own, { force: true });
    }
  }

  /** Removes the lock of a process that has ended. A lock that another process has made in the meantime is put back. */
  #remove(found: string): void {
    const aside = `${this.#path}.${process.pid}.${randomUUID()}`;
    try {
      renameSync(this.#path, aside);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return;
      throw error;
    }
    if (readLock(aside) !== found) {
      try {
        linkSync(aside, this.#path);
      } catch {
        // A third process has made a lock by now.
      }
    }
    rmSync(aside, { force: true });
  }

  #show(): void {
    try {
      const now = new Date();
      utimesSync(this.#path, now, now);
    } catch {
      // The file was removed by hand, so the next emulator may take the lock.
    }
  }
}

function placeByOpening(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function isAlive(holder: Holder, path: string): boolean {
  if (holder.host !== hostname()) return Date.now() - touchedAt(path) < SILENT_MS;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
  }
  const started = startOf(holder.pid);
  return started === undefined || holder.started === undefined || started === holder.started;
}

/** Boot and start time of a process, where Linux tells them. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is a name in parentheses, which may hold blanks; the start is the 22nd.
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()} ${started}`;
  } catch {
    return undefined;
  }
}

function touchedAt(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

function readLock(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Undefined for a file that no emulator wrote: it may be removed. */
function readHolder(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isHolder = typeof value === 'object' && value !== null && 'pid' in value && 'host' in value;
    return isHolder && typeof value.pid === 'number' && typeof value.host === 'string' ? (value as Holder) : undefined;
  } catch {
    return undefined;
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
