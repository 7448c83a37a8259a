import * as codec from '@mote/codec';
import { describe, expect, test } from 'vitest';
import { hex, toHex } from './support/bytes.ts';
import { KINDS, waysOf } from './support/encoders.ts';
import { thrownBy } from './support/expect.ts';

// The arguments as a whole, from a caller in plain JavaScript: what is no packet, no frame, no target, no text. Each is refused by
// its own kind of error, which names what was needed and what was there. What a field may hold is tested in misuse.test.ts.

type Any = (...args: unknown[]) => unknown;
const call = codec as unknown as Record<string, Any>;

const FILL = 0xee;
const target = () => new Uint8Array(200).fill(FILL);
const messageOf = (run: () => unknown) => (thrownBy(run) as Error).message;

const NOTHING_WITH_FIELDS = [undefined, null, 5, 'text', true, Symbol('s'), 1n, [], {}, () => 0, new Date(0)];

/** The field that each encoder misses first. */
const FIRST_FIELD: Readonly<Record<string, string>> = {
  Connect: 'clientId: a string is needed, not undefined',
  Connack: 'bad-return-code: returnCode undefined',
  Publish: 'topicName: a string is needed, not undefined',
  Puback: 'bad-packet-id: packetId undefined [MQTT-2.3.1-1]',
  Pubrec: 'bad-packet-id: packetId undefined [MQTT-2.3.1-1]',
  Pubrel: 'bad-packet-id: packetId undefined [MQTT-2.3.1-1]',
  Pubcomp: 'bad-packet-id: packetId undefined [MQTT-2.3.1-1]',
  Subscribe: 'bad-packet-id: packetId undefined [MQTT-2.3.1-1]',
  Suback: 'bad-packet-id: packetId undefined [MQTT-2.3.1-1]',
  Unsubscribe: 'bad-packet-id: packetId undefined [MQTT-2.3.1-1]',
  Unsuback: 'bad-packet-id: packetId undefined [MQTT-2.3.1-1]',
};

describe('what is no packet', () => {
  test.each(Object.entries(FIRST_FIELD))(
    'is refused by the encoders of %s, with the first field that is missing',
    (name, words) => {
      let cases = 0;
      for (const wrong of NOTHING_WITH_FIELDS) {
        const into = target();
        for (const run of [() => call[`encode${name}`]!(wrong), () => call[`encode${name}Into`]!(wrong, into, 0)]) {
          const error = thrownBy(run);
          expect(error instanceof TypeError || error instanceof codec.EncodeError).toBe(true);
          expect((error as Error).message).toBe(words);
          cases++;
        }
        expect(into).toEqual(target());
      }
      expect(cases).toBe(2 * NOTHING_WITH_FIELDS.length);
    },
  );

  test('is not looked at by the encoders of packets without fields', () => {
    for (const name of ['Pingreq', 'Pingresp', 'Disconnect']) {
      for (const wrong of NOTHING_WITH_FIELDS) {
        const bytes = call[`encode${name}`]!(wrong) as Uint8Array;
        expect(bytes.length).toBe(2);
        const into = target();
        expect(call[`encode${name}Into`]!(wrong, into, 7)).toBe(9);
        expect(toHex(into.subarray(7, 9))).toBe(toHex(bytes));
      }
    }
  });

  test.each<readonly [wrong: unknown, got: string]>([
    ...NOTHING_WITH_FIELDS.map((wrong) => [wrong, 'undefined'] as const),
    [{ type: undefined }, 'undefined'],
    [{ type: null }, 'null'],
    [{ type: 0 }, '0'],
    [{ type: 15 }, '15'],
    [{ type: -1 }, '-1'],
    [{ type: 3.5 }, '3.5'],
    [{ type: Number.NaN }, 'NaN'],
    [{ type: '3' }, 'a string'],
    [{ type: 'constructor' }, 'a string'],
    [{ type: [3] }, 'an object'],
    [{ type: Symbol('s') }, 'a symbol'],
  ])('has no type: %o', (wrong, got) => {
    const into = target();
    for (const run of [
      () => codec.encodePacket(wrong as never),
      () => codec.encodePacketInto(wrong as never, into, 0),
      () => codec.packetSize(wrong as never),
    ]) {
      expect(thrownBy(run)).toEqual(new TypeError(`type: a number from 1 to 14 is needed, not ${got}`));
    }
    expect(into).toEqual(target());
  });

  test('is no entry of a SUBSCRIBE', () => {
    for (const wrong of NOTHING_WITH_FIELDS) {
      const fields = { packetId: 1, subscriptions: [{ topicFilter: 'a' }, wrong] } as never;
      expect(messageOf(() => codec.encodeSubscribe(fields))).toBe('topicFilter: a string is needed, not undefined');
    }
  });

  test('is no template of a prepared PUBLISH', () => {
    for (const wrong of NOTHING_WITH_FIELDS) {
      expect(thrownBy(() => codec.preparePublish(wrong as never))).toEqual(
        new TypeError('topicName: a string is needed, not undefined'),
      );
    }
  });
});

describe('what is no Frame', () => {
  const readers: [string, Any][] = [
    ...KINDS.map(({ name }): [string, Any] => [`decode${name}`, call[`decode${name}`]!]),
    ['decodePacket', call['decodePacket']!],
    ['PublishView.read', (frame) => new codec.PublishView().read(frame as never)],
  ];

  test.each(readers)('is refused by %s, which says what it was', (_name, read) => {
    for (const [wrong, got] of [
      [undefined, 'undefined'],
      [null, 'null'],
      [5, '5'],
      ['c000', 'a string'],
      [true, 'a boolean'],
      [Symbol('s'), 'a symbol'],
      [{}, 'an object'],
      [[], 'an object'],
      [hex('c000'), 'an object'],
      [hex('c000').buffer, 'an object'],
      [new codec.Framer(), 'an object'],
      [() => 0, 'a function'],
    ] as const) {
      expect(thrownBy(() => read(wrong))).toEqual(new TypeError(`frame: a Frame is needed, not ${got}`));
    }
  });

  test.each(KINDS.filter(({ make }) => Object.keys(make()).length > 0).map(({ name, type }) => [name, type] as const))(
    'a Frame of %s whose bytes are not there is a RangeError, and not the peer’s fault',
    (name, type) => {
      for (const memory of [{}, { bytes: undefined }, { bytes: hex('00') }]) {
        const frame = { type, flags: 0, start: 0, end: 2, ...memory };
        const error = thrownBy(() => call[`decode${name}`]!(frame));
        expect(error).toBeInstanceOf(RangeError);
        expect((error as Error).message).toMatch(/^bytes: 2 are needed, not (undefined|1)$/);
      }
      const frame = { type, flags: 0, bytes: hex('0001'), start: 0, end: undefined };
      expect(thrownBy(() => call[`decode${name}`]!(frame))).toEqual(
        new RangeError('bytes: undefined are needed, not 2'),
      );
    },
  );

  test('one that was made by hand may be frozen', () => {
    const bytes = hex('000161 0506');
    const frame = Object.freeze({ type: codec.PUBLISH, flags: 0, bytes, start: 0, end: 5 } as const);
    expect(codec.decodePublish(frame)).toMatchObject({ topicName: 'a', payload: hex('0506') });
    expect(codec.decodePacket(frame)).toMatchObject({ topicName: 'a', payload: hex('0506') });
    expect(new codec.PublishView().read(frame).payload).toEqual(hex('0506'));
  });
});

const INTO = KINDS.flatMap((kind) =>
  waysOf(kind)
    .filter(({ name }) => name.includes('Into'))
    .map((way) => ({ kind, way })),
);

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

describe('a packet of any make', () => {
  const frozen = (value: unknown): unknown => {
    if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
      for (const part of Object.values(value)) frozen(part);
      Object.freeze(value);
    }
    return value;
  };

  test('may be frozen, have its fields by inheritance, or be a Proxy, whose fields are read once', () => {
    for (const kind of KINDS) {
      for (const way of waysOf(kind).filter(({ name }) => !name.includes(' of '))) {
        const made = (fields: unknown) => {
          const into = target();
          const result = way.run(fields as never, into, 0);
          return result instanceof Uint8Array ? toHex(result) : toHex(into);
        };
        const plain = made(kind.make());
        expect(made(frozen(kind.make())), way.name).toBe(plain);
        expect(made(Object.create(kind.make())), way.name).toBe(plain);
        const reads: string[] = [];
        const proxy = new Proxy(kind.make(), {
          get: (fields, name) => {
            reads.push(String(name));
            return fields[name as string];
          },
        });
        expect(made(proxy), way.name).toBe(plain);
        if (!way.name.startsWith('prepare')) expect(new Set(reads).size, way.name).toBe(reads.length);
      }
    }
  });
});

describe('a prepared PUBLISH', () => {
  const prepared = codec.preparePublish({ topicName: 'a' }) as unknown as Record<string, Any>;

  test('names the first argument that is missing', () => {
    expect(messageOf(() => prepared['encodeInto']!())).toBe('payload: a Uint8Array is needed, not undefined');
    expect(messageOf(() => prepared['encodeInto']!(hex('01')))).toBe('target: a Uint8Array is needed, not undefined');
    expect(messageOf(() => prepared['encodeInto']!(hex('01'), undefined, target()))).toBe(
      'no-room: 6 bytes needed at undefined',
    );
  });
});

test.each([
  [undefined, 'undefined'],
  [null, 'null'],
  [5, '5'],
  [['a'], 'an object'],
  [new String('a'), 'an object'],
  [Symbol('s'), 'a symbol'],
])('what is no text is not encoded, and is no topic: %s', (wrong, got) => {
  expect(thrownBy(() => codec.encodeUtf8(wrong as never))).toEqual(
    new TypeError(`text: a string is needed, not ${got}`),
  );
  expect(codec.isTopicName(wrong as never)).toBe(false);
  expect(codec.isTopicFilter(wrong as never)).toBe(false);
});

test('a Framer without options, or with null for them, has the limit of one that was asked for nothing', () => {
  for (const options of [undefined, null, {}]) {
    const framer = new codec.Framer(options as never);
    framer.push(hex('30fdff0f'));
    expect(thrownBy(() => framer.next())).toMatchObject({ code: 'packet-too-large' });
  }
});
