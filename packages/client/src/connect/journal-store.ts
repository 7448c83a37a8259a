import type { SessionStore } from '../mqtt/store.ts';
import { fs } from '../node.ts';
import { isPlain, quietly } from '../values.ts';
import { syncFolder, writeAnew } from './journal-file.ts';
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
export function journalStore(path: string, options: JournalOptions = {}): SessionStore & { close(): void } {
  if (typeof path !== 'string' || !path) throw new TypeError('journalStore: a path is needed');
  if (!isPlain(options)) throw new TypeError('journalStore: options are an object');
  const { fsync = 'always' } = options;
  if (fsync !== 'always' && fsync !== 'never') throw new TypeError("journalStore: fsync is 'always' or 'never'");
  return new Journal(path, fsync === 'always');
}

class Journal implements SessionStore {
  readonly #path: string;
  readonly #durable: boolean;
  #file: number | undefined;
  /** The path of the file itself: the working folder may change, and a link must stay one when the file is written anew. */
  #realPath = '';
  #size = 0;
  /** Whether the file was looked at in this turn. */
  #seen = false;
  /** The file is not written anew before it has this size. */
  #compactAt = COMPACT_BYTES;
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
    const { openSync, constants, readFileSync, fstatSync, realpathSync } = fs();
    const file = openSync(this.#path, constants.O_RDWR | constants.O_CREAT, 0o600);
    this.#file = file;
    // Reading a pipe would never end.
    if (!fstatSync(file).isFile()) throw new Error(`journalStore: ${this.#path} is no file`);
    this.#realPath = realpathSync(this.#path);
    const bytes = readFileSync(file);
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
      syncFolder(this.#realPath);
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

  /** The file, if it is as it was left: looked at once in a turn, so many records pay for one look. */
  #opened(): number {
    const file = this.#file;
    if (file === undefined) throw new Error('journalStore: load() comes first');
    if (!this.#seen) {
      const { nlink, size } = fs().fstatSync(file);
      if (nlink === 0 || size !== this.#size)
        throw new Error(
          `journalStore: ${this.#path} was removed, replaced or written to by another program while it was open`,
        );
      this.#seen = true;
      queueMicrotask(() => {
        this.#seen = false;
      });
    }
    return file;
  }

  /** Makes the file empty, except for MAGIC. */
  #reset(): void {
    this.#cut(0);
    fs().writeSync(this.#file!, MAGIC, 0, MAGIC.length, 0);
    this.#size = MAGIC.length;
    this.#places.clear();
    this.#live = 0;
  }

  #cut(size: number): void {
    fs().ftruncateSync(this.#file!, size);
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
    if (this.#file === undefined || this.#size <= this.#compactAt || this.#size <= this.#live * 4) return;
    const old = this.#opened();
    const anew = writeAnew(old, this.#places, this.#realPath);
    if (!anew) {
      // The old file is unchanged. To try again with each record would write all records each time.
      this.#compactAt = this.#size + COMPACT_BYTES;
      return;
    }
    quietly(() => fs().closeSync(old));
    this.#file = anew.file;
    this.#places = anew.places;
    this.#size = anew.size;
    this.#compactAt = COMPACT_BYTES;
    syncFolder(this.#realPath);
  }
}
