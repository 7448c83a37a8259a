import { provision } from '@mote/client';
import { describe, expect, test } from 'vitest';
import { ALL } from '../figures.ts';
import { Loopback, refusal } from '../loopback.ts';
import { ANSWERS } from './peer-cases/answers.ts';
import { CONNACK_SUBACK } from './peer-cases/connack-suback.ts';
import { CONNECTIONS } from './peer-cases/connections.ts';
import { FLOODS } from './peer-cases/floods.ts';
import { FRAMES } from './peer-cases/frames.ts';
import { PACKETS } from './peer-cases/packets.ts';
import { tryEach } from './peer-cases/peer-case.ts';
import { PROXIES } from './peer-cases/proxies.ts';
import { TOPICS } from './peer-cases/topics.ts';
import { UPGRADES } from './peer-cases/upgrades.ts';

// What a peer may do, by subject, besides the stages and faults of the fault model.

tryEach({
  answers: ANSWERS,
  'topics and retry-after': TOPICS,
  'CONNACK and SUBACK': CONNACK_SUBACK,
  packets: PACKETS,
  'TCP, TLS and names': CONNECTIONS,
  proxies: PROXIES,
  upgrades: UPGRADES,
  frames: FRAMES,
});

// One after the other, with more time: each keeps the whole process busy, the server in it included. A group of their own, so
// that they begin when the others are over. They exist in `pnpm test:reliability` alone, so that nothing counts as skipped elsewhere.
if (ALL) describe('alone', alone);

function alone(): void {
  tryEach({ floods: FLOODS.map((peerCase) => ({ options: { timeoutMs: 15_000 }, ...peerCase })) }, 1);

  const loopback = new Loopback();

  test('a million pings from a server that does not read: the pongs do not pile up', async () => {
    const flood = Buffer.from('8900'.repeat(20_000), 'hex');
    const server = await loopback.server({
      webSocket: true,
      step: 'register-answer',
      misbehave: (peer) => {
        peer.stopReading();
        for (let i = 0; i < 50; i++) peer.writeBare(flood);
      },
    });
    const before = process.memoryUsage().rss;
    expect(
      await refusal(provision(loopback.options(server, { transport: 'websocket', timeoutMs: 1500 }))),
    ).toMatchObject({ code: 'timed-out', stage: 'register' });
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 2 ** 20);
  });
}
