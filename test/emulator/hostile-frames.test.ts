import { type Emulator, type EmulatorEvent, startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DISCONNECT } from './hub/by-hand.ts';
import { dialWebSocket, frame, type HandSocket } from './hub/wire-by-hand.ts';

// Frames of WebSocket that no peer may send: each ends its own connection, soon, with the close code of the standard and one line in
// the events; the emulator serves on.

let azure: Emulator;
const events: EmulatorEvent[] = [];
beforeAll(async () => {
  azure = await startEmulator({ limits: { connectTimeoutMs: 5000, maxBufferedBytes: 65_536 } });
  void (async () => {
    for await (const event of azure.events) events.push(event);
  })();
});
afterAll(() => azure.close());

const UPGRADE = [
  'GET /mqtt HTTP/1.1',
  'Host: localhost',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Protocol: mqtt',
];
const MASK = '00000000';
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

async function open(): Promise<HandSocket> {
  const device = await dialWebSocket(azure, UPGRADE);
  expect(await device.takeHead()).toMatch(/^HTTP\/1\.1 101 /);
  return device;
}

/** The code of the close frame that comes next. */
async function closeCode(device: HandSocket): Promise<number> {
  const [first, length] = Buffer.from(await device.take(2), 'hex');
  expect(first).toBe(0x88);
  return Number.parseInt((await device.take(length!)).slice(0, 4), 16);
}

describe('a frame that breaks the standard', () => {
  test.each<[what: string, bytes: string, code: number]>([
    ['first reserved bit', `c2 80 ${MASK}`, 1002],
    ['second reserved bit', `a2 80 ${MASK}`, 1002],
    ['third reserved bit', `92 80 ${MASK}`, 1002],
    ['all reserved bits', `f2 80 ${MASK}`, 1002],
    ['reserved opcode 3', `83 80 ${MASK}`, 1002],
    ['reserved opcode 7', `87 80 ${MASK}`, 1002],
    ['reserved control opcode b', `8b 80 ${MASK}`, 1002],
    ['reserved control opcode f', `8f 80 ${MASK}`, 1002],
    ['not masked', '82 02 c000', 1002],
    ['not masked and empty', '82 00', 1002],
    ['a ping in two pieces', `09 80 ${MASK}`, 1002],
    ['a close in two pieces', `08 80 ${MASK}`, 1002],
    ['a pong in two pieces', `0a 80 ${MASK}`, 1002],
    ['a ping of 126 bytes', `89 fe 007e ${MASK} ${'00'.repeat(126)}`, 1002],
    ['a ping that says 64 KiB', `89 ff 0000000000010000 ${MASK}`, 1002],
    ['a close of one byte', `88 81 ${MASK} 03`, 1002],
    ['a close with code 0', `88 82 ${MASK} 0000`, 1002],
    ['a close with code 999', `88 82 ${MASK} 03e7`, 1002],
    ['a close with code 1004', `88 82 ${MASK} 03ec`, 1002],
    ['a close with code 1005, which is never sent', `88 82 ${MASK} 03ed`, 1002],
    ['a close with code 1006, which is never sent', `88 82 ${MASK} 03ee`, 1002],
    ['a close with code 5000', `88 82 ${MASK} 1388`, 1002],
    ['a close with a reason that is no UTF-8', `88 84 ${MASK} 03e8 c328`, 1007],
    ['a continuation of nothing', `80 82 ${MASK} c000`, 1002],
    ['a continuation of nothing that goes on', `00 80 ${MASK}`, 1002],
    ['a new message within one', `02 81 ${MASK} c0 82 81 ${MASK} 00`, 1002],
    ['a length over 2^53', `82 ff ffffffffffffffff ${MASK}`, 1009],
    ['a length of a gigabyte', `82 ff 0000000040000000 ${MASK}`, 1009],
    ['a text', `81 82 ${MASK} 6162`, 1003],
    ['an empty text', `81 80 ${MASK}`, 1003],
    ['a text that is no UTF-8', `81 82 ${MASK} c328`, 1007],
  ])('%s: close code, soon, and one line', async (_what, bytes, code) => {
    const before = events.length;
    const device = await open();
    device.send(hex(bytes));
    expect(await closeCode(device)).toBe(code);
    // The peer does not answer the close: it is gone all the same.
    await device.closed();
    const closed = events.slice(before).filter(({ type }) => type === 'closed');
    expect(closed).toHaveLength(1);
    expect((closed[0] as { reason?: string }).reason).not.toBe('');
  });

  test('in pieces of one byte is judged alike', async () => {
    const device = await open();
    for (const byte of hex(`09 80 ${MASK}`)) device.send(Buffer.of(byte));
    expect(await closeCode(device)).toBe(1002);
    await device.closed();
  });

  test('what stands behind it is not looked at', async () => {
    const before = events.length;
    const device = await open();
    device.send(hex(`83 80 ${MASK}`), frame(DISCONNECT), frame(Buffer.alloc(1000, 0xff)));
    expect(await closeCode(device)).toBe(1002);
    await device.closed();
    expect(events.slice(before).filter(({ type }) => type === 'closed')).toHaveLength(1);
  });
});

describe('frames that are allowed, and too many', () => {
  test('a message in 100,000 pieces is ended before they are all kept', async () => {
    const device = await open();
    const piece = hex(`00 81 ${MASK} 10`);
    device.send(hex(`02 81 ${MASK} 10`), Buffer.concat(Array.from({ length: 100_000 }, () => piece)));
    expect([1008, 1009]).toContain(await closeCode(device));
    await device.closed();
  });

  test('pings that are answered and never read end the connection', async () => {
    const device = await open();
    device.socket.pause();
    const pings = Buffer.concat(Array.from({ length: 500 }, () => frame(Buffer.alloc(125, 1), 9)));
    const closed = new Promise<void>((resolve) => device.socket.on('close', () => resolve()));
    const push = () => {
      while (!device.socket.destroyed && device.socket.write(pings));
      device.socket.once('drain', push);
    };
    push();
    await closed;
  });

  test('pings and pongs do not keep a connection without CONNECT', async () => {
    const device = await open();
    const timer = setInterval(() => device.send(frame(Buffer.alloc(0), 9), frame(Buffer.alloc(0), 10)), 50);
    await device.closed();
    clearInterval(timer);
    expect(events.filter(({ type }) => type === 'closed').at(-1)).toMatchObject({ reason: 'no CONNECT in time' });
  }, 15_000);

  test('empty frames are nothing, and the connection stands', async () => {
    const device = await open();
    device.send(...Array.from({ length: 1000 }, () => frame(Buffer.alloc(0))), frame(Buffer.from('ok'), 9));
    expect(await device.take(4)).toBe('8a026f6b');
    device.socket.destroy();
  });

  test.each([1000, 1001, 3000, 4999])('a close with code %i is answered with it', async (code) => {
    const device = await open();
    device.send(frame(Buffer.of(code >> 8, code & 255), 8));
    expect(await closeCode(device)).toBe(code);
    await device.closed();
  });
});
