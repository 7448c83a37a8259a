// The one piece of memory that all users of this module share: small packets that `encodePublish` returns are cut out of it, one
// behind the other, as Node cuts small Buffers out of its own. An array of its own takes 180 ns and 200 bytes beside its content
// (Node 20); a window of this one takes 30. Nothing that was given out is written to again.

// The memory itself and not a view of it, since to ask a view for its `buffer` takes 10 ns of a packet.
const shared = { _buffer: /* @__PURE__ */ new ArrayBuffer(0), _used: 0 };

/** `size` bytes of memory that nobody else writes to: a window of what small packets share, or an array of its own. */
export function memoryFor(size: number): Uint8Array {
  // A packet of more than an eighth of the shared memory gets an array of its own, so that little is wasted at the end.
  if (size > 1024) return new Uint8Array(size);
  // If somebody has transferred the shared memory away, its length is 0, and a new one is begun here, too.
  if (shared._used + size > shared._buffer.byteLength) {
    shared._buffer = new ArrayBuffer(8192);
    shared._used = 0;
  }
  shared._used += size;
  return new Uint8Array(shared._buffer, shared._used - size, size);
}
