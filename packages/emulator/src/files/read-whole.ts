import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** How much `readWhole` reads, and how long it waits. */
export interface ReadLimits {
  /** Bytes; a device without end, such as /dev/zero, is given up here. */
  readonly most?: number;
  /** Milliseconds for the first writer of a pipe to come. */
  readonly writerMs?: number;
  /** Milliseconds of silence, when there is a writer. */
  readonly silenceMs?: number;
}

/** Default of `most`, bytes: far more than keys, certificates and configurations have. */
const MOST = 1024 * 1024;
/** Default of `writerMs`: the other end of a pipe in a shell is started at the same time as this program. */
const WRITER_MS = 2000;
/** Default of `silenceMs`. A password manager at the other end may ask its user first. */
const SILENCE_MS = 60_000;
/** Milliseconds between two looks at a pipe that had nothing. */
const STEP_MS = 10;

/**
 * All bytes of a file, a device, a pipe or, as `-`, of standard input. Always returns: a pipe that nobody writes to would hold
 * readFileSync, and with it Ctrl-C where a program handles signals itself, without end. Throws Error, with the reason as a clause.
 */
export function readWhole(
  path: string,
  { most = MOST, writerMs = WRITER_MS, silenceMs = SILENCE_MS }: ReadLimits = {},
): Buffer {
  const file = opened(path);
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    let last = performance.now();
    const isPipe = path !== '-' && fstatSync(file).isFIFO();
    for (;;) {
      const chunk = Buffer.allocUnsafe(65_536);
      const count = readSome(file, chunk);
      if (count === 0 && (!isPipe || size > 0)) return Buffer.concat(chunks);
      if (count !== undefined && count > 0) {
        chunks.push(chunk.subarray(0, count));
        size += count;
        if (size > most) throw new Error(`it is larger than ${most} bytes`);
        last = performance.now();
        continue;
      }
      const limit = count === 0 ? writerMs : silenceMs;
      if (performance.now() - last > limit) {
        if (count === 0) return Buffer.concat(chunks);
        throw new Error(`nothing came out of it for ${limit / 1000} seconds`);
      }
      pause();
    }
  } finally {
    if (file !== STDIN) closeSync(file);
  }
}

/** The file descriptor of standard input. */
const STDIN = 0;

function opened(path: string): number {
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
  if (path !== '-') return openSync(path, flags);
  try {
    // A description of its own: making that of the shell non-blocking would change it for others.
    return openSync('/dev/stdin', flags);
  } catch {
    // No such file on Windows; a socket cannot be opened again.
    return STDIN;
  }
}

/** Undefined when there is nothing yet. */
function readSome(file: number, chunk: Buffer): number | undefined {
  try {
    return readSync(file, chunk);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EAGAIN') return undefined;
    // Windows says so at the end of a pipe.
    if (code === 'EOF') return 0;
    throw error;
  }
}

/** Blocks this thread. Nothing else runs yet where files are read, except for `watchConfig`, which reads with short limits. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STEP_MS);
}
