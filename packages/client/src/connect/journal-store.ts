import type { SessionStore } from '../mqtt/store.ts';
import { fs, path as paths } from '../node.ts';
import { quietly } from '../values.ts';
import { encodeRecord, MAGIC, type Place, placeOf, readRecords } from './journal-records.ts';

// A Session in one file. Records are only appended, until the file is written anew with those that count. A record that could not be
// written completely is cut off at once, so that nothing follows half a record.

/** Bytes. A smaller file is never written anew: that would cost more than it saves. */
const COMPACT_BYTES = 65_536;

/** How `journalStore` writes. */
export interface JournalOptions {
  /**
   * `always`, the default: each record is on the disk before its packet is sent; one call serves many records. `never`: the system
   * decides, which is much faster. A kill of the process then still loses nothing. A power cut loses the records of the last seconds: so
   * messages may be lost, or sent twice.
   */
  readonly fsync?: 'always' | 'never' | undefined;
}

/**
 * A SessionStore in a file, for one client identifier and one process at a time. Its `load` throws if the file is damaged. Throws a
 * TypeError for a wrong argument.
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
  /** Bytes of the records that count. */
  #live = 0;
  #places = new Map<string, Place>();
  /** The `fdatasync` that is under way, and the one that follows it. */
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
    // The file is not closed while an `fdatasync` is under way.
    if (this.#syncing) this.#syncing.then(close, close);
    else close();
  }

  /** Appends a record and returns its offset. */
  #append(record: Uint8Array): number {
    const file = this.#opened();
    const at = this.#size;
    try {
      for (let written = 0; written < record.length; )
        written += fs().writeSync(file, record, written, record.length - written, at + written);
    } catch (error) {
      // Records after half a record could not be read.
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

  /** Makes the file empty, except for MAGIC. */
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

  /** Returns a promise for the time when the record is on the disk; undefined if nobody waits for that. */
  #settle(): Promise<void> | undefined {
    if (this.#durable) return this.#sync();
    this.#compact();
    return undefined;
  }

  /** One `fdatasync` for all records that were written before it. */
  #sync(): Promise<void> {
    if (!this.#syncing) {
      this.#syncing = this.#flush();
      return this.#syncing;
    }
    // The one under way may have begun before our record was written, so another one has to follow.
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
    // Only now, since no `fdatasync` of the old file is under way.
    this.#compact();
    const file = this.#file;
    return new Promise<void>((resolve, reject) => {
      if (file === undefined) resolve();
      else fs().fdatasync(file, (error) => (error ? reject(error) : resolve()));
    }).finally(() => {
      if (!this.#next) this.#syncing = undefined;
    });
  }

  /**
   * Writes the records that count to a new file, if they are less than a quarter of the old one. Then the new file is renamed: so at every
   * time the name leads to one of two whole files.
   */
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
      // The old file is unchanged. The next record tries again.
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

/** Writes the folder to the disk: without it the name may lead to the old file after a power cut. Some systems cannot do this. */
function syncFolder(path: string): void {
  const { openSync, fsyncSync, closeSync } = fs();
  quietly(() => {
    const folder = openSync(paths().dirname(path), 'r');
    quietly(() => fsyncSync(folder));
    closeSync(folder);
  });
}
