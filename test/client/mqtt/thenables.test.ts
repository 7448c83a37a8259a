import { type ConnectOptions, connect, createClient, memoryStore, type SessionStore } from '@mote/client';
import { expect, test, vi } from 'vitest';
import { complaintsDuring } from '../memory.ts';
import { ANSWERS, Promises, TurnServer, turn, virtualTime } from '../turns.ts';
import { message } from './server.ts';

// The functions of an application may answer at once, by a promise, or by what other libraries call a promise: `then` that returns
// nothing, settles twice, or throws when it has settled. The first answer counts, once.

virtualTime();

const ways = Object.entries(ANSWERS);

function optionsOf(server: TurnServer, answer: (typeof ANSWERS)[string], store: SessionStore): ConnectOptions {
  return {
    host: 'turns.test',
    transport: server,
    clientId: 'device',
    credentials: () => answer({ userName: 'u', password: 'p' }) as never,
    tls: () => answer({}) as never,
    retry: { baseMs: 1, capMs: 1 },
    store,
  };
}

/** A store whose methods answer in this way, and its calls. */
function answeringStore(answer: (typeof ANSWERS)[string]): {
  store: SessionStore;
  calls: string[];
  size: () => number;
} {
  const records = new Map<string, Uint8Array>();
  const calls: string[] = [];
  const store: SessionStore = {
    load: () => answer([...records]),
    put: (key, bytes) => {
      calls.push('put');
      records.set(key, bytes.slice());
      return answer(undefined) as never;
    },
    delete: (key) => {
      calls.push('delete');
      records.delete(key);
      return answer(undefined) as never;
    },
    clear: () => {
      records.clear();
      return answer(undefined) as never;
    },
  };
  return { store, calls, size: () => records.size };
}

test.each(ways)(
  'store, credentials and tls that answer %s: each message is sent once, and its record goes',
  async (_, answer) => {
    const server = new TurnServer();
    const { store, size } = answeringStore(answer);
    const promises = new Promises();
    const complaints = await complaintsDuring(async () => {
      const connecting = promises.add(connect(optionsOf(server, answer, store)));
      await promises.settled();
      const client = (await connecting)!;
      for (const qos of [0, 1, 2, 1, 2] as const) void promises.add(client.publish('a', 'x', { qos }));
      await promises.settled();
      for (let left = 10; left > 0; left--) await turn();
      void promises.add(client.close());
      await promises.settled();
    });
    expect([...promises.outcomes, ...complaints]).toEqual(Array(7).fill('done'));
    const sent = server.peers.flatMap(({ received }) => received.map(({ cmd }) => cmd));
    expect(sent.filter((cmd) => cmd === 'publish')).toHaveLength(5);
    expect(sent.filter((cmd) => cmd === 'pubrel')).toHaveLength(2);
    expect(server.peers).toHaveLength(1);
    expect(size()).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  },
);

test.each(ways)('a store that is read %s gives each record of the earlier run once, in order', async (_, answer) => {
  const server = new TurnServer();
  const kept = memoryStore();
  const complaints = await complaintsDuring(async () => {
    const earlier = createClient({
      ...optionsOf(server, answer, kept),
      transport: { name: 'nowhere', dial: () => ({ send() {}, close() {} }) },
    });
    for (const topic of ['a', 'b', 'c']) earlier.publish(topic, 'x', { qos: 1 }).catch(() => {});
    for (let left = 5; left > 0; left--) await turn();
    const closed = new Promises();
    void closed.add(earlier.close({ drainMs: 0 }));
    await closed.settled();
    const later = createClient(
      optionsOf(server, answer, {
        ...kept,
        load: () => answer(kept.load() as never) as never,
        put: (key, bytes) => kept.put(key, bytes),
        delete: (key) => kept.delete(key),
        clear: () => kept.clear(),
      }),
    );
    const sent = new Promises();
    void sent.add(later.publish('d', 'x', { qos: 1 }));
    await sent.settled();
    void sent.add(later.close());
    await sent.settled();
    expect(sent.outcomes).toEqual(['done', 'done']);
  });
  expect(complaints).toEqual([]);
  const topics = server.peers.flatMap(({ received }) =>
    received.flatMap((packet) => (packet.cmd === 'publish' ? [packet.topic] : [])),
  );
  expect(topics).toEqual(['a', 'b', 'c', 'd']);
});

test.each(ways)(
  'a message is acknowledged when its handler has answered %s, and the next one waits for that',
  async (_, answer) => {
    const server = new TurnServer();
    const seen: string[] = [];
    const complaints = await complaintsDuring(async () => {
      const client = createClient(optionsOf(server, (value) => value, memoryStore()));
      let busy = 0;
      client.subscribe('in', ({ payload }) => {
        const name = String.fromCharCode(...payload);
        seen.push(busy === 0 ? name : `${name} too early`);
        busy++;
        setImmediate(() => setImmediate(() => busy--));
        return answer(undefined);
      });
      for (let left = 8; left > 0; left--) await turn();
      const { say } = server.peers[0]!;
      for (const [at, name] of ['1', '2', '3', '4'].entries()) say(message('in', name, 1, at + 1));
      for (let left = 30; left > 0; left--) await turn();
      const closed = new Promises();
      void closed.add(client.close());
      await closed.settled();
    });
    expect(complaints).toEqual([]);
    expect(seen.map((name) => name[0])).toEqual(['1', '2', '3', '4']);
    const acknowledged = server.peers[0]!.received.flatMap((packet) =>
      packet.cmd === 'puback' ? [packet.messageId] : [],
    );
    expect(acknowledged).toEqual([1, 2, 3, 4]);
  },
);

test.each<[string, (done: () => void, failed: (error: unknown) => void) => void]>([
  ['that answers before its promise would be settled', (done) => done()],
  [
    'that settles, and then fails',
    (done, failed) => {
      done();
      failed(new Error('late'));
    },
  ],
  [
    'that settles a turn later, and then again and again',
    (done) => {
      for (let left = 3; left > 0; left--) setImmediate(done);
    },
  ],
  [
    'that settles, and then throws',
    (done) => {
      done();
      throw new Error('late');
    },
  ],
])('a handler with a thenable %s does not acknowledge the message of the next call', async (_, settle) => {
  const server = new TurnServer();
  const never = new Promise(() => {});
  let calls = 0;
  const client = createClient(optionsOf(server, (value) => value, memoryStore()));
  // biome-ignore lint/suspicious/noThenProperty: the subject of these tests
  client.subscribe('in', () => (++calls === 1 ? { then: settle } : never));
  for (let left = 8; left > 0; left--) await turn();
  for (const at of [1, 2]) server.peers[0]!.say(message('in', 'x', 1, at));
  for (let left = 20; left > 0; left--) await turn();
  expect(calls).toBe(2);
  expect(server.peers[0]!.received.flatMap((packet) => (packet.cmd === 'puback' ? [packet.messageId] : []))).toEqual([
    1,
  ]);
  const closed = new Promises();
  void closed.add(client.close({ drainMs: 0 }));
  await closed.settled();
});

test.each<[string, (failed: (error: unknown) => void, done: () => void) => void]>([
  ['fails', (failed) => failed(new Error('disk'))],
  [
    'throws',
    () => {
      throw new Error('disk');
    },
  ],
  [
    'fails, and then settles',
    (failed, done) => {
      failed(new Error('disk'));
      done();
    },
  ],
  [
    'fails, and then throws',
    (failed) => {
      failed(new Error('disk'));
      throw new Error('other');
    },
  ],
  [
    'fails in a later turn, twice',
    (failed) => {
      setImmediate(failed, new Error('disk'));
      setImmediate(failed, new Error('other'));
    },
  ],
])('a `put` whose thenable %s: the message rejects with the first error, once, and is not sent', async (_, settle) => {
  const server = new TurnServer();
  const kept = memoryStore();
  const promises = new Promises();
  const complaints = await complaintsDuring(async () => {
    const client = createClient(
      optionsOf(server, (value) => value, {
        load: () => kept.load(),
        // biome-ignore lint/suspicious/noThenProperty: the subject of these tests
        put: () => ({ then: (done: () => void, failed: (error: unknown) => void) => settle(failed, done) }) as never,
        delete: (key) => kept.delete(key),
        clear: () => kept.clear(),
      }),
    );
    void promises.add(client.publish('a', 'x', { qos: 1 }));
    await promises.settled();
    void promises.add(client.close());
    await promises.settled();
  });
  expect(complaints).toEqual([]);
  expect(promises.outcomes).toEqual([
    expect.objectContaining({ code: 'session-lost', cause: new Error('disk') }),
    'done',
  ]);
  expect(server.peers[0]?.received.filter(({ cmd }) => cmd === 'publish') ?? []).toEqual([]);
});
