import { connectHub, symmetricKey, tcpTransport } from '@mote/client';
import type { Packet } from 'mqtt-packet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseJson } from '../../../packages/client/src/hub/limits.ts';
import { LoopbackServer, message, type Peer } from '../mqtt/server.ts';
import { first, KEY, kept } from './at-emulator.ts';

// A hub that sends odd things, by families. The device goes on, answers what is a call, ignores the rest and counts it.

const RES = '$iothub/twin/res/';
const DESIRED = '$iothub/twin/PATCH/properties/desired/';
const CALL = '$iothub/methods/POST/';
const C2D = 'devices/dev/messages/devicebound/';
const ridOf = (topic: string): string => /\$rid=([^&]+)/.exec(topic)![1]!;

type Script = (topic: string, peer: Peer) => unknown;

async function deviceAt(script: Script = () => false) {
  const server = kept(
    await LoopbackServer.listen((packet, peer) => packet.cmd === 'publish' && script(packet.topic, peer) === true),
  );
  const device = kept(
    await connectHub({
      hostName: 'HUB-1.Example.net',
      deviceId: 'dev',
      attestation: symmetricKey(KEY),
      endpoint: `127.0.0.1:${server.port}`,
      transport: tcpTransport,
      retry: { baseMs: 1 },
    }),
  );
  return { server, device };
}

const sent = (server: LoopbackServer, topic: RegExp): (Packet & { cmd: 'publish' })[] =>
  server.received.filter((packet) => packet.cmd === 'publish' && topic.test(packet.topic)) as never;

/** Of the whole file: what nobody caught. */
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown) => unhandled.push(reason);
beforeAll(() => void process.on('unhandledRejection', onUnhandled));
afterAll(() => {
  process.off('unhandledRejection', onUnhandled);
  expect(unhandled).toEqual([]);
});

const answers = (desired: string) => (topic: string, peer: Peer) => {
  if (topic.includes('twin/GET')) peer.say(message(`${RES}200/?$rid=${ridOf(topic)}`, desired));
};
const twin = (version: unknown, desired: object = {}) =>
  JSON.stringify({ desired: { ...desired, $version: version }, reported: { $version: 1 } });

describe('a topic that means nothing is ignored and counted, and the device goes on', () => {
  const text = (length: number) => 'x'.repeat(length);
  const topics: [topic: string, body?: string, qos?: 0 | 1][] = [
    // Answers.
    [`${RES}200/?$rid=nobody`],
    [`${RES}200/?$rid=`],
    [`${RES}200/?$rid`],
    [`${RES}200/`],
    [`${RES}200`],
    [`${RES}`],
    [`${RES}/?$rid=1`],
    [`${RES}ok/?$rid=1`],
    [`${RES}20.0/?$rid=1`],
    [`${RES}-1/?$rid=1`],
    [`${RES}99999999999/?$rid=1`],
    [`${RES}200/?$rid=%zz`],
    [`${RES}200/?$rid=${text(60_000)}`],
    [`${RES}200/?$rid=1&$rid=2&$version=x`],
    ['$iothub/twin/res', '{}', 1],
    ['$iothub/credentials/res/200/?$rid=1', '{}', 1],
    ['$iothub/credential/res/200/?$rid=1'],
    // Desired properties that nobody watches, or that are none.
    [`${DESIRED}?$version=2`, '{}', 1],
    [`${DESIRED}?$version=-1`, '{}'],
    [`${DESIRED}?$version=1e9`, '{}'],
    [`${DESIRED}?$version=${'9'.repeat(40)}`, '{}'],
    [`${DESIRED}`, '{}'],
    ['$iothub/twin/PATCH/properties/reported/?$version=2', '{}'],
    // Calls that are none.
    [`${CALL}?$rid=1`],
    [`${CALL}m/`],
    [`${CALL}m/?$rid=`],
    [`${CALL}a/b/?$rid=1`],
    ['$iothub/methods/res/200/?$rid=1'],
    ['$iothub/methods/GET/m/?$rid=1'],
    // Others.
    ['$dps/registrations/res/200/?$rid=1', '{}', 1],
    ['$iothub', 'x'],
    ['$iothub/', 'x', 1],
    ['devices/other/messages/devicebound/', 'x'],
    ['devices/dev/messages/events/', 'x', 1],
    ['/', 'x'],
    ['ü/😀', 'x', 1],
    [text(65_000), text(150_000), 1],
  ];

  test.each(topics.map(([topic, body = '', qos = 0]) => ({ short: topic.slice(0, 60), topic, body, qos })))(
    '$short',
    async ({ topic, body, qos }) => {
      const { server, device } = await deviceAt(answers(twin(1)));
      await device.onMethod('m', () => ({ status: 200 }));
      server.peer.say(message(topic, body, qos, 77));
      expect(await device.twin.get()).toMatchObject({ desired: { $version: 1 } });
      expect(device.state.type).toBe('online');
      expect(server.peers).toHaveLength(1);
      expect(sent(server, /methods\/res/)).toEqual([]);
    },
  );
});

describe('a call of a method', () => {
  const calls: [name: string, rid: string, body: string, status: number, payload?: unknown][] = [
    ['m', '1', '', 200, undefined],
    ['m', '%zz', 'null', 200, null],
    ['m', 'a%20b', '[]', 200, []],
    ['m', 'ü😀', '"x"', 200, 'x'],
    ['m', 'a=b', '0', 200, 0],
    ['m', 'x'.repeat(1024), '{"__proto__":{"a":1}}', 200, JSON.parse('{"__proto__":{"a":1}}')],
    ['%6D', '2', '{}', 200, {}],
    ['m', '3', '{"a":1,}', 400],
    ['m', '4', '\ufeff{}', 400],
    ['m', '5', '{"a":', 400],
    ['m', '6', `${'['.repeat(65)}${']'.repeat(65)}`, 400],
    ['m', '7', `{"a":${'{"a":'.repeat(70)}1${'}'.repeat(71)}`, 400],
    ['M', '8', '', 404],
    ['constructor', '9', '', 404],
    ['__proto__', '10', '', 404],
    ['%zz', '11', '', 404],
    ['%00', '12', '', 404],
    ['x'.repeat(10_000), '13', '', 404],
  ];

  test.each(
    calls.map(([name, rid, body, status, payload]) => ({
      short: `${name.slice(0, 20)} under ${rid.slice(0, 20)} with ${body.slice(0, 30)}`,
      name,
      rid,
      body,
      status,
      payload,
    })),
  )('$short is answered once, by $status', async ({ name, rid, body, status, payload }) => {
    const { server, device } = await deviceAt(answers(twin(1)));
    const payloads: unknown[] = [];
    await device.onMethod('m', (call) => {
      payloads.push(call.payload);
      return { status: 200 };
    });
    server.peer.say(message(`${CALL}${name}/?$rid=${rid}`, body));
    await server.until(() => sent(server, /methods\/res/).length > 0);
    await device.twin.get();
    expect(sent(server, /methods\/res/).map(({ topic }) => topic)).toEqual([
      `$iothub/methods/res/${status}/?$rid=${rid}`,
    ]);
    expect(payloads).toEqual(status === 200 ? [payload] : []);
    expect(Object.prototype).not.toHaveProperty('a');
  });

  test('no bytes of UTF-8: 400', async () => {
    const { server, device } = await deviceAt();
    await device.onMethod('m', () => ({ status: 200 }));
    server.peer.say({ ...message(`${CALL}m/?$rid=1`, ''), payload: Buffer.of(0x22, 0xff, 0x22) } as Packet);
    await server.until(() => sent(server, /methods\/res/).length > 0);
    expect(sent(server, /methods\/res/)[0]?.topic).toBe('$iothub/methods/res/400/?$rid=1');
  });

  test.each<[string, () => unknown, number]>([
    ['a status that is none', () => ({ status: 'ok' }), 500],
    ['a status with a fraction', () => ({ status: 1.5 }), 500],
    ['a status of 2^31', () => ({ status: 2 ** 31 }), 500],
    ['NaN', () => ({ status: Number.NaN }), 500],
    ['a payload without JSON', () => ({ status: 200, payload: 1n }), 500],
    [
      'a payload that refers to itself',
      () => {
        const payload: Record<string, unknown> = {};
        payload['itself'] = payload;
        return { status: 200, payload };
      },
      500,
    ],
    ['a payload of 128 KiB and more', () => ({ status: 200, payload: 'x'.repeat(131_072) }), 500],
    [
      'what it throws',
      () => {
        throw new Error('secret');
      },
      500,
    ],
    ['a promise that is rejected', () => Promise.reject(new Error('secret')), 500],
  ])('a handler that gives %s: 500 or less, once, and nothing of it on the wire', async (_what, handler, status) => {
    const { server, device } = await deviceAt(answers(twin(1)));
    await device.onMethod('m', handler as never);
    server.peer.say(message(`${CALL}m/?$rid=1`, ''));
    await server.until(() => sent(server, /methods\/res/).length > 0);
    await device.twin.get();
    const [answer, ...more] = sent(server, /methods\/res/);
    expect([answer?.topic, more]).toEqual([`$iothub/methods/res/${status}/?$rid=1`, []]);
    expect(String(answer?.payload)).not.toContain('secret');
  });
});

describe('a twin', () => {
  test.each([
    ['a version that is a text', twin('5')],
    ['no version', JSON.stringify({ desired: {}, reported: {} })],
    ['a version that is null', twin(null)],
    ['a version with a fraction', twin(1.5)],
    ['1e999', '{"desired":{"$version":1e999},"reported":{}}'],
    ['desired that is an array', '{"desired":[],"reported":{}}'],
    ['desired that is null', '{"desired":null,"reported":{}}'],
    ['nothing', ''],
    ['no JSON', '{'],
  ])('whose whole has %s is asked for again, and is not told', async (_what, body) => {
    let asked = 0;
    const { device } = await deviceAt((topic, peer) => {
      if (topic.includes('twin/GET'))
        peer.say(message(`${RES}200/?$rid=${ridOf(topic)}`, asked++ ? twin(7, { ok: 1 }) : body));
    });
    expect(await first(device.twin.desired())).toEqual({ version: 7, patch: { ok: 1 }, complete: true });
    expect(asked).toBe(2);
  });

  test.each<[string, string, string]>([
    ['no JSON', '2', 'on'],
    ['an array', '2', '[]'],
    ['null', '2', 'null'],
    ['a text', '2', '"{}"'],
    ['nothing', '2', ''],
    ['65 levels', '2', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`],
    ['no version', '', '{"a":1}'],
    ['a version that is none', 'two', '{"a":1}'],
    ['a version of the past', '0', '{"a":1}'],
    ['the version that is known', '1', '{"a":1}'],
  ])('a change with %s is ignored and counted; the next one is told', async (_what, version, body) => {
    const { server, device } = await deviceAt(answers(twin(1)));
    const changes = device.twin.desired();
    expect((await changes.next()).value).toMatchObject({ version: 1 });
    server.peer.say(message(`${DESIRED}?$version=${version}`, body));
    server.peer.say(message(`${DESIRED}?$version=2`, '{"b":{"c":null},"__proto__":{"p":1},"$version":99}'));
    expect((await changes.next()).value).toEqual({
      version: 2,
      patch: JSON.parse('{"b":{"c":null},"__proto__":{"p":1}}'),
      complete: false,
    });
    expect(device.ignored).toBe(1);
    expect(Object.prototype).not.toHaveProperty('p');
  });
});

describe('a message', () => {
  test.each<[bag: string, properties: Record<string, string | null>, system?: object]>([
    ['', {}],
    ['?', {}],
    ['&&', {}],
    ['a', { a: null }],
    ['a=', { a: '' }],
    ['a=1&a=2&a', { a: null }],
    ['a=b=c', { a: 'b=c' }],
    ['=v', { '': 'v' }],
    ['a=%2B%20%25%26%3D', { a: '+ %&=' }],
    ['ü=😀', { ü: '😀' }],
    ['%24.mid=1&$.mid=2', {}, { messageId: '2' }],
    ['%24.cid&%24.uid=', {}, { correlationId: null, userId: '' }],
    ['iothub-ack=full&%24.nobody=1', { 'iothub-ack': 'full', '$.nobody': '1' }],
    ['__proto__=1&constructor', JSON.parse('{"__proto__":"1","constructor":null}')],
  ])('with %s is read', async (bag, properties, system = {}) => {
    const { server, device } = await deviceAt();
    const messages = device.messages();
    await messages.granted;
    server.peer.say(message(C2D + bag, 'x', 1, 9));
    const { value } = await messages.next();
    expect(value?.properties).toEqual(properties);
    expect(value).toMatchObject(system);
    await messages.return();
  });

  test.each(['%', 'a=%zz', 'a=%C3', 'a=%FF%FE', '%ED%A0%80=1'])(
    'with %s, which cannot be read, is acknowledged and passed over',
    async (bag) => {
      const { server, device } = await deviceAt();
      const messages = device.messages();
      await messages.granted;
      server.peer.say(message(C2D + bag, 'x', 1, 9));
      server.peer.say(message(C2D, 'next', 1, 10));
      expect((await messages.next()).value?.text()).toBe('next');
      await messages.return();
      await server.until(() => server.count('puback') === 2);
      expect(device.ignored).toBe(1);
    },
  );
});

describe('JSON of a peer is looked at in a time that grows with its length', () => {
  const cost = (text: string): number => {
    const payload = new TextEncoder().encode(text);
    const before = process.cpuUsage().user;
    for (let round = 0; round < 5; round++) {
      try {
        parseJson(payload);
      } catch {
        // Most are no JSON.
      }
    }
    return process.cpuUsage().user - before;
  };

  test.each<[string, string]>([
    ['a text that never ends, of escaped quotes', '"\\"'],
    ['texts and escapes', '"a\\'],
    ['opening brackets', '['],
    ['closing brackets', ']'],
    ['pairs', '[]'],
    ['quotes', '"'],
    ['backslashes', '\\'],
    ['lines in a text', '"\\\n'],
    ['blanks', ' '],
    ['letters', 'a'],
  ])('%s', (_what, piece) => {
    const of = (length: number) => (piece + piece.slice(1).repeat(length)).slice(0, length).padEnd(length, piece);
    const usual = JSON.stringify('x"'.repeat(20_000));
    cost(usual);
    // Quadratic, it was more than a thousand times as dear.
    const times = Math.min(...[1, 2, 3].map(() => cost(of(60_000)) / Math.max(1000, cost(usual))));
    expect(times).toBeLessThan(40);
  });

  test.each([
    ['brackets in texts do not count', `["${'['.repeat(100)}\\"${'{'.repeat(100)}"]`, true],
    ['64 levels', `${'['.repeat(64)}${']'.repeat(64)}`, true],
    ['65 levels', `${'['.repeat(65)}${']'.repeat(65)}`, false],
    ['65 levels behind a text', `["\\\\",${'['.repeat(64)}${']'.repeat(64)}]`, false],
  ])('%s', (_what, text, isRead) => {
    const read = () => parseJson(new TextEncoder().encode(text));
    if (isRead) expect(read()).toEqual(JSON.parse(text));
    else expect(read).toThrow(SyntaxError);
  });
});

test.each(['hub-1.example.net.', 'hub-1.example.net'])(
  'user name and state have the name without a dot at its end: %s',
  async (hostName) => {
    const server = kept(await LoopbackServer.listen(() => false));
    const device = kept(
      await connectHub({
        hostName,
        deviceId: 'dev',
        attestation: symmetricKey(KEY),
        endpoint: `127.0.0.1:${server.port}`,
        transport: tcpTransport,
      }),
    );
    const connect = server.received.find((packet) => packet.cmd === 'connect');
    expect(connect?.username).toMatch(/^hub-1\.example\.net\/dev\//);
    expect(String(connect?.password)).toContain('sr=hub-1.example.net%2Fdevices%2Fdev&');
    expect(device.hostName).toBe('hub-1.example.net');
  },
);
