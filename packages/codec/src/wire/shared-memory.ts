// Memory for small packets that `encodePublish` returns: they are cut out of one buffer, one after the other, as Node cuts small
// Buffers out of its pool. A new array takes 180 ns and 200 bytes besides its content; a view of this buffer takes 30 ns (Node 20).
// Bytes that were returned are never written to again.

// It holds the ArrayBuffer and no view of it: reading `buffer` of a view would take 10 ns for each packet.
const shared = { _buffer: /* @__PURE__ */ new ArrayBuffer(0), _used: 0 };

/** Returns `size` bytes that nobody else writes to: a part of the shared buffer, or a new array. */
export function memoryFor(size: number): Uint8Array {
  // A packet of more than an eighth of the buffer gets an array of its own: so at most an eighth is wasted at the end.
  if (size > 1024) return new Uint8Array(size);
  // If a caller has transferred the buffer, its length is 0: then a new one is made here, too.
  if (shared._used + size > shared._buffer.byteLength) {
    shared._buffer = new ArrayBuffer(8192);
    shared._used = 0;
  }
  shared._used += size;
  return new Uint8Array(shared._buffer, shared._used - size, size);
}
