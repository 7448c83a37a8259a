import { connectHub, type HubDevice, symmetricKey, tcpTransport } from '@mote/client';
import type { Packet } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { pem } from '../attestation/made.ts';
import { LoopbackServer, message } from '../mqtt/server.ts';
import { first, KEY, kept } from './at-emulator.ts';
import { scripted } from './scripted-hub.ts';

// A device at a hub that was made by hand: a script of fixed answers, put together by another codec, so that device and emulator are
// not each other's only judge. It can lie, too.

const RES = '$iothub/twin/res/';
/** The beginning of a certificate request, which is all that the device looks at. */
const REQUEST = Buffer.from('30810730050201003000', 'hex').toString('base64');
const DESIRED = '$iothub/twin/PATCH/properties/desired/?$version=';
const twin = (version: number, desired: object = {}): string =>
  JSON.stringify({ desired: { ...desired, $version: version }, reported: { $version: 1 } });
const ridOf = (topic: string): string => /\$rid=([^&]+)/.exec(topic)![1]!;

const published = (server: LoopbackServer, topic: RegExp): (Packet & { cmd: 'publish' })[] =>
  server.received.filter((packet) => packet.cmd === 'publish' && topic.test(packet.topic)) as never;
const until = (server: LoopbackServer, topic: RegExp, count = 1) =>
  server.until(() => published(server, topic).length >= count);
/** A question and its answer, so that everything said before was heard. */
const heard = async (device: HubDevice): Promise<void> => void (await device.twin.get());

describe('CONNECT', () => {
  test('says what the service documents', async () => {
    const { server } = await scripted(undefined, { modelId: 'dtmi:com:example:T;1', clientVersion: 'my app/1' });
    const [connect] = server.received as [Packet & { cmd: 'connect' }];
    expect(connect).toMatchObject({
      clientId: 'dev',
      clean: false,
      keepalive: 60,
      username:
        'hub-1.example.net/dev/?api-version=2021-04-12&model-id=dtmi%3Acom%3Aexample%3AT%3B1&DeviceClientType=my%20app%2F1',
    });
    const [, se] =
      /^SharedAccessSignature sr=hub-1\.example\.net%2Fdevices%2Fdev&sig=[^&]+&se=(\d+)$/.exec(
        String(connect.password),
      ) ?? [];
    expect(Math.abs(Number(se) - Date.now() / 1000 - 3600)).toBeLessThan(60);
  });

  test('of a module with a will', async () => {
    const { server } = await scripted(undefined, { moduleId: 'mod', will: { body: 'gone', properties: { a: '1' } } });
    expect(server.received[0]).toMatchObject({
      clientId: 'dev/mod',
      username: 'hub-1.example.net/dev/mod/?api-version=2021-04-12',
      will: { topic: 'devices/dev/modules/mod/messages/events/a=1', qos: 1, retain: false },
    });
  });

  test('that is refused is tried once more with a fresh token, by the other key, and then told', async () => {
    const server = kept(
      await LoopbackServer.listen((packet, peer) => {
        if (packet.cmd === 'connect') peer.say({ cmd: 'connack', returnCode: 5, sessionPresent: false });
        return packet.cmd === 'connect';
      }),
    );
    const attempt = connectHub({
      hostName: 'hub-1.example.net',
      deviceId: 'dev',
      attestation: symmetricKey(KEY, { secondaryKey: Buffer.alloc(32, 8).toString('base64') }),
      endpoint: `127.0.0.1:${server.port}`,
      transport: tcpTransport,
    });
    await expect(attempt).rejects.toMatchObject({ name: 'HubError', code: 'connection-refused', returnCode: 5 });
    const tokens = server.received.map(
      (packet) => /sig=[^&]+/.exec(String((packet as { password?: unknown }).password))![0],
    );
    expect(new Set(tokens).size).toBe(2);
    expect(tokens).toHaveLength(2);
  });
});

describe('telemetry', () => {
  test('is published as the service documents, at QoS 1', async () => {
    const { server, device } = await scripted();
    await device.send({ t: 1 }, { messageId: 'm 1'.replace(' ', '-'), properties: { 'a b': 'c&d', n: null, e: '' } });
    expect(published(server, /events/)[0]).toMatchObject({
      topic: 'devices/dev/messages/events/%24.mid=m-1&%24.ct=application%2Fjson&%24.ce=utf-8&a%20b=c%26d&n&e=',
      qos: 1,
      retain: false,
    });
  });

  test('that was not acknowledged before a cut is sent again, and its promise waits', async () => {
    let cuts = 0;
    const { server, device } = await scripted((_topic, _packet, peer) => {
      if (cuts++ > 0) return false;
      peer.socket.destroy();
      return true;
    });
    await device.send('x');
    expect(published(server, /events/).map(({ dup }) => dup)).toEqual([false, true]);
  });

  test('has its promise settled when the device is closed', async () => {
    const { device } = await scripted(() => true);
    const sent = device.send('x').catch((error: unknown) => error);
    await device.close({ drainMs: 0 });
    expect(await sent).toMatchObject({ name: 'HubError', code: 'closed' });
    await expect(device.send('x')).rejects.toMatchObject({ code: 'closed' });
    expect(device.state.type).toBe('closed');
  });
});

describe('a hub that lies about answers', () => {
  test('under an id that was not asked, or twice: ignored and counted', async () => {
    const { device } = await scripted((topic, _packet, { say }) => {
      if (!topic.startsWith('$iothub/twin/GET')) return;
      say(message(`${RES}200/?$rid=00000000`, twin(9)));
      say(message(`${RES}200/?$rid=${ridOf(topic)}`, twin(3, { a: 1 })));
      say(message(`${RES}200/?$rid=${ridOf(topic)}`, twin(4)));
    });
    expect(await device.twin.get()).toMatchObject({ desired: { a: 1, $version: 3 } });
    await heard(device);
    // Of both questions the wrong answer and the second one.
    expect(device.ignored).toBe(4);
  });

  test('before the question: no id can be guessed', async () => {
    const ids: string[] = [];
    const { device } = await scripted((topic, _packet, { say }) => {
      ids.push(ridOf(topic));
      for (const id of ['1', '2', 'request-2', ids.at(-1)!.slice(1)]) say(message(`${RES}200/?$rid=${id}`, twin(1)));
      say(message(`${RES}200/?$rid=${ids.at(-1)}`, twin(1)));
    });
    for (let n = 0; n < 20; n++) await heard(device);
    expect(new Set(ids).size).toBe(20);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(device.ignored).toBe(80);
  });

  test.each([
    [
      429,
      '{"errorCode":429001,"message":"slow","trackingId":"t"}',
      { code: 'throttled', retryable: true, errorCode: 429001, trackingId: 't' },
    ],
    [500, '', { code: 'service-error', retryable: true, statusCode: 500 }],
    [400, '{"errorCode":400004}', { code: 'bad-request', retryable: false, errorCode: 400004 }],
    [401, '{}', { code: 'unauthorized' }],
    [404, '', { code: 'not-found' }],
    [302, '', { code: 'protocol-violation' }],
    [200, '{', { code: 'protocol-violation', reason: 'no-json' }],
    [200, '', { code: 'protocol-violation', reason: 'no-twin' }],
    [200, '[]', { code: 'protocol-violation', reason: 'no-twin' }],
    [200, '{"desired":1,"reported":{}}', { code: 'protocol-violation', reason: 'no-twin' }],
    [200, `${'['.repeat(100)}${']'.repeat(100)}`, { code: 'protocol-violation', reason: 'no-json' }],
  ])('with status %i and %s', async (status, body, fields) => {
    const { device } = await scripted((topic, _packet, { say }) =>
      say(message(`${RES}${status}/?$rid=${ridOf(topic)}`, body)),
    );
    await expect(device.twin.get()).rejects.toMatchObject({ name: 'HubError', stage: 'twin', ...fields });
    expect(device.state.type).toBe('online');
  });

  test('or says nothing: the promise ends by its own time', async () => {
    const { device } = await scripted();
    await expect(device.twin.get({ timeoutMs: 20 })).rejects.toMatchObject({ code: 'timed-out', stage: 'twin' });
    const reason = new Error('enough');
    await expect(device.twin.get({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const waiting = device.twin.report({ a: 1 }).catch((error: unknown) => error);
    await device.close({ drainMs: 0 });
    expect(await waiting).toMatchObject({ code: 'closed' });
  });

  test('loses the link instead: asked anew on the next one, under another id', async () => {
    let asked = 0;
    const { server, device } = await scripted((topic, _packet, peer) => {
      if (asked++ === 0) peer.socket.destroy();
      else peer.say(message(`${RES}204/?$rid=${ridOf(topic)}&$version=7`, ''));
      return true;
    });
    expect(await device.twin.report({ a: 1 })).toBe(7);
    const [one, two] = published(server, /reported/);
    expect(one!.topic).not.toBe(two!.topic);
    expect(String(two!.payload)).toBe('{"a":1}');
  });

  test('does not grant the filter', async () => {
    const server = kept(
      await LoopbackServer.listen((packet, peer) => {
        if (packet.cmd !== 'subscribe') return false;
        peer.say({ cmd: 'suback', messageId: packet.messageId!, granted: [0x80] });
        return true;
      }),
    );
    const device = kept(
      await connectHub({
        hostName: 'hub-1.example.net',
        deviceId: 'dev',
        attestation: symmetricKey(KEY),
        endpoint: `127.0.0.1:${server.port}`,
        transport: tcpTransport,
      }),
    );
    const refused = { name: 'HubError', code: 'subscribe-refused' };
    await expect(device.twin.get()).rejects.toMatchObject(refused);
    await expect(first(device.twin.desired())).rejects.toMatchObject(refused);
    await expect(first(device.messages())).rejects.toMatchObject(refused);
    await expect(device.onMethod('m', () => {})).rejects.toMatchObject(refused);
    await expect(device.renewCertificate(REQUEST)).rejects.toMatchObject(refused);
  });
});

describe('desired properties', () => {
  test('each version once and in order, whatever the hub says', async () => {
    let version = 3;
    const { server, device } = await scripted((topic, _packet, { say }) => {
      if (topic.includes('twin/GET')) say(message(`${RES}200/?$rid=${ridOf(topic)}`, twin(version, { v: version })));
    });
    const changes = device.twin.desired();
    const next = async () => (await changes.next()).value;
    expect(await next()).toEqual({ version: 3, patch: { v: 3 }, complete: true });
    const say = (v: number, patch: object = { v }) =>
      server.peer.say(message(`${DESIRED}${v}`, JSON.stringify({ ...patch, $version: v })));
    say(4);
    say(4);
    say(2);
    say(3);
    say(5);
    server.peer.say(message(`${DESIRED}6`, 'no JSON'));
    server.peer.say(message('$iothub/twin/PATCH/properties/desired/?$version=x', '{}'));
    expect([await next(), await next()]).toMatchObject([{ version: 4 }, { version: 5, complete: false }]);
    await heard(device);
    expect(device.ignored).toBe(5);
    // A gap: one was missed, so the whole is read.
    version = 8;
    say(8);
    expect(await next()).toEqual({ version: 8, patch: { v: 8 }, complete: true });
    say(9, { v: null });
    expect(await next()).toEqual({ version: 9, patch: { v: null }, complete: false });
    // A cut, and nothing new: nothing is told. Then something new.
    const asked = published(server, /GET/).length;
    version = 9;
    server.peer.socket.destroy();
    await until(server, /GET/, asked + 1);
    await heard(device);
    version = 12;
    server.peer.socket.destroy();
    expect(await next()).toEqual({ version: 12, patch: { v: 12 }, complete: true });
  });

  test('that came while the whole was read follow it', async () => {
    const { device } = await scripted((topic, _packet, { say }) => {
      if (!topic.includes('twin/GET')) return;
      say(message(`${DESIRED}5`, '{"b":1,"$version":5}'));
      say(message(`${DESIRED}6`, '{"c":1,"$version":6}'));
      say(message(`${RES}200/?$rid=${ridOf(topic)}`, twin(5, { a: 1, b: 1 })));
    });
    const changes = device.twin.desired();
    expect((await changes.next()).value).toEqual({ version: 5, patch: { a: 1, b: 1 }, complete: true });
    expect((await changes.next()).value).toEqual({ version: 6, patch: { c: 1 }, complete: false });
  });

  test('are asked for again when the hub is throttled', async () => {
    let asked = 0;
    const { device } = await scripted((topic, _packet, { say }) =>
      say(message(`${RES}${asked++ ? 200 : 429}/?$rid=${ridOf(topic)}`, asked > 1 ? twin(2) : '')),
    );
    expect(await first(device.twin.desired())).toMatchObject({ version: 2, complete: true });
  });
});

describe('methods', () => {
  const call = (server: LoopbackServer, name: string, rid: string, body: string) =>
    server.peer.say(message(`$iothub/methods/POST/${name}/?$rid=${rid}`, body));

  test('are answered under the id as it came; what is no JSON, or too deep, with 400; said twice, once', async () => {
    const { server, device } = await scripted();
    let release: () => void = () => {};
    let calls = 0;
    await device.onMethod('a b', async ({ payload }) => {
      calls++;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return { status: 207, payload };
    });
    call(server, 'a%20b', 'x%2Fy', '{"n":1}');
    call(server, 'a%20b', 'x%2Fy', '{"n":1}');
    call(server, 'a%20b', '2', '{');
    call(server, 'a%20b', '3', `${'['.repeat(65)}${']'.repeat(65)}`);
    call(server, 'other', '4', '');
    await until(server, /methods\/res/, 3);
    release();
    await until(server, /methods\/res/, 4);
    expect(published(server, /methods\/res/).map(({ topic, payload }) => [topic, String(payload)])).toEqual([
      ['$iothub/methods/res/400/?$rid=2', ''],
      ['$iothub/methods/res/400/?$rid=3', ''],
      ['$iothub/methods/res/404/?$rid=4', ''],
      ['$iothub/methods/res/207/?$rid=x%2Fy', '{"n":1}'],
    ]);
    expect([calls, device.ignored]).toEqual([1, 1]);
  });

  test('that run when the link is lost are told so, and not answered on the next', async () => {
    const { server, device } = await scripted();
    let reason: unknown;
    await device.onMethod(
      'slow',
      ({ signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            reason = signal.reason;
            resolve({ status: 200 });
          });
        }),
    );
    call(server, 'slow', '1', '');
    call(server, 'nobody', '2', '');
    await until(server, /methods\/res\/404/);
    const peers = server.peers.length;
    server.peer.socket.destroy();
    await server.until(() => server.peers.length > peers && server.peer.received.length > 1);
    await device.send('x');
    expect(reason).toMatchObject({ code: 'connection-lost' });
    expect(published(server, /methods\/res\/200/)).toEqual([]);
  });

  test('more than a hundred at once are answered with 429', async () => {
    const { server, device } = await scripted();
    await device.onMethod('hang', () => new Promise(() => {}));
    for (let n = 0; n < 103; n++) call(server, 'hang', `${n}`, '');
    await until(server, /methods\/res\/429/, 3);
    expect(published(server, /methods\/res\/429/)).toHaveLength(3);
  });
});

describe('messages', () => {
  test('with their properties, null and empty kept apart; acknowledged in order; what cannot be read is passed over', async () => {
    const { server, device } = await scripted();
    const messages = device.messages();
    await messages.granted;
    const base = 'devices/dev/messages/devicebound/';
    server.peer.say(message(`${base}?%24.mid=1&$.to=%2Fx&n&e=&p=a%2Bb&iothub-ack=full`, 'one', 1, 11));
    server.peer.say(message(`${base}%ff=1`, 'unreadable', 1, 12));
    server.peer.say(message(`${base}`, 'two', 1, 13));
    const one = (await messages.next()).value!;
    expect(one).toMatchObject({
      messageId: '1',
      to: '/x',
      properties: { n: null, e: '', p: 'a+b', 'iothub-ack': 'full' },
    });
    expect(server.count('puback')).toBe(0);
    const two = (await messages.next()).value!;
    expect(two.text()).toBe('two');
    await messages.return();
    await server.until(() => server.count('unsubscribe') === 1);
    expect(server.received.flatMap((packet) => (packet.cmd === 'puback' ? [packet.messageId] : []))).toEqual([
      11, 12, 13,
    ]);
  });

  test('of a module are those of its inputs', async () => {
    const { server, device } = await scripted(undefined, { moduleId: 'mod' });
    const messages = device.messages();
    await messages.granted;
    server.peer.say(message('devices/dev/modules/mod/inputs/in/a=1', 'x'));
    expect((await messages.next()).value).toMatchObject({ input: 'in', properties: { a: '1' } });
  });
});

describe('certificates', () => {
  test.each([
    ['PEM', ['-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n']],
    ['base64', ['AAAA', 'BBBB']],
  ])('are asked for, and come later, as %s', async (_what, certificates) => {
    const { server, device } = await scripted(
      (topic, _packet, { say }) => {
        if (!topic.includes('credentials')) return;
        say(message(`$iothub/credentials/res/202/?$rid=${ridOf(topic)}`, '{"correlationId":"c"}'));
        say(
          message(
            `$iothub/credentials/res/200/?$rid=${ridOf(topic)}`,
            JSON.stringify({ correlationId: 'c', certificates }),
          ),
        );
      },
      { apiVersion: '2025-08-01-preview' },
    );
    const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${REQUEST}\n-----END CERTIFICATE REQUEST-----\n`;
    const got = await device.renewCertificate(pem);
    expect(got).toHaveLength(certificates.length);
    for (const one of got) expect(one).toMatch(/^-----BEGIN CERTIFICATE-----\n[A-B]+\n-----END CERTIFICATE-----\n$/);
    expect(JSON.parse(String(published(server, /issueCertificate/)[0]!.payload))).toEqual({
      id: 'dev',
      csr: REQUEST,
      replace: '*',
    });
  });

  test.each([
    ['a key', pem('PRIVATE KEY', Buffer.alloc(3))],
    ['text', 'hello'],
    ['nothing', ''],
  ])('are not asked for with %s', async (_what, csr) => {
    const { server, device } = await scripted();
    await expect(device.renewCertificate(csr)).rejects.toMatchObject({ code: 'invalid-options', message: /^csr: / });
    expect(published(server, /./)).toEqual([]);
  });
});

test('links that end within seconds of CONNACK, again and again, are told as taken over', async () => {
  const causes: string[] = [];
  let told: () => void = () => {};
  const taken = new Promise<void>((resolve) => {
    told = resolve;
  });
  const { server } = await scripted(undefined, {
    onState: (state) => {
      if (state.type !== 'waiting') return;
      causes.push(state.cause.code);
      if (state.cause.code === 'taken-over') told();
    },
  });
  server.reply = (packet, peer) => {
    if (packet.cmd === 'connect') {
      peer.say({ cmd: 'connack', returnCode: 0, sessionPresent: true });
      peer.socket.end();
    }
    return packet.cmd === 'connect';
  };
  server.peer.socket.destroy();
  await taken;
  expect(causes).toEqual(['connection-lost', 'connection-lost', 'taken-over']);
});
