import { NO_BYTES } from '../frame.ts';

// The one piece of memory that all users of this module share: small packets that `encodePublish` returns are cut out of it, one
// behind the other, as Node cuts small Buffers out of its own. An array of its own takes 180 ns and 200 bytes beside its content
// (Node 20); a window of this one takes 30. Nothing that was given out is written to again.

const SIZE = 8192;
/** A packet of more than an eighth of it gets an array of its own, so that little is wasted at the end. */
const LARGEST = 1024;

const shared = { bytes: NO_BYTES, used: 0 };

/** `size` bytes of memory that nobody else writes to: a window of what small packets share, or an array of its own. */
export function memoryFor(size: number): Uint8Array {
  if (size > LARGEST) return new Uint8Array(size);
  // If somebody has transferred the shared array away, its length is 0, and a new one is begun here, too.
  if (shared.used + size > shared.bytes.length) {
    shared.bytes = new Uint8Array(SIZE);
    shared.used = 0;
  }
  const start = shared.used;
  shared.used += size;
  return shared.bytes.subarray(start, shared.used);
}
