import { encodeUtf8 } from '@mote/codec';
import type { SessionStore } from '../mqtt/store.ts';
import { fs, path as paths } from '../node.ts';
import { quietly } from '../values.ts';

// A Session in one file that only grows, until it is written anew.
// - A record is a header with a checksum of its own, the key, the bytes and a checksum of these. A header that is whole tells a
//   record that was cut off by a kill or a full disk, which is dropped, from one that was damaged later, which is told.
// - What could not be written whole is cut off again at once, so that nothing is appended behind half a record.

const MAGIC = /* @__PURE__ */ encodeUtf8('MOTE-J1\n')!;
/** Type, length of the key, length of the bytes, checksum of these seven bytes. */
const HEADER = 11;
const PUT = 1;
const DELETE = 2;
/** A file smaller than this is not worth to be written anew. */
const COMPACT_BYTES = 65_536;

export interface JournalOptions {
  /**
   * `always`, the default: each record is on the disk before the packet leaves, many of them by one call. `never`: it is left to the
   * system, which is faster by far; a kill of the process still loses nothing, a power cut or a crash of the system loses what
   * was written in the last seconds, and may so lose messages or send them twice.
   */
  readonly fsync?: 'always' | 'never' | undefined;
}

/** Where the bytes of a record lie. */
interface Place {
  readonly at: number;
  readonly length: number;
}

/** For one client identifier and one process at a time. `load` throws when the file was damaged. */
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
    this.#places = new Map();
    this.#live = 0;
    if (bytes.length < MAGIC.length) {
      if (!startsWith(MAGIC, bytes)) throw damaged(this.#path, 0);
      this.#reset();
      syncFolder(this.#path);
    } else if (!startsWith(bytes, MAGIC)) throw damaged(this.#path, 0);
    else this.#cut(this.#read(bytes));
    return [...this.#places].map(([key, { at, length }]) => [key, new Uint8Array(bytes.subarray(at, at + length))]);
  }

  put(key: string, bytes: Uint8Array): unknown {
    const name = encodeUtf8(key)!;
    const at = this.#append(PUT, name, bytes);
    this.#forget(key);
    this.#places.set(key, { at: at + HEADER + name.length, length: bytes.length });
    this.#live += sizeOf(name.length, bytes.length);
    return this.#settle();
  }

  delete(key: string): unknown {
    if (!this.#places.has(key)) return undefined;
    this.#append(DELETE, encodeUtf8(key)!, new Uint8Array(0));
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

  /** Up to the first record that is not whole: its offset is returned. */
  #read(bytes: Uint8Array): number {
    let at = MAGIC.length;
    while (bytes.length - at >= HEADER) {
      const view = new DataView(bytes.buffer, bytes.byteOffset + at, HEADER);
      if (view.getUint32(7) !== checksum(bytes, at, at + 7)) {
        // Space that was promised and never written is all zeros.
        if (bytes.subarray(at).every((byte) => byte === 0)) return at;
        throw damaged(this.#path, at);
      }
      const type = view.getUint8(0);
      const nameLength = view.getUint16(1);
      const length = view.getUint32(3);
      const end = at + sizeOf(nameLength, length);
      if (end > bytes.length) return at;
      const tail = new DataView(bytes.buffer, bytes.byteOffset + end - 4, 4);
      if (tail.getUint32(0) !== checksum(bytes, at + HEADER, end - 4)) throw damaged(this.#path, at);
      const start = at + HEADER + nameLength;
      const key = Buffer.from(bytes.subarray(at + HEADER, start)).toString();
      this.#forget(key);
      if (type === PUT) {
        this.#places.set(key, { at: start, length });
        this.#live += end - at;
      }
      at = end;
    }
    return at;
  }

  /** Returns the offset of the record. */
  #append(type: number, name: Uint8Array, bytes: Uint8Array): number {
    const file = this.#opened();
    const at = this.#size;
    const record = encode(type, name, bytes);
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
    const place = this.#places.get(key);
    if (!place) return;
    this.#live -= sizeOf(encodeUtf8(key)!.length, place.length);
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
        const name = encodeUtf8(key)!;
        const bytes = new Uint8Array(length);
        readSync(old, bytes, 0, length, at);
        const record = encode(PUT, name, bytes);
        if (writeSync(file, record, 0, record.length, size) < record.length) throw new Error('no space');
        places.set(key, { at: size + HEADER + name.length, length });
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

function sizeOf(nameLength: number, length: number): number {
  return HEADER + nameLength + length + 4;
}

function encode(type: number, name: Uint8Array, bytes: Uint8Array): Uint8Array {
  const record = new Uint8Array(sizeOf(name.length, bytes.length));
  const view = new DataView(record.buffer);
  view.setUint8(0, type);
  view.setUint16(1, name.length);
  view.setUint32(3, bytes.length);
  view.setUint32(7, checksum(record, 0, 7));
  record.set(name, HEADER);
  record.set(bytes, HEADER + name.length);
  view.setUint32(record.length - 4, checksum(record, HEADER, record.length - 4));
  return record;
}

function startsWith(bytes: Uint8Array, beginning: Uint8Array): boolean {
  return beginning.every((byte, i) => bytes[i] === byte);
}

function damaged(path: string, at: number): Error {
  return new Error(`journalStore: ${path} is damaged at byte ${at}: it has changed since it was written`);
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

/** For four bits at a time. The usual table of 256, made by a loop, gets V8 to optimise that loop: 4 MB for who only imports. */
// biome-ignore format: four to a line
const NIBBLES = /* @__PURE__ */ Uint32Array.of(
  0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
  0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
  0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
  0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
);

/** CRC-32, of `bytes[start .. end)`. */
function checksum(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0xffffffff;
  for (let i = start; i < end; i++) {
    sum ^= bytes[i]!;
    sum = (sum >>> 4) ^ NIBBLES[sum & 15]!;
    sum = (sum >>> 4) ^ NIBBLES[sum & 15]!;
  }
  return ~sum >>> 0;
}
