import * as codec from '@mote/codec';
import { describe, expect, test } from 'vitest';
import { hex, toHex } from './support/bytes.ts';
import { KINDS, target, waysOf } from './support/encoders.ts';
import { thrownBy } from './support/expect.ts';

// The arguments as a whole, from a caller in plain JavaScript: what is no packet, no frame, no target, no text. Each is refused by
// its own kind of error, which names what was needed and what was there. What a field may hold is tested in misuse.test.ts.

type Any = (...args: unknown[]) => unknown;
const call = codec as unknown as Record<string, Any>;

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
      expect(thrownBy(run)).toMatchObject({ code: 'bad-packet-type', message: `bad-packet-type: type ${got}` });
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
        expect((error as Error).message).toMatch(/^bytes: length 2 is needed, not (undefined|1)$/);
      }
      const frame = { type, flags: 0, bytes: hex('0001'), start: 0, end: undefined };
      expect(thrownBy(() => call[`decode${name}`]!(frame))).toEqual(
        new RangeError('bytes: length undefined is needed, not 2'),
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
