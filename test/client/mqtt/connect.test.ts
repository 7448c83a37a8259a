import { channel } from 'node:diagnostics_channel';
import {
  type ConnectOptions,
  connect,
  createClient,
  type MqttClient,
  type MqttTlsOptions,
  memoryStore,
  type ReceivedMessage,
  type Transport,
  type TransportEvents,
} from '@mote/client';
import { generate, type Packet } from 'mqtt-packet';
import { afterEach, describe, expect, test } from 'vitest';
import { WEAK_TLS } from '../weak-tls.ts';
import { LoopbackServer, message } from './server.ts';

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

async function listen(reply?: LoopbackServer['reply']): Promise<LoopbackServer> {
  const server = await LoopbackServer.listen(reply);
  open.push(server);
  return server;
}

const optionsFor = (server: LoopbackServer, options: Partial<ConnectOptions> = {}): ConnectOptions => ({
  host: '127.0.0.1',
  port: server.port,
  transport: 'tcp',
  clientId: 'device',
  retry: { baseMs: 1 },
  ...options,
});

async function online(server: LoopbackServer, options: Partial<ConnectOptions> = {}): Promise<MqttClient> {
  const client = await connect(optionsFor(server, options));
  open.push({ [Symbol.asyncDispose]: () => client.close({ drainMs: 0 }) });
  return client;
}

function offline(options: Partial<ConnectOptions> = {}): MqttClient {
  const nowhere: Transport = { name: 'nowhere', dial: () => ({ send: () => true, close() {} }) };
  const client = createClient({ host: 'nowhere.test', transport: nowhere, clientId: 'device', ...options });
  open.push({ [Symbol.asyncDispose]: () => client.close({ drainMs: 0 }) });
  return client;
}

const text = ({ payload }: ReceivedMessage): string => Buffer.from(payload).toString();
const publishes = (server: LoopbackServer): string[] =>
  server.received.flatMap((packet) =>
    packet.cmd === 'publish' ? [`${packet.topic} ${packet.payload} ${packet.qos}`] : [],
  );

describe('publish', () => {
  test('resolves at QoS 0, 1 and 2, in one write for one turn', async () => {
    const server = await listen();
    const client = await online(server);
    await Promise.all(
      [0, 1, 2].map((qos) => client.publish('a/b', `q${qos}`, { qos: qos as 0 | 1 | 2, retain: true })),
    );
    expect(publishes(server)).toEqual(['a/b q0 0', 'a/b q1 1', 'a/b q2 2']);
    expect(server.received.filter((packet) => packet.cmd === 'publish' && packet.retain)).toHaveLength(3);
  });

  test('keeps the bytes as they were when it was called', async () => {
    const client = offline();
    const payload = Buffer.from('before');
    const settled = client.publish('a', payload, { qos: 1 }).catch((error) => error.code);
    payload.fill(0x78);
    await client.close({ drainMs: 0 });
    expect(await settled).toBe('closed');
    const server = await listen();
    const other = await online(server);
    const bytes = Buffer.from('before');
    const sent = [0, 1].map((qos) => other.publish('a', bytes, { qos: qos as 0 | 1 }));
    bytes.fill(0x78);
    await Promise.all(sent);
    expect(publishes(server)).toEqual(['a before 0', 'a before 1']);
  });

  test('in any number of one turn is one call of the transport', async () => {
    const writes: number[] = [];
    let events: TransportEvents | undefined;
    const transport: Transport = {
      name: 'counted',
      dial(_target, heard) {
        events = heard;
        queueMicrotask(() => heard.connected());
        return {
          send: (bytes) => {
            writes.push(bytes.length);
            if (bytes[0] === 0x10) heard.data(Buffer.from('20020000', 'hex'));
            return true;
          },
          close: () => heard.closed(),
        };
      },
    };
    const client = await connect({ host: 'x', transport, clientId: 'device', window: 1000 });
    writes.length = 0;
    for (let i = 0; i < 100; i++) client.post('a', 'x');
    const settled = Array.from({ length: 100 }, () => client.publish('a', 'x', { qos: 1 }));
    await client.publish('a', 'last');
    await new Promise((resolve) => setImmediate(resolve));
    expect(writes).toEqual([100 * 6 + 100 * 8 + 9]);
    // A hundred messages in one chunk, and their acknowledgements in one write.
    client.subscribe('in', () => {});
    await new Promise((resolve) => setImmediate(resolve));
    events!.data(Buffer.from('90030065' + '01', 'hex'));
    writes.length = 0;
    events!.data(Buffer.concat(Array.from({ length: 100 }, (_, i) => generate(message('in', 'x', 1, i + 1)))));
    await new Promise((resolve) => setImmediate(resolve));
    expect(writes).toEqual([400]);
    await client.close({ drainMs: 0 });
    expect(await Promise.allSettled(settled)).toHaveLength(100);
  });

  test.each([
    ['topicName', () => offline().publish('a/+', 'x')],
    ['topicName', () => offline().publish('', 'x')],
    ['topicName', () => offline().publish(undefined as never, 'x')],
    ['payload', () => offline().publish('a', 7 as never)],
    ['payload', () => offline().publish('a', '\ud800')],
    ['qos', () => offline().publish('a', 'x', { qos: 3 as never })],
    ['retain', () => offline().publish('a', 'x', { retain: 1 as never })],
    ['timeoutMs', () => offline().publish('a', 'x', { timeoutMs: -1 })],
    ['expiresAfterMs', () => offline().publish('a', 'x', { expiresAfterMs: Number.NaN })],
    ['signal', () => offline().publish('a', 'x', { signal: {} as never })],
    ['qoS: no such option; is qos meant\\?', () => offline().publish('a', 'x', { qoS: 1 } as never)],
  ])('refuses a wrong %s at once', async (name, publish) => {
    await expect(publish()).rejects.toMatchObject({
      code: 'invalid-options',
      message: expect.stringMatching(`^${name}`),
    });
  });

  test('settles with queue-full, for the one that the policy names', async () => {
    const codes = async (whenFull: 'reject' | 'drop-oldest' | 'drop-newest', queue = {}): Promise<unknown[]> => {
      const client = offline({ queue: { maxMessages: 2, whenFull, ...queue } });
      const settled = [1, 2, 3].map((n) => client.publish('a', `${n}`, { qos: 1 }).catch((error) => error.code));
      await client.close({ drainMs: 0 });
      return [...(await Promise.all(settled)), client.dropped];
    };
    expect(await codes('reject')).toEqual(['closed', 'closed', 'queue-full', 1]);
    expect(await codes('drop-newest')).toEqual(['closed', 'closed', 'queue-full', 1]);
    expect(await codes('drop-oldest')).toEqual(['queue-full', 'closed', 'closed', 1]);
    expect(await codes('drop-oldest', { maxMessages: 9, maxBytes: 16 })).toEqual(['queue-full', 'closed', 'closed', 1]);
    expect(await codes('drop-oldest', { maxMessages: 9, maxBytes: 7 })).toEqual([
      'queue-full',
      'queue-full',
      'queue-full',
      3,
    ]);
    expect(await codes('drop-oldest', { maxMessages: 0 })).toEqual(['queue-full', 'queue-full', 'queue-full', 3]);
  });

  test('settles when its signal aborts: before, while it waits, and while it is under way', async () => {
    const reason = new Error('enough');
    await expect(offline().publish('a', 'x', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    for (const qos of [0, 1, 2] as const) {
      const control = new AbortController();
      const client = offline();
      const waits = client.publish('a', 'x', { qos, signal: control.signal });
      control.abort(reason);
      await expect(waits).rejects.toBe(reason);
    }
    const server = await listen((packet) => packet.cmd === 'publish');
    const client = await online(server);
    const control = new AbortController();
    const underWay = client.publish('a', 'x', { qos: 1, signal: control.signal });
    await server.until(() => server.count('publish') === 1);
    control.abort(reason);
    await expect(underWay).rejects.toBe(reason);
  });

  test('settles with timed-out and expired', async () => {
    const server = await listen((packet) => packet.cmd === 'publish');
    const client = await online(server);
    await expect(client.publish('a', 'x', { qos: 1, timeoutMs: 5 })).rejects.toMatchObject({ code: 'timed-out' });
    await expect(offline().publish('a', 'x', { expiresAfterMs: 5 })).rejects.toMatchObject({ code: 'expired' });
    await expect(offline().publish('a', 'x', { qos: 1, timeoutMs: 5 })).rejects.toMatchObject({ code: 'timed-out' });
  });

  test('waits for its connection, and goes out in order when there is one', async () => {
    const server = await listen();
    const client = createClient(optionsFor(server));
    open.push(client);
    const settled = [0, 1, 2, 1].map((qos, i) => client.publish('a', `${i}`, { qos: qos as 0 | 1 | 2 }));
    await Promise.all(settled);
    expect(publishes(server)).toEqual(['a 0 0', 'a 1 1', 'a 2 2', 'a 3 1']);
  });

  test('survives a cut: it is sent again with DUP, under the same identifier', async () => {
    let cuts = 0;
    const server = await listen((packet, peer) => {
      if (packet.cmd === 'connect' && cuts) peer.say({ cmd: 'connack', returnCode: 0, sessionPresent: true });
      else if (packet.cmd === 'publish' && cuts++ === 0) peer.socket.destroy();
      else return false;
      return true;
    });
    const client = await online(server, { cleanSession: false });
    await client.publish('a', 'x', { qos: 1 });
    const sent = server.received.filter((packet) => packet.cmd === 'publish');
    expect(sent.map(({ dup, messageId }) => [dup, messageId])).toEqual([
      [false, 1],
      [true, 1],
    ]);
  });
});

describe('post', () => {
  test('says false without a connection or room, and ready says when there is', async () => {
    const away = offline();
    expect(away.post('a', 'x')).toBe(false);
    const server = await listen();
    const client = await online(server);
    await client.ready;
    const payload = new Uint8Array(1000);
    let posted = 0;
    while (client.post('a', payload)) posted++;
    expect(posted).toBeGreaterThan(50);
    expect(posted).toBeLessThan(200);
    await client.ready;
    expect(client.post('a', payload)).toBe(true);
    await client.close();
    expect(client.post('a', payload)).toBe(false);
    await expect(client.ready).rejects.toMatchObject({ code: 'closed' });
    expect(server.count('publish')).toBe(posted + 1);
  });

  test('throws for a topic that must not be', async () => {
    const client = await online(await listen());
    expect(() => client.post('a/#', 'x')).toThrow(/topic/i);
    expect(() => client.post('a', 7 as never)).toThrow();
  });

  test('a publisher does the same for one topic', async () => {
    const server = await listen();
    const client = await online(server);
    const publisher = client.publisher('a', { qos: 1, retain: true });
    await publisher.publish('one');
    expect(publisher.post('two')).toBe(true);
    await publisher.publish('three', { qos: 0 });
    expect(() => client.publisher('a/#')).toThrow('topicName');
    await server.until(() => server.count('publish') === 3);
    expect(publishes(server)).toEqual(['a one 1', 'a two 0', 'a three 0']);
    expect(server.received.every((packet) => packet.cmd !== 'publish' || packet.retain)).toBe(true);
    await publisher.publish('four', { qos: undefined, retain: undefined });
    await publisher.publish('five', { qos: 2, retain: false });
    const last = server.received.flatMap((packet) => (packet.cmd === 'publish' ? [packet] : [])).slice(-2);
    expect(last.map(({ qos, retain }) => [qos, retain])).toEqual([
      [1, true],
      [2, false],
    ]);
  });
});

describe('subscribe', () => {
  const acks = (server: LoopbackServer): (number | undefined)[] =>
    server.received.flatMap((packet) => (packet.cmd === 'puback' ? [packet.messageId] : []));

  test('gives messages to a loop, and acknowledges each when its body is done', async () => {
    const server = await listen();
    const client = await online(server);
    const messages = client.subscribe('a/+', { qos: 1 });
    expect(await messages.granted).toBe(1);
    for (const id of [5, 6, 7]) server.peer.say(message(`a/${id}`, `m${id}`, 1, id));
    const got: string[] = [];
    for await (const received of messages) {
      got.push(`${received.topicName} ${text(received)}`);
      if (got.length === 3) break;
      expect(acks(server).length).toBeLessThan(got.length);
    }
    expect(got).toEqual(['a/5 m5', 'a/6 m6', 'a/7 m7']);
    await server.until(() => server.count('puback') === 3 && server.count('unsubscribe') === 1);
    expect(acks(server)).toEqual([5, 6, 7]);
  });

  test('gives messages to a handler one after the other, and acknowledges each when its promise is settled', async () => {
    const server = await listen();
    const client = await online(server);
    const finish: (() => void)[] = [];
    const got: string[] = [];
    const messages = client.subscribe('a', (received) => {
      got.push(text(received));
      return new Promise<void>((resolve) => finish.push(resolve));
    });
    await messages.granted;
    for (const id of [1, 2]) server.peer.say(message('a', `m${id}`, 1, id));
    server.peer.say(message('a', 'last'));
    await client.publish('b', 'x', { qos: 1 });
    expect([got, acks(server)]).toEqual([['m1'], []]);
    finish[0]!();
    await server.until(() => acks(server).length === 1);
    finish[1]!();
    await server.until(() => acks(server).length === 2);
    expect([got, acks(server)]).toEqual([
      ['m1', 'm2', 'last'],
      [1, 2],
    ]);
  });

  test('acknowledges in the order of arrival, whatever order they are finished in', async () => {
    const server = await listen();
    const client = await online(server);
    const held: ReceivedMessage[] = [];
    await client.subscribe('a', (received) => void held.push(received), { ack: 'manual' }).granted;
    for (const id of [1, 2, 3]) server.peer.say(message('a', `m${id}`, 1, id));
    await client.publish('b', 'x', { qos: 1 });
    held[2]!.ack();
    held[1]!.ack();
    held[1]!.ack();
    await client.publish('b', 'x', { qos: 1 });
    expect(acks(server)).toEqual([]);
    held[0]!.ack();
    await client.publish('b', 'x', { qos: 1 });
    expect(acks(server)).toEqual([1, 2, 3]);
  });

  test('goes on after a handler that throws or rejects: the message is left to the server', async () => {
    const server = await listen();
    const client = await online(server);
    const failed: unknown[] = [];
    const onFailed = (event: unknown): void => void failed.push((event as { error: Error }).error.message);
    channel('mote:handler-error').subscribe(onFailed);
    const got: string[] = [];
    await client.subscribe('a', (received) => {
      got.push(text(received));
      if (got.length === 1) throw new Error('thrown');
      if (got.length === 2) return Promise.reject(new Error('rejected'));
      return undefined;
    }).granted;
    for (const id of [1, 2, 3]) server.peer.say(message('a', `m${id}`, 1, id));
    await server.until(() => acks(server).length === 1);
    channel('mote:handler-error').unsubscribe(onFailed);
    expect([got, acks(server), failed]).toEqual([['m1', 'm2', 'm3'], [3], ['thrown', 'rejected']]);
    expect(client.state.type).toBe('online');
  });

  test('gives a message to everyone whose filter matches, and acknowledges it when the last is done', async () => {
    const server = await listen();
    const client = await online(server);
    const one: ReceivedMessage[] = [];
    const other: ReceivedMessage[] = [];
    await client.subscribe('a/#', (received) => void one.push(received), { ack: 'manual' }).granted;
    await client.subscribe('+/b', (received) => void other.push(received), { ack: 'manual' }).granted;
    server.peer.say(message('a/b', 'both', 1, 9));
    await client.publish('x', 'x', { qos: 1 });
    one[0]!.ack();
    await client.publish('x', 'x', { qos: 1 });
    expect(acks(server)).toEqual([]);
    other[0]!.ack();
    await server.until(() => acks(server).length === 1);
    one[0]!.payload.fill(0);
    expect(text(other[0]!)).toBe('both');
  });

  test('holds highWater messages, counts what it drops, and acknowledges nothing that it did not hold', async () => {
    const server = await listen();
    const client = await online(server);
    const held = client.subscribe('hold', { highWater: 2 });
    const oldest = client.subscribe('oldest', { highWater: 2, whenFull: 'drop-oldest' });
    const newest = client.subscribe('newest', { highWater: 2, whenFull: 'drop-newest' });
    await newest.granted;
    let id = 0;
    for (const topic of ['hold', 'oldest', 'newest'])
      for (const n of [1, 2, 3]) server.peer.say(message(topic, `${n}`, 1, ++id));
    await client.publish('x', 'x', { qos: 1 });
    expect([held.dropped, oldest.dropped, newest.dropped]).toEqual([1, 1, 1]);
    const two = async (messages: AsyncIterableIterator<ReceivedMessage>): Promise<string> =>
      text((await messages.next()).value!) + text((await messages.next()).value!);
    expect([await two(held), await two(oldest), await two(newest)]).toEqual(['12', '23', '12']);
    for (const messages of [held, oldest, newest]) void messages.next();
    await server.until(() => acks(server).length === 8);
    // 3 was neither held nor acknowledged: the server has it still.
    expect(acks(server)).toEqual([1, 2, 4, 5, 6, 7, 8, 9]);
  });

  describe.each([0, 1] as const)('a burst of 500 messages of QoS %i in one write', (qos) => {
    const burst = (): Buffer =>
      Buffer.concat(Array.from({ length: 500 }, (_, n) => generate(message('burst', `${n}`, qos, n + 1))));

    test('reaches a loop that keeps up, whole and in order, on one connection', async () => {
      const server = await listen();
      const client = await online(server);
      const messages = client.subscribe('burst', { qos });
      const seen: string[] = [];
      const reading = (async () => {
        for await (const received of messages) if (seen.push(text(received)) === 500) break;
      })();
      await messages.granted;
      server.peer.socket.write(burst());
      await reading;
      expect([seen, messages.dropped, server.peers.length]).toEqual([
        Array.from({ length: 500 }, (_, n) => `${n}`),
        0,
        1,
      ]);
    });

    test('reaches an async handler that keeps up', async () => {
      const server = await listen();
      const client = await online(server);
      let seen = 0;
      let messages!: ReturnType<MqttClient['subscribe']>;
      const all = new Promise<void>((resolve) => {
        messages = client.subscribe('burst', async () => void (++seen === 500 && resolve()), { qos });
      });
      await messages.granted;
      server.peer.socket.write(burst());
      await all;
      expect([messages.dropped, server.peers.length]).toEqual([0, 1]);
    });

    test('is bounded by highWater for a loop that does not read', async () => {
      const server = await listen();
      const client = await online(server, { cleanSession: true });
      const messages = client.subscribe('burst', { qos });
      await messages.granted;
      server.peer.socket.write(burst());
      await client.publish('x', 'x', { qos: 1 });
      expect(messages.dropped).toBe(400);
    });
  });

  test('asks again when the Session is new, and not when it is the old one', async () => {
    for (const sessionPresent of [false, true]) {
      const server = await listen((packet, peer) => {
        if (packet.cmd !== 'connect' || server.peers.length === 1) return false;
        peer.say({ cmd: 'connack', returnCode: 0, sessionPresent });
        return true;
      });
      const client = await online(server, { cleanSession: false });
      await client.subscribe('a').granted;
      await client.subscribe('b').granted;
      server.peer.socket.destroy();
      await server.until(() => server.peers.length === 2 && server.count('connect') === 2);
      await client.publish('x', 'x', { qos: 1 });
      expect(server.count('subscribe'), `${sessionPresent}`).toBe(sessionPresent ? 2 : 4);
    }
  });

  test('ends with subscribe-refused, in granted and in the loop', async () => {
    const server = await listen((packet, peer) => {
      if (packet.cmd === 'subscribe') peer.say({ cmd: 'suback', messageId: packet.messageId!, granted: [0x80] });
      return packet.cmd === 'subscribe';
    });
    const client = await online(server);
    const messages = client.subscribe('a');
    await expect(messages.granted).rejects.toMatchObject({ code: 'subscribe-refused', returnCode: 0x80 });
    await expect(messages.next()).rejects.toMatchObject({ code: 'subscribe-refused' });
  });

  test('ends its loop with close(), with the client, and with its signal', async () => {
    const client = await online(await listen());
    const control = new AbortController();
    const loops = [client.subscribe('a'), client.subscribe('b'), client.subscribe('c', { signal: control.signal })];
    const done = loops.map((messages) => messages.next());
    await loops[0]!.close();
    control.abort();
    expect([await done[0], await done[2]]).toEqual([{ done: true }, { done: true }]);
    await client.close();
    expect(await done[1]).toEqual({ done: true });
    expect(await loops[1]!.next()).toEqual({ done: true });
    await expect(client.subscribe('late').granted).rejects.toMatchObject({ code: 'closed' });
  });

  test('takes what a Session of an earlier run has kept, though it subscribes only after connect', async () => {
    const server = await listen((packet, peer) => {
      if (packet.cmd !== 'connect') return false;
      peer.socket.write(
        Buffer.concat([
          generate({ cmd: 'connack', returnCode: 0, sessionPresent: true }),
          generate(message('a', 'kept 1', 1, 1)),
          generate(message('other', 'kept 2', 1, 2)),
          generate(message('a', 'kept 3', 2, 3)),
        ]),
      );
      return true;
    });
    const client = await online(server, { cleanSession: false });
    const messages = client.subscribe('a', { qos: 2 });
    expect([text((await messages.next()).value!), text((await messages.next()).value!)]).toEqual(['kept 1', 'kept 3']);
    const handled: string[] = [];
    client.subscribe('other', (one) => handled.push(text(one)));
    await client.close();
    expect(handled).toEqual(['kept 2']);
  });

  test.each([
    ['topicFilter', (client: MqttClient) => client.subscribe('a/#/b')],
    ['topicFilter', (client: MqttClient) => client.subscribe('')],
    ['highWater', (client: MqttClient) => client.subscribe('a', { highWater: 0 })],
    ['ack', (client: MqttClient) => client.subscribe('a', { ack: 'never' as never })],
    ['whenFull', (client: MqttClient) => client.subscribe('a', () => {}, { whenFull: 'reject' as never })],
    [
      'highwater: no such option; is highWater meant\\?',
      (client: MqttClient) => client.subscribe('a', { highwater: 1 } as never),
    ],
  ])('refuses a wrong %s at once', (name, subscribe) => {
    expect(() => subscribe(offline())).toThrow(
      expect.objectContaining({ code: 'invalid-options', message: expect.stringMatching(`^${name}`) }),
    );
  });
});

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
    const nobody = await LoopbackServer.listen();
    const options = optionsFor(nobody, { timeoutMs: 60 });
    await nobody[Symbol.asyncDispose]();
    await expect(connect(options)).rejects.toMatchObject({ code: 'connect-failed', retryable: true });
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

test.each<[string, string | Packet, string]>([
  ['a PUBACK that nobody waits for', '40020009', 'unknown-packet-id'],
  ['a PUBREC that nobody waits for', '50020009', 'unknown-packet-id'],
  ['a SUBACK that nobody waits for', '9003000901', 'unknown-packet-id'],
  ['a PUBLISH above what was granted', message('a', 'x', 2, 1), 'qos-above-granted'],
  ['a PUBLISH that nobody has asked for', message('a', 'x', 1, 1), 'qos-above-granted'],
  ['a second CONNACK', '20020000', 'unexpected-packet'],
  ['SUBSCRIBE', '8206000100016101', 'unexpected-packet'],
  ['garbage', 'f000', 'malformed-packet'],
  ['a packet beyond maxPacketSize', '30ffff7f', 'malformed-packet'],
])('a server that sends %s is hung up on, and dialled again', async (_title, packet, reason) => {
  const server = await listen();
  const causes: unknown[] = [];
  const client = await online(server, { onState: (state) => state.type === 'waiting' && causes.push(state.cause) });
  if (typeof packet === 'string') server.peer.socket.write(Buffer.from(packet, 'hex'));
  else server.peer.say(packet);
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
