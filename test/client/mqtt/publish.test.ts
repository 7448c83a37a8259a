import { connect, createClient, type Transport, type TransportEvents } from '@mote/client';
import { generate } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { closeLater, listen, offline, online, optionsFor, publishes } from './loopback-clients.ts';
import { message } from './server.ts';

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

  test.each<readonly [string, () => Promise<void>]>([
    ['topicName', () => offline().publish('a/+', 'x')],
    ['topicName', () => offline().publish('', 'x')],
    ['topicName', () => offline().publish(undefined as never, 'x')],
    ['payload', () => offline().publish('a', 7 as never)],
    ['payload', () => offline().publish('a', '\ud800')],
    ...[null, undefined, true, {}, [1, 2], new Date(0), Symbol('x'), 7n].map(
      (payload) => ['payload', () => offline().publish('a', payload as never)] as const,
    ),
    ['topicName', () => offline().publish(Buffer.from('a') as never, 'x')],
    ['options', () => offline().publish('a', 'x', null as never)],
    ['options', () => offline().publish('a', 'x', 1 as never)],
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
    closeLater(client);
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

  const WRONG = [7, null, undefined, '\ud800', {}, [1]] as const;
  test.each([
    ['online', async () => online(await listen())],
    ['offline', async () => offline()],
  ])('throws for a wrong topic or payload at once, %s, as its publisher does', async (_where, made) => {
    const client = await made();
    const publisher = client.publisher('a');
    const refused = (option: string) =>
      expect.objectContaining({ code: 'invalid-options', message: expect.stringMatching(`^${option}: `) });
    for (const topic of ['a/#', '', '\ud800', 7, null, undefined])
      expect(() => client.post(topic as never, 'x')).toThrow(refused('topicName'));
    for (const payload of WRONG) {
      expect(() => client.post('a', payload as never)).toThrow(refused('payload'));
      expect(() => publisher.post(payload as never)).toThrow(refused('payload'));
      await expect(publisher.publish(payload as never)).rejects.toThrow(refused('payload'));
    }
    // The topic that was refused is not the one that is known to be right.
    expect(() => client.post('a/#', 'x')).toThrow(refused('topicName'));
    expect(() => client.post('a/#', 'x')).toThrow(refused('topicName'));
  });

  test.each([
    ['qos', { qos: 3 }],
    ['retain', { retain: 'yes' }],
    ['Qos: no such option; is qos meant', { Qos: 1 }],
    ['expiresAfterMs', { expiresAfterMs: -1 }],
    ['options', null],
  ])('a publisher refuses a wrong %s', (name, options) => {
    expect(() => offline().publisher('a', options as never)).toThrow(
      expect.objectContaining({ code: 'invalid-options', message: expect.stringContaining(name) }),
    );
  });

  test('sends the bytes of a view of any kind, in publish as in post', async () => {
    const server = await listen();
    const client = await online(server);
    const bytes = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    const views = [
      bytes.slice(8).buffer,
      new Uint16Array(bytes.buffer, 2, 2),
      new DataView(bytes.buffer, 1, 3),
      new Float32Array(bytes.buffer, 4, 1),
    ];
    for (const view of views) {
      await client.publish('a', view as never, { qos: 1 });
      expect(client.post('a', view as never)).toBe(true);
    }
    await client.close();
    const sent = server.received.flatMap((packet) =>
      packet.cmd === 'publish' ? [[...(packet.payload as Buffer)]] : [],
    );
    const wanted = [
      [8, 9],
      [2, 3, 4, 5],
      [1, 2, 3],
      [4, 5, 6, 7],
    ];
    expect(sent).toEqual(wanted.flatMap((one) => [one, one]));
  });

  test('a publisher does the same for one topic', async () => {
    const server = await listen();
    const client = await online(server);
    const publisher = client.publisher('a', { qos: 1, retain: true });
    await publisher.publish('one');
    expect(publisher.post('two')).toBe(true);
    await publisher.publish('three', { qos: 0 });
    for (const [topic, options, name] of [
      ['a/#', undefined, 'topicName'],
      ['a', { qos: 3 }, 'qos'],
      ['a', { retian: true }, 'retian: no such option'],
      ['a', null, 'options'],
      ['a', 'qos 1', 'options'],
    ] as const)
      expect(() => client.publisher(topic, options as never)).toThrow(
        expect.objectContaining({ code: 'invalid-options', message: expect.stringContaining(name) }),
      );
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
