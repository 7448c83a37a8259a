import type { Chunk } from './tcp-streams.ts';

/** The payload of data frames in chunks. `problem` says why reading stopped, if it did. */
export interface Unwrapped {
  readonly chunks: readonly Chunk[];
  readonly problem: string | undefined;
}

interface Header {
  readonly opcode: number;
  readonly compressed: boolean;
  readonly start: number;
  readonly length: number;
  readonly mask: Uint8Array | undefined;
}

/**
 * Reads the WebSocket frames of one side after the upgrade [RFC 6455 5.2]. Frames may be masked and fragmented; pings, pongs and closes
 * are skipped. `chunkAt` returns the chunk of a byte, whose time the payload gets.
 */
export function unwrapped(bytes: Uint8Array, chunkAt: (offset: number) => Chunk): Unwrapped {
  const chunks: Chunk[] = [];
  let at = 0;
  while (at < bytes.length) {
    const header = headerAt(bytes, at);
    if (header === undefined) return { chunks, problem: undefined };
    const { opcode, compressed, start, length, mask } = header;
    if (compressed) return { chunks, problem: 'a WebSocket frame is compressed (permessage-deflate)' };
    if (opcode > 10 || (opcode > 2 && opcode < 8))
      return { chunks, problem: `a WebSocket frame has opcode ${opcode}, which does not exist` };
    const payload = bytes.slice(start, start + length);
    if (mask !== undefined)
      for (const index of payload.keys()) payload[index] = (payload[index] ?? 0) ^ (mask[index & 3] ?? 0);
    if (opcode <= 2 && payload.length > 0) chunks.push({ ...chunkAt(at), bytes: payload });
    at = start + length;
  }
  return { chunks, problem: undefined };
}

/** The header of a frame. Undefined if it is unfinished. */
function headerAt(bytes: Uint8Array, at: number): Header | undefined {
  const first = bytes[at] ?? 0;
  const second = bytes[at + 1];
  if (second === undefined) return undefined;
  const extra = { 126: 2, 127: 8 }[second & 127] ?? 0;
  const masked = (second & 128) !== 0;
  const start = at + 2 + extra + (masked ? 4 : 0);
  if (start > bytes.length) return undefined;
  let length = extra === 0 ? second & 127 : 0;
  for (const byte of bytes.subarray(at + 2, at + 2 + extra)) length = length * 256 + byte;
  const mask = masked ? bytes.subarray(start - 4, start) : undefined;
  return { opcode: first & 15, compressed: (first & 0x40) !== 0, start, length, mask };
}

/** The head of an HTTP message, and the offset of its body. Undefined if it is unfinished, longer than 16 KiB, or no HTTP. */
export function httpHead(bytes: Uint8Array): { head: string; end: number } | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, 16_384));
  const end = text.indexOf('\r\n\r\n');
  return end < 0 || !/^(?:[A-Z]+ \S+ )?HTTP\/1\.\d/.test(text) ? undefined : { head: text.slice(0, end), end: end + 4 };
}
