import { EncodeError, encodeConnect, encodePublish, encodePublishInto, encodeSubscribe } from '@mote/codec';
import { describe, expect, test } from 'vitest';
import { hex } from './support/bytes.ts';
import { ALL, isUntouched, KINDS, madeBy, type PacketKind, target, waysOf } from './support/encoders.ts';
import { thrownBy } from './support/expect.ts';

// What a caller in plain JavaScript may do, on purpose or not: every encoder refuses it, in any order of calls, names the field
// and what it got, and has then written nothing.

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
