import { channel } from 'node:diagnostics_channel';
import type { Transport } from '@mote/client';
import { type ConnectOptions, connect, createClient, type MqttTlsOptions, memoryStore } from '@mote/client';
import { describe, expect, test } from 'vitest';
import { WEAK_TLS } from '../weak-tls.ts';
import { listen, offline, online, optionsFor } from './loopback-clients.ts';

describe('connect', () => {
  test.each([1, 2, 4, 5])('rejects with CONNACK %i at once', async (returnCode) => {
    const server = await listen((packet, peer) => {
      if (packet.cmd === 'connect') peer.say({ cmd: 'connack', returnCode, sessionPresent: false });
      return packet.cmd === 'connect';
    });
    await expect(connect(optionsFor(server))).rejects.toMatchObject({
      code: 'connection-refused',
      returnCode,
      retryable: false,
    });
    expect(server.peers.length).toBe(1);
  });

  test('tries again after CONNACK 3, a failed dial and a lost link, until timeoutMs', async () => {
    const server = await listen((packet, peer) => {
      if (packet.cmd === 'connect' && server.peers.length === 1)
        peer.say({ cmd: 'connack', returnCode: 3, sessionPresent: false });
      else if (packet.cmd === 'connect' && server.peers.length === 2) peer.socket.destroy();
      else return false;
      return true;
    });
    const states: string[] = [];
    const client = await online(server, {
      onState: (state) => states.push(state.type === 'waiting' ? state.cause.code : state.type),
    });
    expect(states).toEqual([
      'connecting',
      'connection-refused',
      'connecting',
      'connection-lost',
      'connecting',
      'online',
    ]);
    expect(client.state).toEqual({ type: 'online', sessionPresent: false });
    const refuses: Transport = {
      name: 'refuses',
      dial(_target, { closed }) {
        queueMicrotask(() => closed(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })));
        return { send: () => true, close() {} };
      },
    };
    const attempt = connect(optionsFor(server, { transport: refuses, timeoutMs: 60 }));
    await expect(attempt).rejects.toMatchObject({ code: 'connect-failed', retryable: true });
  });

  test('asks for credentials before every dial, and once more when they are refused', async () => {
    const server = await listen((packet, peer) => {
      if (packet.cmd !== 'connect') return false;
      const right = String(packet.password) === 'second';
      peer.say({ cmd: 'connack', returnCode: right ? 0 : 4, sessionPresent: false });
      return true;
    });
    const words = ['first', 'second', 'third'];
    const asked: string[] = [];
    const client = await online(server, {
      credentials: () => {
        asked.push(words[asked.length]!);
        return { userName: 'u', password: asked.at(-1)! };
      },
    });
    expect(asked).toEqual(['first', 'second']);
    await client.close();
    const wrong = async (): Promise<{ userName: string; password: string }> => ({ userName: 'u', password: 'no' });
    await expect(connect(optionsFor(server, { credentials: wrong }))).rejects.toMatchObject({ returnCode: 4 });
    expect(server.peers.length).toBe(4);
    await expect(
      connect(optionsFor(server, { credentials: () => Promise.reject(new Error('no key')), timeoutMs: 30 })),
    ).rejects.toThrow();
  });

  test('rejects with the reason of its signal, and leaves no connection', async () => {
    const reason = new Error('enough');
    const server = await listen((packet) => packet.cmd === 'connect');
    await expect(connect(optionsFor(server, { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
    const control = new AbortController();
    const attempt = connect(optionsFor(server, { signal: control.signal }));
    await server.until(() => server.count('connect') === 1);
    control.abort(reason);
    await expect(attempt).rejects.toBe(reason);
    await server.until(() => server.peers.every(({ socket }) => socket.destroyed || socket.readableEnded));
  });

  test('a signal ends a client of createClient, and everything in it', async () => {
    const reason = new Error('enough');
    const control = new AbortController();
    const client = offline({ signal: control.signal });
    const waits = client.publish('a', 'x', { qos: 1 });
    const loop = client.subscribe('a').next();
    control.abort(reason);
    await expect(waits).rejects.toBe(reason);
    await expect(loop).rejects.toBe(reason);
    expect(client.state).toEqual({ type: 'stopped', error: reason });
    await client.close();
  });

  test('sends the will, user name and password', async () => {
    const server = await listen();
    await online(server, {
      will: { topicName: 'w', payload: 'gone', qos: 1, retain: true },
      credentials: { userName: 'u', password: new Uint8Array([1, 255]) },
      keepAlive: 7,
      cleanSession: false,
    });
    expect(server.received[0]).toMatchObject({
      will: { topic: 'w', payload: Buffer.from('gone'), qos: 1, retain: true },
      username: 'u',
      password: Buffer.from([1, 255]),
      keepalive: 7,
      clean: false,
    });
  });

  const WRONG: [string, object][] = [
    ['host', { host: '' }],
    ['host', { host: 'a b' }],
    ['host', { host: 'a:1883' }],
    ['host', { host: undefined }],
    ['port', { port: 0 }],
    ['port', { port: 65_536 }],
    ['transport', { transport: 'udp' }],
    ['transport', { transport: null }],
    ['path', { path: 'mqtt' }],
    ['path', { path: '/a\r\nb' }],
    ['clientId', { clientId: undefined }],
    ['clientId', { clientId: 'x'.repeat(65_536) }],
    ['clientId', { clientId: '', cleanSession: false }],
    ['clientId', { clientId: '\ud800' }],
    ['clientId', { clientId: 'a\0b' }],
    ['clientId', { clientId: 'ü'.repeat(32_768) }],
    ['credentials.userName', { credentials: { userName: 'a\0b' } }],
    ['credentials.userName', { credentials: { userName: 'x'.repeat(65_536) } }],
    ['credentials.userName', { credentials: { userName: Buffer.from('u') } }],
    ['credentials.password', { credentials: { userName: 'u', password: 'x'.repeat(65_536) } }],
    ['credentials.password', { credentials: { userName: 'u', password: new Uint16Array(32_768) } }],
    ['will.payload', { will: { topicName: 'a', payload: new Uint8Array(65_536) } }],
    ['will.payload', { will: { topicName: 'a', payload: '\ud800' } }],
    ['will.topicName', { will: { topicName: 'a\0b', payload: 'x' } }],
    ['cleanSession', { cleanSession: 1 }],
    ['keepAlive', { keepAlive: 65_536 }],
    ['keepAlive', { keepAlive: 1.5 }],
    ['will', { will: 'gone' }],
    ['will.topicName', { will: { payload: 'x' } }],
    ['will.payload', { will: { topicName: 'a' } }],
    ['will.qos', { will: { topicName: 'a', payload: '', qos: 3 } }],
    ['will.message', { will: { topicName: 'a', payload: '', message: '' } }],
    ['credentials', { credentials: 'u' }],
    ['credentials.userName', { credentials: { password: 'p' } }],
    ['credentials.password', { credentials: { userName: 'u', password: 7 } }],
    ['credentials.username: no such option; is userName meant', { credentials: { username: 'u' } }],
    ['window', { window: 0 }],
    ['queue.maxMessages', { queue: { maxMessages: -1 } }],
    ['queue.whenFull', { queue: { whenFull: 'hold' } }],
    ['store', { store: {} }],
    ['store', { store: { ...memoryStore(), clear: undefined } }],
    ['retry.baseMs', { retry: { baseMs: Number.POSITIVE_INFINITY } }],
    ['retry.attempts', { retry: { attempts: '3' } }],
    ['onSessionLost', { onSessionLost: 'ignore' }],
    ['maxPacketSize', { maxPacketSize: 268_435_456 }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['signal', { signal: {} }],
    ['onState', { onState: 'log' }],
    ['tls.rejectUnauthorized', { tls: { rejectUnauthorized: false } }],
    ['tls.minVersion', { tls: { minVersion: 'TLSv1' } }],
    ['proxy', { transport: 'tcp', proxy: 'http://p:1' }],
    ['tls', { transport: 'tcp', tls: {} }],
    ['cleanSesion: no such option; is cleanSession meant', { cleanSesion: true }],
    ['clientID: no such option; is clientId meant', { clientID: 'x' }],
    ['somethingElse: no such option', { somethingElse: 1 }],
  ];
  test.each(WRONG)('refuses a wrong %s at once', async (name, change) => {
    const options = { host: 'h', clientId: 'c', ...change } as ConnectOptions;
    const refused = expect.objectContaining({
      code: 'invalid-options',
      stage: 'options',
      message: expect.stringContaining(name),
    });
    await expect(connect(options)).rejects.toThrow(refused);
    expect(() => createClient(options)).toThrow(refused);
  });

  test.each([
    ...WEAK_TLS,
    ['a CA that is none', { tls: { ca: 'no certificate' } }],
    ['a CA whose bytes are none', { tls: { ca: new Uint8Array(40) } }],
  ] as const)('refuses %s, given as it is at once and by a function before TLS begins', async (_what, change) => {
    const refused = expect.objectContaining({ code: 'invalid-options', stage: 'options' });
    await expect(connect({ host: '127.0.0.1', port: 1, clientId: 'c', ...(change as object) })).rejects.toThrow(
      refused,
    );
    const asked = connect({ host: '127.0.0.1', port: 1, clientId: 'c', tls: () => change.tls as MqttTlsOptions });
    await expect(asked).rejects.toThrow(refused);
  });

  test('names what is misspelt before what is missing', async () => {
    await expect(connect({ hots: 'h', clientId: 'c' } as never)).rejects.toThrow('hots: no such option; is host meant');
  });

  test.each([[undefined], [null], ['host'], [7]])('refuses %j for options', async (options) => {
    await expect(connect(options as never)).rejects.toThrow(expect.objectContaining({ code: 'invalid-options' }));
  });
});

describe('close', () => {
  test('waits for what is queued and under way, and says DISCONNECT', async () => {
    const server = await listen();
    const client = await online(server, { window: 1 });
    const settled = [1, 2, 3].map((n) => client.publish('a', `${n}`, { qos: 1 }));
    await client.close();
    await Promise.all(settled);
    expect(client.state).toEqual({ type: 'closed' });
    await server.until(() => server.count('disconnect') === 1);
    await expect(client.publish('a', 'x')).rejects.toMatchObject({ code: 'closed' });
    await client.close();
  });

  test('waits no longer than drainMs, and tells what is left', async () => {
    const server = await listen((packet) => packet.cmd === 'publish');
    const client = await online(server);
    const settled = client.publish('a', 'x', { qos: 1 }).catch((error) => error.code);
    const messages = client.subscribe('a').next();
    await client.close({ drainMs: 5 });
    expect([await settled, await messages]).toEqual(['closed', { done: true }]);
    expect(() => client.close({ drainMs: -1 })).toThrow('drainMs');
  });

  test('is what await using does', async () => {
    const server = await listen();
    {
      await using client = await connect(optionsFor(server));
      await client.publish('a', 'x');
    }
    await server.until(() => server.count('disconnect') === 1);
    expect(server.count('publish')).toBe(1);
  });
});

test('observers see states and packets, the password masked, and cannot end a client', async () => {
  const server = await listen();
  const packets: string[] = [];
  const states: unknown[] = [];
  const onState = (event: unknown): void => void states.push(event);
  channel('mote:state').subscribe(onState);
  const client = await online(server, {
    credentials: { userName: 'u', password: 'secret' },
    onPacket: (direction, packet) => {
      packets.push(`${direction} ${JSON.stringify(packet)}`);
      throw new Error('ours');
    },
    onState: () => {
      throw new Error('ours');
    },
  });
  await client.publish('a', 'x', { qos: 2 });
  await client.close();
  channel('mote:state').unsubscribe(onState);
  expect(
    packets.map((line) =>
      line
        .match(/^(sent|received) \{"type":(\d+)/)!
        .slice(1)
        .join(' '),
    ),
  ).toEqual(['sent 1', 'received 2', 'sent 3', 'received 5', 'sent 6', 'received 7', 'sent 14']);
  expect(packets.join()).not.toContain(`${Buffer.from('secret')[0]},${Buffer.from('secret')[1]}`);
  expect(states).toMatchObject([
    { clientId: 'device', state: { type: 'connecting' } },
    { state: { type: 'online' } },
    { state: { type: 'closed' } },
  ]);
});

test.each([
  ['a second CONNACK', '20020000', 'unexpected-packet'],
  ['SUBSCRIBE', '8206000100016101', 'unexpected-packet'],
  ['garbage', 'f000', 'malformed-packet'],
  ['a packet beyond maxPacketSize', '30ffff7f', 'malformed-packet'],
])('a server that sends %s is hung up on, and dialled again', async (_title, packet, reason) => {
  const server = await listen();
  const causes: unknown[] = [];
  const client = await online(server, { onState: (state) => state.type === 'waiting' && causes.push(state.cause) });
  server.peer.socket.write(Buffer.from(packet, 'hex'));
  await server.until(() => server.count('connect') === 2);
  await client.publish('a', 'x', { qos: 1 });
  expect(causes).toMatchObject([{ code: 'protocol-violation', reason }]);
});

test('PUBREL for nothing is answered all the same [MQTT-4.3.3-2]', async () => {
  const server = await listen();
  await online(server);
  server.peer.socket.write(Buffer.from('62020009', 'hex'));
  await server.until(() => server.count('pubcomp') === 1);
  expect(server.peers.length).toBe(1);
});
