import { decode, encodePublish, Framer } from '@mote/codec';
import { describe, expect, test } from 'vitest';
import { concat, hex } from './support/bytes.ts';
import { thrownBy } from './support/expect.ts';

// What a caller in plain JavaScript may hand to a Framer.

describe('a Framer', () => {
  test.each([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -1,
    0,
    0.5,
    1.5,
    268_435_456,
    2 ** 32,
    2 ** 32 + 64,
    null,
    '64 KB',
    '65536',
    '',
    true,
    {},
    [],
    [65536],
    1n,
    Symbol('s'),
    () => 65536,
    new Number(65536),
  ])('refuses a maxPacketSize of %s', (maxPacketSize) => {
    const error = thrownBy(() => new Framer({ maxPacketSize: maxPacketSize as never }));
    expect(error).toBeInstanceOf(RangeError);
    expect((error as Error).message).toMatch(/^maxPacketSize: a whole number from 1 to 268435455 is needed, not /);
  });

  test.each([1, 2, 65536, 268_435_455, 268_435_460, undefined])('takes a maxPacketSize of %s', (maxPacketSize) => {
    expect(new Framer({ maxPacketSize }).next()).toBeUndefined();
  });

  test.each([
    undefined,
    null,
    'c000',
    7,
    [0xc0, 0],
    {},
    { length: 2, 0: 0xc0, 1: 0 },
    new Uint16Array(2),
    new Int8Array(2),
    new Uint8ClampedArray(2),
    new ArrayBuffer(2),
    new DataView(new ArrayBuffer(2)),
    Symbol('s'),
    1n,
  ])('is pushed a Uint8Array and nothing else: %s', (chunk) => {
    const framer = new Framer();
    for (const range of [[], [0], [0, 1]]) {
      const error = thrownBy(() => framer.push(chunk as never, ...(range as [])));
      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toMatch(/^chunk: a Uint8Array is needed, not /);
    }
    framer.push(hex('c000'));
    expect(framer.next()?.type).toBe(12);
  });

  test.each([
    [-1, 4],
    [0.5, 4],
    [Number.NaN, 4],
    ['0', 4],
    [null, 4],
    [1n, 4],
    [3, 2],
    [5, undefined],
    [0, 5],
    [0, -1],
    [0, 1.5],
    [0, Number.NaN],
    [0, Number.POSITIVE_INFINITY],
    [0, '4'],
    [0, null],
  ])('refuses the part from %s to %s of four bytes', (start, end) => {
    const framer = new Framer();
    const error = thrownBy(() => framer.push(hex('c000d000'), start as never, end as never));
    expect(error).toBeInstanceOf(RangeError);
    expect((error as Error).message).toMatch(/^(start|end): a whole number from 0 to \d+ is needed, not /);
    framer.push(hex('c000'));
    expect(framer.next()?.type).toBe(12);
    expect(framer.next()).toBeUndefined();
  });

  test('takes an array of another realm, and a Buffer', async () => {
    const { runInNewContext } = await import('node:vm');
    const foreign = runInNewContext('Uint8Array.of(0xc0, 0)') as Uint8Array;
    expect(foreign).not.toBeInstanceOf(Uint8Array);
    expect(decode(foreign)).toEqual({ type: 12 });
    expect(decode(Buffer.from([0xc0, 0]))).toEqual({ type: 12 });
    expect(decode(encodePublish({ topicName: 'a', payload: foreign }))).toMatchObject({ payload: hex('c000') });
    expect(concat(encodePublish({ topicName: 'a', payload: Buffer.from('hi') }))).toEqual(hex('3005000161 6869'));
  });

  test('without options, or with null for them, has the limit of one that was asked for nothing', () => {
    for (const options of [undefined, null, {}]) {
      const framer = new Framer(options as never);
      framer.push(hex('30fdff0f'));
      expect(thrownBy(() => framer.next())).toMatchObject({ code: 'packet-too-large' });
    }
  });
});
