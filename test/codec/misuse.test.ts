import {
  decode,
  decodePublish,
  EncodeError,
  encodeConnect,
  encodeConnectInto,
  encodePublish,
  encodePublishInto,
  encodeSubscribe,
  Framer,
  PublishView,
  preparePublish,
} from '@mote/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat, hex, toHex } from './support/bytes.ts';
import { KINDS, type PacketKind, type Way, waysOf } from './support/encoders.ts';
import { thrownBy } from './support/expect.ts';

// What a caller in plain JavaScript may do, on purpose or not: every encoder refuses it, in any order of calls, names the field
// and what it got, and has then written nothing.

const FILL = 0xee;
const target = () => new Uint8Array(200).fill(FILL);
const isUntouched = (bytes: Uint8Array) => bytes.every((byte) => byte === FILL);

const ALL = KINDS.flatMap((kind) => waysOf(kind).map((way) => ({ kind, way })));

/** What a way makes: bytes as hex, or a size. */
function madeBy(way: Way, fields: object): string {
  const into = target();
  const made = way.run(fields as never, into, 3);
  if (made instanceof Uint8Array) return toHex(made);
  return way.name.startsWith('packetSize') ? `${made}` : toHex(into.subarray(3, made as number));
}

const alone = new Map(ALL.map(({ kind, way }) => [way, madeBy(way, kind.make())]));

test('every encoder after every other writes what it writes alone', () => {
  let pairs = 0;
  for (const before of ALL) {
    for (const { kind, way } of ALL) {
      madeBy(before.way, before.kind.make());
      expect(madeBy(way, kind.make()), `${way.name} after ${before.way.name}`).toBe(alone.get(way));
      pairs++;
    }
  }
  expect(pairs).toBe(71 ** 2);
});

const NO_TEXT = [null, 7, true, ['a'], {}, Uint8Array.of(97), Symbol('s'), 1n, () => 'a', new String('a')];
const NO_BYTES = [
  null,
  'text',
  7,
  true,
  [1, 2],
  { length: 2, BYTES_PER_ELEMENT: 1 },
  new Uint16Array(2),
  new Int8Array(2),
  new Uint8ClampedArray(2),
  new ArrayBuffer(2),
  new DataView(new ArrayBuffer(2)),
  Symbol('s'),
  1n,
];
const NO_BOOLEAN = [null, 0, 1, '', 'false', [], {}, Symbol('s'), 1n];
const NO_NUMBER = [null, '1', true, [1], {}, Symbol('s'), 1n, 1.5, -1, Number.NaN, Number.POSITIVE_INFINITY, 65536];
const NO_LIST = [undefined, null, 'abc', 7, {}, Uint8Array.of(0), new Set([0])];

/** The wrong values of each field by its path, and of each list also what may not be in it. */
const WRONG: Readonly<Record<string, readonly unknown[]>> = {
  clientId: [undefined, ...NO_TEXT],
  cleanSession: NO_BOOLEAN,
  keepAlive: NO_NUMBER,
  will: [null, 7, 'will', true, Symbol('s'), 1n],
  'will.topicName': [undefined, ...NO_TEXT],
  'will.message': [undefined, ...NO_BYTES],
  'will.qos': NO_NUMBER,
  'will.retain': NO_BOOLEAN,
  userName: NO_TEXT,
  password: NO_BYTES,
  sessionPresent: NO_BOOLEAN,
  returnCode: [undefined, 6, ...NO_NUMBER],
  topicName: [undefined, ...NO_TEXT],
  payload: [undefined, ...NO_BYTES],
  qos: NO_NUMBER,
  retain: NO_BOOLEAN,
  dup: NO_BOOLEAN,
  packetId: [undefined, 0, ...NO_NUMBER],
  subscriptions: NO_LIST,
  'subscriptions.1.topicFilter': [undefined, ...NO_TEXT],
  'subscriptions.1.qos': NO_NUMBER,
  returnCodes: NO_LIST,
  'returnCodes.1': [undefined, 3, ...NO_NUMBER],
  topicFilters: NO_LIST,
  'topicFilters.1': [undefined, ...NO_TEXT],
};

/** Every path in `fields` that WRONG knows. */
function pathsOf({ make }: PacketKind): string[] {
  const fields = make();
  return Object.keys(WRONG).filter((path) => parentOf(fields, path) !== undefined);
}

/** The object in which the last step of the path lies. */
function parentOf(fields: Record<string, unknown>, path: string): Record<string, unknown> | undefined {
  const steps = path.split('.');
  const parent = steps.slice(0, -1).reduce<unknown>((at, step) => (at as never)?.[step], fields);
  return parent !== undefined && Object.hasOwn(parent as object, lastOf(path)) ? (parent as never) : undefined;
}

const lastOf = (path: string) => path.split('.').at(-1)!;
/** The name that an error gives to a field: an entry of a list has that of its list. */
const nameOf = (path: string) =>
  path
    .split('.')
    .filter((step) => !/^\d+$/.test(step))
    .at(-1)!;

const PREDECESSORS: readonly (readonly [string, () => unknown])[] = [
  ['nothing', () => undefined],
  ['a CONNECT', () => encodeConnect({ clientId: 'meter-7', userName: 'hub/meter-7' })],
  ['a SUBSCRIBE', () => encodeSubscribe({ packetId: 1, subscriptions: [{ topicFilter: 'a/#' }] })],
  ['a PUBLISH', () => encodePublish({ topicName: 'the/one/before', payload: Uint8Array.of(1) })],
  ['a PUBLISH that was refused', () => thrownBy(() => encodePublish({ topicName: 'a/#', payload: hex('') }))],
];

describe('a field that is missing or of another type is named, whatever was encoded before', () => {
  test.each(KINDS.filter((kind) => pathsOf(kind).length > 0).map((kind) => [kind.name, kind] as const))(
    '%s',
    (_name, kind) => {
      let cases = 0;
      for (const path of pathsOf(kind)) {
        for (const wrong of WRONG[path]!) {
          for (const way of waysOf(kind)) {
            if (path === 'dup' && way.name.startsWith('prepare')) continue; // a PreparedPublish has none
            for (const [before, run] of PREDECESSORS) {
              run();
              const fields = kind.make();
              parentOf(fields, path)![lastOf(path)] = wrong;
              const into = target();
              const error = thrownBy(() => way.run(fields as never, into, 0));
              const title = `${way.name} with ${path} ${String(typeof wrong)} after ${before}`;
              expect(error instanceof TypeError || error instanceof EncodeError, title).toBe(true);
              expect((error as Error).message, title).toContain(nameOf(path));
              expect((error as Error).message, title).toMatch(
                wrong === undefined ? /undefined/ : wrong === null ? /null/ : /not an? |not \d| an? |\d|NaN|Infinity/,
              );
              expect(isUntouched(into), title).toBe(true);
              cases++;
            }
          }
        }
      }
      expect(cases).toBeGreaterThan(200);
    },
  );

  test('the words are those of the contract', () => {
    const said = (run: () => unknown) => (thrownBy(run) as Error).message;
    const fields = { topicName: 'a', payload: hex('01') };
    expect(said(() => encodePublish({ ...fields, payload: '21.5' as never }))).toBe(
      'payload: a Uint8Array is needed, not a string',
    );
    expect(said(() => encodePublish({ ...fields, topicName: undefined as never }))).toBe(
      'topicName: a string is needed, not undefined',
    );
    expect(said(() => encodePublish({ ...fields, retain: null as never }))).toBe(
      'retain: a boolean is needed, not null',
    );
    expect(said(() => encodePublish({ ...fields, qos: 1, packetId: 70_000 }))).toBe(
      'bad-packet-id: packetId 70000 [MQTT-2.3.1-1]',
    );
    expect(said(() => encodePublish({ ...fields, qos: '1' as never }))).toBe('bad-qos: qos a string [MQTT-3.3.1-4]');
    expect(said(() => encodePublishInto(fields, [] as never, 0))).toBe('target: a Uint8Array is needed, not an object');
  });

  test('no message repeats a text: it may be a secret', () => {
    for (const password of ['a secret', ['a secret'], { a: 'a secret' }, new String('a secret')]) {
      const error = thrownBy(() => encodeConnect({ clientId: 'c', userName: 'u', password: password as never }));
      expect(String(error)).not.toContain('secret');
    }
    expect(String(thrownBy(() => encodeConnect({ clientId: 'a secret\0' })))).not.toContain('secret');
  });
});

describe('a field behind a getter', () => {
  /** The packet with one field behind a getter, and how often it was read. */
  function withGetter(kind: PacketKind, path: string, get: (value: unknown, reads: number) => unknown) {
    const fields = kind.make();
    const parent = parentOf(fields, path)!;
    const value = parent[lastOf(path)];
    const counted = { reads: 0 };
    Object.defineProperty(parent, lastOf(path), { enumerable: true, get: () => get(value, counted.reads++) });
    return { fields, counted };
  }

  const cases = KINDS.flatMap((kind) =>
    pathsOf(kind).flatMap((path) =>
      waysOf(kind)
        .filter((way) => !way.name.startsWith('prepare') && !way.name.includes(' of '))
        .map((way) => ({ kind, path, way })),
    ),
  );

  test('that encodes any other packet changes nothing', () => {
    let runs = 0;
    for (const { kind, path, way } of cases) {
      const plain = madeBy(way, kind.make());
      for (const other of ALL) {
        const { fields, counted } = withGetter(kind, path, (value) => {
          madeBy(other.way, other.kind.make());
          thrownBy(() => encodePublish({ topicName: 'hijack/#', payload: hex('00') }));
          return value;
        });
        expect(madeBy(way, fields), `${way.name}, ${path} encodes ${other.way.name}`).toBe(plain);
        expect(counted.reads, `${way.name} reads ${path}`).toBe(1);
        runs++;
      }
    }
    expect(runs).toBeGreaterThan(3000);
  });

  test('that says something else at each read is read once', () => {
    for (const { kind, path, way } of cases) {
      const { fields, counted } = withGetter(kind, path, (value, reads) => (reads === 0 ? value : Symbol('another')));
      expect(madeBy(way, fields), `${way.name}, ${path}`).toBe(madeBy(way, kind.make()));
      expect(counted.reads, `${way.name} reads ${path}`).toBe(1);
    }
  });

  test('that throws gets its own error through, and nothing has been written', () => {
    const own = new Error('my own');
    for (const { kind, path, way } of cases) {
      const { fields } = withGetter(kind, path, () => {
        throw own;
      });
      const into = target();
      expect(thrownBy(() => way.run(fields as never, into, 0))).toBe(own);
      expect(isUntouched(into)).toBe(true);
      expect(madeBy(way, kind.make())).toBe(madeBy(way, kind.make()));
    }
  });
});

describe('memory that is used twice', () => {
  test('a payload may lie in its target, wherever', () => {
    const prepared = preparePublish({ topicName: 'a/topic/of/some/length', qos: 1 });
    fc.assert(
      fc.property(fc.nat(300), fc.nat(200), fc.nat(300), fc.boolean(), (from, size, at, isPrepared) => {
        const into = Uint8Array.from({ length: 700 }, (_, i) => i * 7);
        const payload = into.subarray(from, from + size);
        const fields = { topicName: 'a/topic/of/some/length', qos: 1, packetId: 7 } as const;
        const expected = toHex(encodePublish({ ...fields, payload: payload.slice() }));
        const end = isPrepared
          ? prepared.encodeInto(payload, 7, into, at)
          : encodePublishInto({ ...fields, payload }, into, at);
        expect(toHex(into.subarray(at, end))).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('a password and a Will Message may lie in the target, too', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), fc.nat(80), fc.nat(60), (from, other, size, at) => {
        const into = Uint8Array.from({ length: 500 }, (_, i) => i * 3);
        const connect = {
          clientId: 'c',
          userName: 'u',
          password: into.subarray(from, from + size),
          will: { topicName: 'w', message: into.subarray(other, other + size) },
        };
        const expected = toHex(encodeConnect(connect));
        const end = encodeConnectInto(connect, into, at);
        expect(toHex(into.subarray(at, end))).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });

  test('what was encoded is not changed by what is encoded later', () => {
    const made = ALL.flatMap(({ kind, way }) => {
      const bytes = way.run(kind.make() as never, target(), 0);
      return bytes instanceof Uint8Array ? [{ bytes, copy: bytes.slice() }] : [];
    });
    for (const { kind, way } of ALL) madeBy(way, kind.make());
    expect(made.length).toBe(28);
    for (const { bytes, copy } of made) expect(bytes).toEqual(copy);
  });

  test('when a packet is transferred away, those that are encoded afterwards are whole', () => {
    const fields = { topicName: 'a/b', payload: hex('0102') };
    for (let i = 0; i < 3; i++) {
      const { buffer } = encodePublish(fields);
      structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
      expect(toHex(encodePublish(fields))).toBe('30070003612f620102');
    }
  });

  test('only a PUBLISH lies in shared memory, and one of more than 1,024 bytes does not', () => {
    for (const { kind, way } of ALL) {
      const bytes = way.run(kind.make() as never, target(), 0);
      if (!(bytes instanceof Uint8Array)) continue;
      expect(bytes.buffer.byteLength, way.name).toBe(kind.name === 'Publish' ? 8192 : bytes.length);
    }
    const size = 1024 - 6;
    expect(encodePublish({ topicName: 'a', payload: new Uint8Array(size) }).buffer.byteLength).toBe(8192);
    expect(encodePublish({ topicName: 'a', payload: new Uint8Array(size + 1) }).buffer.byteLength).toBe(1025);
  });
});

/** A buffer whose size can change, with an array that follows it and one that does not. */
function resizable(size: number, most: number) {
  const buffer = new (ArrayBuffer as unknown as new (size: number, options: object) => ArrayBuffer)(size, {
    maxByteLength: most,
  }) as ArrayBuffer & { resize(size: number): void };
  return { buffer, following: new Uint8Array(buffer), fixed: new Uint8Array(buffer, 0, size) };
}

function transferred(bytes: Uint8Array): Uint8Array {
  structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] });
  return bytes;
}

describe('memory that changes its size, or goes away', () => {
  const topicName = 'devices/meter-7/messages';
  const packet = () => encodePublish({ topicName, payload: hex('010203') }).slice();

  test('what has grown is read to its new end', () => {
    const view = new PublishView();
    const { buffer, following } = resizable(50, 400);
    const framer = new Framer();
    for (let grown = 1; grown < 6; grown++) {
      for (let time = 0; time < 3; time++) {
        const at = following.length - packet().length;
        following.set(packet(), at);
        framer.push(following, at);
        const frame = framer.next()!;
        expect(decodePublish(frame)).toMatchObject({ topicName, payload: hex('010203') });
        expect(view.read(frame).topicName).toBe(topicName);
        expect(view.payload).toEqual(hex('010203'));
      }
      buffer.resize(50 + 60 * grown);
    }
  });

  test('what has grown is written to its new end', () => {
    const { buffer, following } = resizable(50, 400);
    const prepared = preparePublish({ topicName });
    const expected = toHex(packet());
    for (let grown = 1; grown < 6; grown++) {
      for (let time = 0; time < 3; time++) {
        const at = following.length - packet().length;
        expect(encodePublishInto({ topicName, payload: hex('010203') }, following, at)).toBe(following.length);
        expect(toHex(following.subarray(at))).toBe(expected);
        following.fill(0, at);
        expect(prepared.encodeInto(hex('010203'), undefined, following, at)).toBe(following.length);
        expect(toHex(following.subarray(at))).toBe(expected);
      }
      buffer.resize(50 + 60 * grown);
    }
  });

  test('what has shrunk has no room, and nothing is written', () => {
    const prepared = preparePublish({ topicName });
    for (const which of ['following', 'fixed'] as const) {
      const { buffer, [which]: into } = resizable(100, 100);
      prepared.encodeInto(hex('01'), undefined, into, 0);
      buffer.resize(10);
      new Uint8Array(buffer).fill(FILL);
      expect(thrownBy(() => prepared.encodeInto(hex('01'), undefined, into, 0))).toMatchObject({ code: 'no-room' });
      expect(thrownBy(() => encodePublishInto({ topicName, payload: hex('01') }, into, 0))).toMatchObject({
        code: 'no-room',
      });
      expect(isUntouched(new Uint8Array(buffer))).toBe(true);
    }
    const gone = transferred(new Uint8Array(100));
    expect(thrownBy(() => prepared.encodeInto(hex('01'), undefined, gone, 0))).toMatchObject({ code: 'no-room' });
  });

  test('a payload whose memory has gone is a TypeError, not an empty message', () => {
    const prepared = preparePublish({ topicName });
    const { buffer, fixed } = resizable(8, 8);
    buffer.resize(2);
    for (const payload of [transferred(new Uint8Array(8)), fixed]) {
      const into = target();
      for (const run of [
        () => encodePublish({ topicName, payload }),
        () => encodePublishInto({ topicName, payload }, into, 0),
        () => prepared.encodeInto(payload, undefined, into, 0),
        () => encodeConnect({ clientId: 'c', userName: 'u', password: payload }),
        () => encodeConnect({ clientId: 'c', will: { topicName: 'w', message: payload } }),
      ]) {
        expect(thrownBy(run)).toBeInstanceOf(TypeError);
      }
      expect(isUntouched(into)).toBe(true);
    }
  });

  test('a chunk that goes before it has been read is a RangeError: it is not the peer who is at fault', () => {
    const whole = new Framer();
    const chunk = packet();
    whole.push(chunk);
    transferred(chunk);
    expect(thrownBy(() => whole.next())).toBeInstanceOf(RangeError);

    const framer = new Framer();
    const second = packet();
    framer.push(packet().subarray(0, 10));
    expect(framer.next()).toBeUndefined();
    framer.push(second, 10);
    transferred(second);
    expect(thrownBy(() => framer.next())).toBeInstanceOf(RangeError);

    const third = packet();
    const reading = new Framer();
    reading.push(third);
    const frame = reading.next()!;
    transferred(third);
    expect(thrownBy(() => decodePublish(frame))).toBeInstanceOf(RangeError);
    expect(thrownBy(() => new PublishView().read(frame))).toBeInstanceOf(RangeError);
  });
});

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
});
