import { provision, Registration } from '@mote/client';
import { expect, test } from 'vitest';
import { MemoryServer } from './hostile/in-memory.ts';
import { ASSIGNED, type ScriptOptions } from './hostile/script.ts';
import { refusal } from './loopback.ts';
import { ASSIGNED as DONE, Machine, reply } from './machine.ts';
import { inMemory } from './memory.ts';

/** The ids of all questions of this provisioning. */
async function idsOf(answer: ScriptOptions<never>['answer'], retry = {}): Promise<readonly string[]> {
  const ids: string[] = [];
  const transport = new MemoryServer({
    answer: (request, id, count) => {
      ids.push(id);
      return answer?.(request, id, count);
    },
  });
  await provision(inMemory({ transport, retry })).catch(() => {});
  return ids;
}

test('no id of a question can be guessed from another, and none comes twice, over connections, calls and processes', async () => {
  const ids: string[] = [];
  for (let call = 0; call < 10; call++)
    ids.push(...(await idsOf((_, __, count) => (count < 3 ? { status: 503, body: {} } : undefined), { baseMs: 1 })));
  expect(ids.length).toBeGreaterThan(30);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  // Each hex digit in each place: with 40 ids a place that stands still, or counts, is seen.
  for (let place = 0; place < 32; place++) expect(new Set(ids.map((id) => id[place])).size).toBeGreaterThan(6);
});

test.each(['connect', 'subscribe', 'register'] as const)(
  'answers sent before their question, at %s, are not taken',
  async (step) => {
    const early = Array.from({ length: 50 }, (_, id) => String(id));
    const transport = new MemoryServer({
      step,
      misbehave(peer, good) {
        const guesses = early.map((requestId) => peer.reply({ requestId, body: { ...ASSIGNED }, qos: 0 }));
        peer.write(step === 'connect' ? good : Buffer.concat([good, ...guesses]));
      },
      answer: () => ({ status: 403, body: {} }),
    });
    expect(await refusal(provision(inMemory({ transport })))).toMatchObject({ code: 'unauthorized' });
  },
);

test('an answer to the question of a connection before is not taken', () => {
  const machine = new Machine({ requestId: ids('a', 'b') }).asking().lost().advance(60_000).connected();
  machine.receive(Buffer.from('20020000', 'hex'), Buffer.from('9003000101', 'hex'), reply(200, 'a', DONE));
  expect(machine.outcome).toBeUndefined();
  expect(machine.receive(reply(200, 'b', DONE)).outcome).toMatchObject({ type: 'assigned' });
});

test('without a source of ids, a Registration makes them of its random numbers', () => {
  const seen = new Set<string>();
  for (let run = 0; run < 20; run++) {
    const registration = new Registration({
      idScope: '0ne00111111',
      registrationId: 'device',
      routes: [{ transport: 'tls', host: 'dps.test', port: 8883 }],
      timeoutMs: 60_000,
      random: Math.random,
    });
    registration.start(0);
    registration.connected(undefined, 0);
    registration.receive(Buffer.from('20020000', 'hex'), 0);
    const [send] = registration.receive(Buffer.from('9003000101', 'hex'), 0).filter(({ type }) => type === 'send');
    const text = Buffer.from((send as { bytes: Uint8Array }).bytes).toString('latin1');
    seen.add(/\$rid=([a-z0-9-]{15,36})/.exec(text)![1]!);
  }
  expect(seen.size).toBe(20);
});

function ids(...given: string[]): () => string {
  return () => given.shift()!;
}
