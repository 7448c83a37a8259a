// Opcodes [RFC 6455 5.2].
export const CONTINUATION = 0;
export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/** One masked frame, which is what a client has to send [RFC 6455 5.2, 5.3]. `mask` is 4 random bytes. */
export function encodeFrame(opcode: number, payload: Uint8Array, mask: Uint8Array): Uint8Array {
  const { length } = payload;
  const start = length < 126 ? 6 : length < 65_536 ? 8 : 14;
  const frame = new Uint8Array(start + length);
  frame[0] = 0x80 | opcode;
  const view = new DataView(frame.buffer);
  if (start === 6) frame[1] = 0x80 | length;
  else if (start === 8) {
    frame[1] = 0x80 | 126;
    view.setUint16(2, length);
  } else {
    frame[1] = 0x80 | 127;
    // Of the eight length bytes the lower four are enough.
    view.setUint32(6, length);
  }
  frame.set(mask, start - 4);
  for (let i = 0; i < length; i++) frame[start + i] = payload[i]! ^ mask[i & 3]!;
  return frame;
}
