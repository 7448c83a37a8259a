import type { SessionStore } from '../mqtt/store.ts';
import { fs, path as paths } from '../node.ts';
import { quietly } from '../values.ts';
import { encodeRecord, MAGIC, type Place, placeOf, readRecords } from './journal-records.ts';

// A Session in one file that only grows, until it is written anew. What could not be written whole is cut off again at once, so that
// nothing is appended behind half a record.

/** A file smaller than this is not worth to be written anew. */
const COMPACT_BYTES = 65_536;

/** How `journalStore` writes. */
export interface JournalOptions {
  /**
   * `always`, the default: each record is on the disk before the packet leaves, many of them by one call. `never`: it is left to the
   * system, which is faster by far; a kill of the process still loses nothing, a power cut or a crash of the system loses what
   * was written in the last seconds, and may so lose messages or send them twice.
   */
  readonly fsync?: 'always' | 'never' | undefined;
}

/**
 * For one client identifier and one process at a time. `load` throws when the file was damaged.
 *
 * @example
 * const store = journalStore('sensor-17.journal');
 * const client = await connect({ host: 'broker.example.org', clientId: 'sensor-17', cleanSession: false, store });
 * await client.close();
 */
export function journalStore(
  path: string,
  { fsync = 'always' }: JournalOptions = {},
): SessionStore & { close(): void } {
  if (typeof path !== 'string' || !path) throw new TypeError('journalStore: a path is needed');
  if (fsync !== 'always' && fsync !== 'never') throw new TypeError("journalStore: fsync is 'always' or 'never'");
  return new Journal(path, fsync === 'always');
}

class Journal implements SessionStore {
  readonly #path: string;
  readonly #durable: boolean;
  #file: number | undefined;
  #size = 0;
  /** Of the records that count, whole. */
  #live = 0;
  #places = new Map<string, Place>();
  /** The write to the disk that is under way, and the one that follows. */
  #syncing: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(path: string, durable: boolean) {
    this.#path = path;
    this.#durable = durable;
  }

  load(): (readonly [string, Uint8Array])[] {
    this.close();
    const { openSync, constants, readFileSync } = fs();
    this.#file = openSync(this.#path, constants.O_RDWR | constants.O_CREAT, 0o600);
    const bytes = readFileSync(this.#path);
    const { places, end, damagedAt } = readRecords(bytes);
    if (damagedAt !== undefined)
      throw new Error(
        `journalStore: ${this.#path} is damaged at byte ${damagedAt}: it has changed since it was written`,
      );
    this.#places = places;
    this.#live = 0;
    for (const { size } of places.values()) this.#live += size;
    if (end === 0) {
      this.#reset();
      syncFolder(this.#path);
    } else this.#cut(end);
    return [...this.#places].map(([key, { at, length }]) => [key, new Uint8Array(bytes.subarray(at, at + length))]);
  }

  put(key: string, bytes: Uint8Array): unknown {
    const record = encodeRecord(key, bytes);
    const at = this.#append(record);
    this.#forget(key);
    this.#places.set(key, placeOf(record, bytes.length, at));
    this.#live += record.length;
    return this.#settle();
  }

  delete(key: string): unknown {
    if (!this.#places.has(key)) return undefined;
    this.#append(encodeRecord(key));
    this.#forget(key);
    return this.#settle();
  }

  clear(): unknown {
    this.#opened();
    this.#reset();
    return this.#settle();
  }

  close(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) return;
    const close = (): unknown => quietly(() => fs().closeSync(file));
    // A file that is being written to the disk is not closed under it.
    if (this.#syncing) this.#syncing.then(close, close);
    else close();
  }

  /** Returns the offset of the record. */
  #append(record: Uint8Array): number {
    const file = this.#opened();
    const at = this.#size;
    try {
      for (let written = 0; written < record.length; )
        written += fs().writeSync(file, record, written, record.length - written, at + written);
    } catch (error) {
      // Half a record would hide everything behind it.
      this.#cut(at);
      throw error;
    }
    this.#size = at + record.length;
    return at;
  }

  #forget(key: string): void {
    this.#live -= this.#places.get(key)?.size ?? 0;
    this.#places.delete(key);
  }

  #opened(): number {
    if (this.#file === undefined) throw new Error('journalStore: load() comes first');
    return this.#file;
  }

  #reset(): void {
    this.#cut(0);
    fs().writeSync(this.#opened(), MAGIC, 0, MAGIC.length, 0);
    this.#size = MAGIC.length;
    this.#places.clear();
    this.#live = 0;
  }

  #cut(size: number): void {
    fs().ftruncateSync(this.#opened(), size);
    this.#size = size;
  }

  /** When what was written may be relied on. */
  #settle(): Promise<void> | undefined {
    if (this.#durable) return this.#sync();
    this.#compact();
    return undefined;
  }

  /** One call for all that were written before it. */
  #sync(): Promise<void> {
    if (!this.#syncing) {
      this.#syncing = this.#flush();
      return this.#syncing;
    }
    // The one under way may have begun before our record.
    this.#next ??= this.#syncing
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        this.#syncing = this.#flush();
        return this.#syncing;
      });
    return this.#next;
  }

  #flush(): Promise<void> {
    // Now nobody else uses the file.
    this.#compact();
    const file = this.#file;
    return new Promise<void>((resolve, reject) => {
      if (file === undefined) resolve();
      else fs().fdatasync(file, (error) => (error ? reject(error) : resolve()));
    }).finally(() => {
      if (!this.#next) this.#syncing = undefined;
    });
  }

  /** Writes the records that count into a new file, which takes the place of the old one as a whole, or not at all. */
  #compact(): void {
    const old = this.#file;
    if (old === undefined || this.#size <= COMPACT_BYTES || this.#size <= this.#live * 4) return;
    const { openSync, readSync, writeSync, fsyncSync, closeSync, renameSync, unlinkSync } = fs();
    const temporary = `${this.#path}.new`;
    const places = new Map<string, Place>();
    let size = MAGIC.length;
    let file: number | undefined;
    try {
      file = openSync(temporary, 'w+', 0o600);
      writeSync(file, MAGIC, 0, size, 0);
      for (const [key, { at, length }] of this.#places) {
        const bytes = new Uint8Array(length);
        readSync(old, bytes, 0, length, at);
        const record = encodeRecord(key, bytes);
        if (writeSync(file, record, 0, record.length, size) < record.length) throw new Error('no space');
        places.set(key, placeOf(record, length, size));
        size += record.length;
      }
      fsyncSync(file);
      renameSync(temporary, this.#path);
    } catch {
      // The old file is as good as before. The next record tries again.
      const half = file;
      quietly(() => half !== undefined && closeSync(half));
      quietly(() => unlinkSync(temporary));
      return;
    }
    quietly(() => closeSync(old));
    this.#file = file;
    this.#places = places;
    this.#size = size;
    syncFolder(this.#path);
  }
}

/** So that the name leads to the new file after a power cut, too. Not every system has it. */
function syncFolder(path: string): void {
  const { openSync, fsyncSync, closeSync } = fs();
  quietly(() => {
    const folder = openSync(paths().dirname(path), 'r');
    quietly(() => fsyncSync(folder));
    closeSync(folder);
  });
}
