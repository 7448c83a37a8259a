import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import type { StoredRegistration } from './service/registration-store.ts';

export interface RestoredState {
  readonly registrations: readonly StoredRegistration[];
  /** `previous`: the current file was torn. */
  readonly from: 'current' | 'previous';
}

/** Neither the state file nor the one before it can be read. */
export class StateFileError extends Error {
  override readonly name = 'StateFileError';
}

const FORMAT = 'mote-emulator-state-1';

/**
 * Registrations on disk: a line with the format and the SHA-256 of the rest, then JSON. A new state is written beside
 * the old one and renamed over it; the old one stays as `FILE.previous`.
 */
export class StateFile {
  readonly #path: string;
  /** Only a whole file may become the previous one. */
  #isWhole = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** Undefined when there is none yet. Throws StateFileError when no whole file is left. */
  load(): RestoredState | undefined {
    const current = readState(this.#path);
    this.#isWhole = current !== undefined;
    if (current !== undefined) return { registrations: current, from: 'current' };
    const previous = readState(this.#previousPath);
    if (previous !== undefined) return { registrations: previous, from: 'previous' };
    if (!existsSync(this.#path) && !existsSync(this.#previousPath)) return undefined;
    throw new StateFileError(
      `${this.#path} is damaged and ${this.#previousPath} cannot take its place; remove both to start anew`,
    );
  }

  save(registrations: readonly StoredRegistration[]): void {
    const body = `${JSON.stringify(registrations)}\n`;
    const next = `${this.#path}.next`;
    writeThrough(next, `${FORMAT} ${digest(body)}\n${body}`);
    if (this.#isWhole) {
      rmSync(this.#previousPath, { force: true });
      linkSync(this.#path, this.#previousPath);
    }
    renameSync(next, this.#path);
    this.#isWhole = true;
  }

  get #previousPath(): string {
    return `${this.#path}.previous`;
  }
}

function readState(path: string): StoredRegistration[] | undefined {
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  const end = text.indexOf('\n') + 1;
  const body = text.slice(end);
  if (text.slice(0, end) !== `${FORMAT} ${digest(body)}\n`) return undefined;
  return JSON.parse(body); // we wrote it: the digest says so
}

function writeThrough(path: string, text: string): void {
  const file = openSync(path, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
