import { fs, path as paths } from '../node.ts';
import { quietly } from '../values.ts';
import { MAGIC, type Place, startOf } from './journal-records.ts';

// How a journal is written anew: what counts is copied to a file beside it, which then takes its name.

/** A new file, open, and where the records are in it. */
interface Anew {
  readonly file: number;
  readonly places: Map<string, Place>;
  readonly size: number;
}

/** Copies the records at `places` of the open file `old` to a new file with this path. Undefined if it fails: the old file is unchanged. */
export function writeAnew(old: number, places: ReadonlyMap<string, Place>, path: string): Anew | undefined {
  const { openSync, readSync, writeSync, fsyncSync, closeSync, renameSync, unlinkSync } = fs();
  const temporary = `${path}.new`;
  const moved = new Map<string, Place>();
  let size = MAGIC.length;
  let file: number | undefined;
  try {
    file = openSync(temporary, 'w+', 0o600);
    writeSync(file, MAGIC, 0, size, 0);
    for (const [key, place] of places) {
      // As it is, with its checksums: so a record that the disk has damaged is still found.
      const record = new Uint8Array(place.size);
      const start = startOf(place);
      const read = readSync(old, record, 0, place.size, start);
      if (writeSync(file, record, 0, read, size) < place.size) throw new Error('no space');
      moved.set(key, { ...place, at: place.at - start + size });
      size += place.size;
    }
    fsyncSync(file);
    renameSync(temporary, path);
    return { file, places: moved, size };
  } catch {
    const half = file;
    quietly(() => half !== undefined && closeSync(half));
    quietly(() => unlinkSync(temporary));
    return undefined;
  }
}

/** Writes the folder to the disk: without it the name may lead to the old file after a power cut. Some systems cannot do this. */
export function syncFolder(path: string): void {
  const { openSync, fsyncSync, closeSync } = fs();
  quietly(() => {
    const folder = openSync(paths().dirname(path), 'r');
    quietly(() => fsyncSync(folder));
    closeSync(folder);
  });
}
