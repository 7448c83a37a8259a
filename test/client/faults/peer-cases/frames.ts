import type { Peer } from '../../hostile/peer.ts';
import { serverFrame } from '../../hostile/web-socket-peer.ts';
import { hex } from './packet-tools.ts';
import { type PeerCase, SILENCE } from './peer-case.ts';

// Frames of a WebSocket server, beside those of test/vectors/websocket.json (websocket.test.ts): floods, fragments, the end.

/** At CONNACK, where we have nothing to say goodbye to yet: known.test.ts has the other stages. */
const broken = (frames: string | Buffer): Partial<PeerCase> => ({
  over: 'wss',
  step: 'connect',
  misbehave: (peer) => peer.writeBare(typeof frames === 'string' ? hex(frames) : frames),
});
const framed = (frames: (good: Buffer, peer: Peer) => Buffer): Partial<PeerCase> => ({
  over: 'wss',
  step: 'register-answer',
  misbehave: (peer, good) => peer.writeFrames(good, frames(good, peer)),
});
/** A frame that is not the last of its message. */
const part = (bytes: Uint8Array, opcode: number): Buffer => {
  const frame = serverFrame(bytes, opcode);
  frame[0] = frame[0]! & 0x7f;
  return frame;
};
const fragments = (good: Buffer): Buffer[] => [
  ...[...good].map((byte, i) => part(Buffer.of(byte), i === 0 ? 2 : 0)),
  serverFrame(Buffer.alloc(0), 0),
];
const joined = (parts: readonly Buffer[], between: Buffer): Buffer =>
  Buffer.concat(parts.flatMap((one, i) => (i === 0 ? [one] : [between, one])));
const bytesOf = (close: number, reason: Buffer): Buffer => Buffer.concat([Buffer.of(close >> 8, close & 255), reason]);

const TAKEN: readonly PeerCase[] = [
  { name: 'a message in one-byte fragments', ...framed((good) => Buffer.concat(fragments(good))), ends: 'assigned' },
  {
    name: 'a ping between each two fragments of a message',
    ...framed((good) => joined(fragments(good), hex('8901aa'))),
    ends: 'assigned',
  },
  {
    name: 'a ping behind each fragment of a message, in a write of its own',
    over: 'wss',
    step: 'register-answer',
    misbehave: async (peer, good) => {
      peer.writeFrames(good, Buffer.alloc(0));
      for (const one of fragments(good)) {
        peer.writeBare(Buffer.concat([one, hex('8901aa')]));
        await new Promise(setImmediate);
      }
    },
    ends: 'assigned',
    check: (server) => {
      const pongs = server.peers[0]!.frames.frames.filter(({ opcode }) => opcode === 10);
      // One for each read, and how many those are is for the kernel to decide.
      if (pongs.length < 2 || pongs.some(({ payload }) => payload.toString('hex') !== 'aa')) throw new Error('pongs');
    },
  },
  { name: 'empty fragments between', ...framed((good) => joined(fragments(good), hex('0000'))), ends: 'assigned' },
  {
    name: 'a packet in two messages, with a ping between',
    ...framed((good) => Buffer.concat([serverFrame(good.subarray(0, 9)), hex('8900'), serverFrame(good.subarray(9))])),
    ends: 'assigned',
  },
  {
    name: 'a ping of 125 bytes',
    ...framed((good) => Buffer.concat([serverFrame(Buffer.alloc(125, 7), 9), serverFrame(good)])),
    ends: 'assigned',
  },
];

const REFUSED: readonly PeerCase[] = [
  ['a text frame with CONNACK in it', serverFrame(hex('20020000'), 1)],
  ['a frame with the first reserved bit', 'c2 04 20020000'],
  ['a frame with the second reserved bit', 'a2 04 20020000'],
  ['a frame with the third reserved bit', '92 04 20020000'],
  ['a masked frame', '82 84 00000000 20020000'],
  ['a masked ping', '89 80 00000000'],
  ['a ping in fragments', '09 00'],
  ['a ping of 126 bytes', Buffer.concat([hex('897e007e'), Buffer.alloc(126)])],
  ['a CLOSE in fragments', '08 00'],
  ['a CLOSE of 126 bytes', Buffer.concat([hex('887e007e03e8'), Buffer.alloc(124, 0x61)])],
  ['a CLOSE of one byte', '88 01 03'],
  ['a CLOSE with a reason that is no UTF-8', serverFrame(bytesOf(1000, hex('c328')), 8)],
  ['a CLOSE with half a character', serverFrame(bytesOf(1000, hex('e282')), 8)],
  ['a CLOSE with a surrogate', serverFrame(bytesOf(1000, hex('eda080')), 8)],
  ...[0, 1, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535].map(
    (code) => [`a CLOSE with code ${code}`, serverFrame(bytesOf(code, Buffer.alloc(0)), 8)] as const,
  ),
  ['a continuation of nothing', '80 04 20020000'],
  ['a message inside another', '02 01 20 82 04 20020000'],
  ['opcode 3', '83 00'],
  ['opcode 15', '8f 00'],
  ['a length of 2^63', '82 7f 8000000000000000'],
  ['a length of 2^64 - 1', '82 7f ffffffffffffffff'],
  ['a length of 2^53 + 1', '82 7f 0020000000000001'],
  ['a length of 1 GiB', '82 7f 0000000040000000'],
  ['a length of 65,535 in eight bytes', '82 7f 000000000000ffff'],
  ['a length of 125 in two bytes', '82 7e 007d'],
  ['an HTTP answer', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
].map(
  ([what, frames]) =>
    ({
      name: `${what as string}, which breaks RFC 6455`,
      ...broken(frames!),
      ends: 'protocol-violation' as const,
      with: { stage: 'connect', retryable: false },
      check: (server) => {
        const frames = server.peers[0]!.frames.frames;
        if (frames.at(-1)?.opcode !== 8 || server.peers.length !== 1) throw new Error('it was not told so by a CLOSE');
      },
    }) satisfies PeerCase,
);

const ENDS: readonly PeerCase[] = [
  ...[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999].map(
    (code): PeerCase => ({
      name: `a CLOSE with code ${code}`,
      ...broken(serverFrame(bytesOf(code, Buffer.from('bye')), 8)),
      ends: 'connection-lost',
      with: { stage: 'connect', retryable: true },
    }),
  ),
  {
    name: 'a CLOSE without a code',
    ...broken('8800'),
    ends: 'connection-lost',
  },
  {
    name: 'a CLOSE with a reason of 123 bytes',
    ...broken(serverFrame(bytesOf(1000, Buffer.alloc(123, 0x61)), 8)),
    ends: 'connection-lost',
  },
  {
    name: 'a CLOSE, and CONNACK behind it, which is not taken',
    ...broken(Buffer.concat([serverFrame(bytesOf(1001, Buffer.alloc(0)), 8), serverFrame(hex('20020000'))])),
    ends: 'connection-lost',
  },
  {
    name: 'CLOSE once at every place, and the operation taken up again',
    over: 'wss',
    step: 'poll',
    times: 1,
    answer: () => undefined,
    misbehave: (peer) => peer.writeBare(serverFrame(bytesOf(1012, Buffer.alloc(0)), 8)),
    options: { timeoutMs: 8000 },
    ends: 'assigned',
  },
  {
    name: 'half a frame header, and silence',
    ...broken('827f0000'),
    options: SILENCE,
    ends: 'timed-out',
    with: { stage: 'connect' },
  },
  {
    name: 'half a frame, and the end of the connection',
    over: 'wss',
    step: 'connect',
    misbehave: (peer) => {
      peer.writeBare(hex('82042002'));
      peer.end();
    },
    ends: 'connection-lost',
  },
];

export const FRAMES: readonly PeerCase[] = [...TAKEN, ...REFUSED, ...ENDS];
