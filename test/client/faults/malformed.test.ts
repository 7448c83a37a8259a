import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { ALL, record } from '../figures.ts';
import { type MemoryPeer, MemoryServer } from '../hostile/in-memory.ts';
import type { Step } from '../hostile/script.ts';
import { abreast, todays } from './abreast.ts';
import { Canaries } from './canaries.ts';
import { MALFORMED, type Malformed } from './malformed.ts';
import { quietly } from './quietly.ts';
import { undergo } from './trial.ts';

// The cells of the fault model in which a malformed packet comes, with each that a server could send: whole, a byte at a time,
// and with good packets in front and behind. Without sockets, so that there is time for all of them; faults.test.ts has both.

const STEPS: readonly Step[] = [
  'connect',
  'subscribe',
  'register',
  'register-answer',
  'wait',
  'poll',
  'final-ack',
  'disconnect',
  'close',
];
const AFTER_THE_RESULT: readonly Step[] = ['final-ack', 'disconnect', 'close'];
/** A well-formed packet that does no harm once CONNACK is there. */
const PINGRESP = Buffer.from('d000', 'hex');

const MANNERS: Readonly<Record<string, (bytes: Buffer, connected: boolean) => readonly Uint8Array[]>> = {
  whole: (bytes) => [bytes],
  'byte by byte': (bytes) => [...bytes].map((byte) => Uint8Array.of(byte)),
  'among good packets': (bytes, connected) => [
    Buffer.concat([...(connected ? [PINGRESP] : []), bytes, PINGRESP, PINGRESP]),
  ],
};

interface Run {
  readonly step: Step;
  readonly manner: string;
  readonly vector: Malformed;
}

const all = STEPS.flatMap((step) =>
  Object.keys(MANNERS).flatMap((manner) => MALFORMED.map((vector): Run => ({ step, manner, vector }))),
);
const chosen = ALL ? all : todays(todays(all));

test(`${chosen.length} malformed packets at each stage of a provisioning break the rules, and do no more`, async () => {
  const wrong: string[] = [];
  const began = performance.now();
  wrong.push(
    ...(await quietly(() =>
      abreast(
        chosen,
        async (run) => {
          await tryOut(run).catch((error: unknown) => {
            wrong.push(`${run.vector.name} ${run.manner} at ${run.step}: ${String(error).slice(0, 500)}`);
          });
        },
        400,
      ),
    )),
  );
  record('malformed', {
    vectors: MALFORMED.length,
    stages: STEPS.length,
    'ways to send them': Object.keys(MANNERS).length,
    runs: chosen.length,
    'not refused, or more than refused': wrong.length,
    seconds: Math.round((performance.now() - began) / 1000),
  });
  expect(wrong).toEqual([]);
}, 300_000);

async function tryOut({ step, manner, vector }: Run): Promise<void> {
  const canaries = new Canaries();
  const server = new MemoryServer({
    step,
    misbehave: (peer: MemoryPeer) => {
      for (const chunk of MANNERS[manner]!(Buffer.from(vector.hex, 'hex'), step !== 'connect')) peer.write(chunk);
    },
  });
  const { verdict, value } = await undergo({
    options: {
      idScope: '0ne00ABCDEF',
      registrationId: 'device',
      attestation: canaries.attestation('keys'),
      transport: server,
      timeoutMs: 8000,
      retry: { attempts: 1, baseMs: 10 },
    },
    canaries,
    ports: [],
    faults: () => server.faults,
    recover: () => server.recover(),
  });
  const what = inspect(value, { depth: 2 });
  if (AFTER_THE_RESULT.includes(step)) expect(verdict, what).toBe('assigned');
  else expect(verdict, what).toBe('protocol-violation');
  expect(server.peers.length, 'connections').toBe(2);
}
