import { getEventListeners } from 'node:events';
import { type ConnectOptions, connect, createClient, type MqttClient, memoryStore } from '@mote/client';
import { expect, test, vi } from 'vitest';
import { complaintsDuring } from '../memory.ts';
import { ANSWERS, type Moment, moments, Promises, TurnServer, turn, until, virtualTime } from '../turns.ts';

// A signal may abort at any turn of the event loop, and between any two microtasks of it. Whenever it does: every promise settles,
// with what it was made for or with the reason; no connection, timer or listener is left; and no rejection is unhandled.

virtualTime();

/** More than the longest script takes. */
const TURNS = 14;
/** How the application answers meanwhile: the other ways of `ANSWERS` have tests of their own. */
const ABORTED = ['at once', 'by a promise', 'by a thenable that settles twice, in two turns'];
const REASON = new Error('the application gives up');

interface Script {
  readonly server: TurnServer;
  readonly signal: AbortSignal;
  readonly promises: Promises;
  readonly options: ConnectOptions;
}

/** Only here may a promise reject because of `close`. */
const CLOSING = 'a client that is closing';

type Play = (script: Script) => Promise<MqttClient | undefined>;

function sendAll(client: MqttClient, { promises, signal }: Script, withSignal: boolean): void {
  const given = withSignal ? { signal } : {};
  for (const qos of [0, 1, 2] as const) void promises.add(client.publish('a', 'x', { qos, ...given }));
  const loop = client.subscribe('in/#', given);
  void promises.add(loop.granted);
  void promises.add(
    (async () => {
      for await (const message of loop) message.ack();
    })(),
  );
  void promises.add(client.subscribe('in/+', () => turn(), given).granted);
}

const SCRIPTS: Record<string, Play> = {
  async connect({ options, promises, signal }) {
    return promises.add(connect({ ...options, signal }));
  },
  async 'connect, with the first dial lost'(script) {
    script.server.reply = (packet, { socket }) => {
      if (packet.cmd !== 'connect' || script.server.peers.length > 1) return false;
      socket.destroy();
      return true;
    };
    return script.promises.add(connect({ ...script.options, signal: script.signal }));
  },
  async 'a client'(script) {
    const client = createClient({ ...script.options, signal: script.signal });
    sendAll(client, script, false);
    return client;
  },
  async 'each call of a client'(script) {
    const client = createClient(script.options);
    sendAll(client, script, true);
    return client;
  },
  async 'a client that dials again'(script) {
    const client = createClient({ ...script.options, signal: script.signal });
    sendAll(client, script, false);
    for (let left = 4; left > 0; left--) await turn();
    client.reconnect();
    sendAll(client, script, true);
    return client;
  },
  async [CLOSING](script) {
    const client = createClient({ ...script.options, signal: script.signal });
    sendAll(client, script, true);
    for (let left = 4; left > 0; left--) await turn();
    void script.promises.add(client.ready);
    void script.promises.add(client.close({ drainMs: 20 }));
    void script.promises.add(client.close());
    return client;
  },
};

/** Plays a script with an abort at this moment. Returns what is wrong afterwards. */
async function play(script: Play, moment: Moment, answer: (typeof ANSWERS)[string]): Promise<unknown[]> {
  const server = new TurnServer();
  const controller = new AbortController();
  const { signal } = controller;
  const promises = new Promises();
  const kept = memoryStore();
  let closes = 0;
  const options: ConnectOptions = {
    host: 'turns.test',
    transport: server,
    clientId: 'device',
    cleanSession: false,
    credentials: () => answer({ userName: 'u', password: 'p' }) as never,
    tls: () => answer({}) as never,
    retry: { baseMs: 1, capMs: 1 },
    timeoutMs: 300,
    store: {
      load: () => answer(kept.load() as never),
      put: (key, bytes) => answer(kept.put(key, bytes)) as never,
      delete: (key) => answer(kept.delete(key)) as never,
      clear: () => answer(kept.clear()) as never,
      close: () => void closes++,
    },
  };
  const [client] = await Promise.all([
    script({ server, signal, promises, options }),
    until(moment).then(() => controller.abort(REASON)),
  ]);
  // What is under way gets the time it needs; then the client is closed, unless the signal has ended it.
  await promises.settled(20);
  if (client) void promises.add(client.close({ drainMs: 50 }));
  await promises.settled();
  for (let turns = 60; turns > 0 && (server.open || vi.getTimerCount()); turns--) await turn();
  const isExpected = (outcome: unknown): boolean =>
    outcome === 'done' ||
    outcome === REASON ||
    (script === SCRIPTS[CLOSING] && (outcome as { code?: string }).code === 'closed');
  const left = {
    pending: promises.pending,
    open: server.open,
    timers: vi.getTimerCount(),
    listeners: getEventListeners(signal, 'abort').length,
    closes: closes - 1,
  };
  return [
    ...promises.outcomes.filter((outcome) => !isExpected(outcome)),
    ...Object.entries(left)
      .filter(([, count]) => count !== 0)
      .map(([what, count]) => `${what}: ${count}`),
  ];
}

test.each(
  Object.entries(SCRIPTS).flatMap(([what, script]) =>
    ABORTED.map((answers) => [what, answers, script, ANSWERS[answers]!] as const),
  ),
)('an abort at every turn of %s, where the application answers %s, leaves nothing open', async (...given) => {
  const [, , script, answer] = given;
  const wrong: unknown[] = [];
  const complaints = await complaintsDuring(async () => {
    for (const moment of moments(TURNS))
      for (const fault of await play(script, moment, answer)) wrong.push({ ...moment, fault });
  });
  expect([...wrong, ...complaints]).toEqual([]);
});
