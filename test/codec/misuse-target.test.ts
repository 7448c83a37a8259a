import * as codec from '@mote/codec';
import { describe, expect, test } from 'vitest';
import { hex, toHex } from './support/bytes.ts';
import { INTO, target } from './support/encoders.ts';
import { thrownBy } from './support/expect.ts';

// Targets, places in them, and arrays of bytes of any make, from a caller in plain JavaScript.

const messageOf = (run: () => unknown) => (thrownBy(run) as Error).message;

describe('a place that is none', () => {
  test.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [-1, '-1'],
    [1.5, '1.5'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [200, '200'],
    [2 ** 32, '4294967296'],
    ['0', 'a string'],
    [{}, 'an object'],
    [true, 'a boolean'],
  ])('is named: %s', (at, got) => {
    for (const { kind, way } of INTO) {
      const into = target();
      const error = thrownBy(() => way.run(kind.make() as never, into, at as never)) as codec.EncodeError;
      expect(error, way.name).toMatchObject({ name: 'EncodeError', code: 'no-room', statement: undefined });
      expect(error.message, way.name).toBe(`no-room: ${error.needed} bytes needed at ${got}`);
      expect(into).toEqual(target());
    }
    expect(INTO.length).toBe(29);
  });

  test.each([
    [undefined, 'undefined'],
    [null, 'null'],
    ['text', 'a string'],
    [7, '7'],
  ])('in no target at all is a TypeError: %s', (wrong, got) => {
    for (const { kind, way } of INTO) {
      expect(
        thrownBy(() => way.run(kind.make() as never, wrong as never, 0)),
        way.name,
      ).toEqual(new TypeError(`target: a Uint8Array is needed, not ${got}`));
    }
  });

  test('no array is left of a target that was transferred', () => {
    for (const { kind, way } of INTO) {
      const gone = target();
      structuredClone(gone.buffer, { transfer: [gone.buffer as ArrayBuffer] });
      expect(messageOf(() => way.run(kind.make() as never, gone, 0))).toMatch(/^no-room: \d+ bytes needed at 0$/);
    }
  });
});

describe('an array of bytes of any make', () => {
  class Bytes extends Uint8Array {}
  const copyInto = (make: (size: number) => Uint8Array) => (bytes: Uint8Array) => {
    const made = make(bytes.length);
    made.set(bytes);
    return made;
  };
  const MAKES: readonly (readonly [string, (bytes: Uint8Array) => Uint8Array])[] = [
    ['a Buffer', copyInto((size) => Buffer.alloc(size))],
    ['a subclass', copyInto((size) => new Bytes(size))],
    ['shared memory', copyInto((size) => new Uint8Array(new SharedArrayBuffer(size)))],
    [
      'memory that can grow',
      copyInto(
        (size) =>
          new Uint8Array(
            new (ArrayBuffer as never as new (size: number, most: object) => ArrayBuffer)(size, { maxByteLength: 999 }),
          ),
      ),
    ],
    ['a part of larger memory', copyInto((size) => new Uint8Array(size + 9).subarray(4, 4 + size))],
  ];

  test.each(MAKES)('is written to, and read from: %s', (_name, of) => {
    for (const { kind, way } of INTO) {
      const expected = target();
      const end = way.run(kind.make() as never, expected, 3);
      const into = of(target());
      expect(way.run(kind.make() as never, into, 3), way.name).toBe(end);
      expect(toHex(into), way.name).toBe(toHex(expected));
      const framer = new codec.Framer();
      framer.push(into, 3, end as number);
      expect(codec.decodePacket(framer.next()!), way.name).toMatchObject({ type: kind.type });
    }
    const payload = of(hex('0102'));
    const message = { topicName: 'a', payload };
    expect(toHex(codec.encodePublish(message))).toBe('30050001610102');
    expect(toHex(codec.encodeConnect({ clientId: '', userName: '', password: payload }))).toBe(
      '101200044d51545404c200000000000000020102',
    );
    expect(codec.decodeUtf8(of(hex('6162')))).toBe('ab');
  });

  test.each([
    ['a Proxy of one', new Proxy(new Uint8Array(200), {})],
    ['an object of its class', Object.create(Uint8Array.prototype)],
    ['memory alone', new ArrayBuffer(200)],
    ['shared memory alone', new SharedArrayBuffer(200)],
    ['a DataView', new DataView(new ArrayBuffer(200))],
    ['an array of 16 bits', new Uint16Array(200)],
    ['an array that holds 255 for 256', new Uint8ClampedArray(200)],
    ['an array of signed bytes', new Int8Array(200)],
    ['a list', new Array(200).fill(0)],
  ])('is no more than that: %s', (_name, wrong) => {
    const words = (field: string) => new TypeError(`${field}: a Uint8Array is needed, not an object`);
    for (const { kind, way } of INTO) {
      expect(
        thrownBy(() => way.run(kind.make() as never, wrong, 0)),
        way.name,
      ).toEqual(words('target'));
    }
    const into = target();
    const prepared = codec.preparePublish({ topicName: 'a' });
    for (const run of [
      () => codec.encodePublish({ topicName: 'a', payload: wrong }),
      () => codec.encodePublishInto({ topicName: 'a', payload: wrong }, into, 0),
      () => prepared.encodeInto(wrong, undefined, into, 0),
    ]) {
      expect(thrownBy(run)).toEqual(words('payload'));
    }
    expect(thrownBy(() => codec.encodeConnect({ clientId: 'a', userName: 'b', password: wrong }))).toEqual(
      words('password'),
    );
    expect(thrownBy(() => codec.encodeConnect({ clientId: 'a', will: { topicName: 'b', message: wrong } }))).toEqual(
      words('will.message'),
    );
    expect(thrownBy(() => new codec.Framer().push(wrong))).toEqual(words('chunk'));
    expect(thrownBy(() => codec.decode(wrong))).toEqual(words('chunk'));
    expect(thrownBy(() => codec.decodeUtf8(wrong))).toEqual(words('bytes'));
    expect(into).toEqual(target());
  });
});
