import { channel } from 'node:diagnostics_channel';
import type { MqttClient, ReceivedMessage } from '@mote/client';
import { generate } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { listen, offline, online, text } from './loopback-clients.ts';
import { type LoopbackServer, message } from './server.ts';

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
    await server.until(() => acks(server).includes(3));
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
