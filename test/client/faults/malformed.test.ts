import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { provision } from '@mote/client';
import { expect, test } from 'vitest';
import { ALL, record } from '../figures.ts';
import { type MemoryPeer, MemoryServer } from '../hostile/in-memory.ts';
import { STEPS_OF_MQTT, type Step } from '../hostile/script.ts';
import { checkProvisioning, type ProvisionRun } from './check-provisioning.ts';
import { concurrently, todays } from './concurrent.ts';
import { MALFORMED, type Malformed } from './malformed.ts';
import { PlantedSecrets } from './planted-secrets.ts';
import { quietly } from './quietly.ts';

// The cells of the fault model in which a malformed packet comes, with each that a server could send: whole, a byte at a time,
// and with good packets in front and behind. Without sockets, so that there is time for all of them; faults.test.ts has both.

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

/** There are no sockets that could run out. */
const WIDTH = 400;

interface Run {
  readonly step: Step;
  readonly manner: string;
  readonly vector: Malformed;
}

const all = STEPS_OF_MQTT.flatMap((step) =>
  Object.keys(MANNERS).flatMap((manner) => MALFORMED.map((vector): Run => ({ step, manner, vector }))),
);
const chosen = ALL ? all : todays(todays(all));

test(`${chosen.length} malformed packets at each stage of a provisioning (${Object.keys(MANNERS).join(', ')}) break the rules, and do no more`, async () => {
  const wrong: string[] = [];
  const began = performance.now();
  wrong.push(
    ...(await quietly(() =>
      concurrently(
        chosen,
        async (run) => {
          await tryOut(run).catch((error: unknown) => {
            wrong.push(`${run.vector.name} ${run.manner} at ${run.step}: ${String(error).slice(0, 500)}`);
          });
        },
        WIDTH,
      ),
    )),
  );
  record('malformed', {
    vectors: MALFORMED.length,
    stages: STEPS_OF_MQTT.length,
    'ways to send them': Object.keys(MANNERS).length,
    runs: chosen.length,
    'not refused, or more than refused': wrong.length,
    seconds: Math.round((performance.now() - began) / 1000),
  });
  expect(wrong).toEqual([]);
}, 300_000);

// Only `pnpm test:reliability` has the time: elsewhere this test is not there, so that nothing counts as skipped.
if (ALL)
  test('a thousand of them leave less than a mebibyte behind', async () => {
    const thousand = all.filter((_, i) => i % Math.floor(all.length / 1000) === 0).slice(0, 1000);
    // Without `expect`, which keeps what it was given until the test is over.
    const round = (): Promise<void> =>
      concurrently(thousand, async (run) => void (await provision(optionsFor(serverFor(run))).catch(() => {})), WIDTH);
    // The first rounds fill caches.
    await round();
    await round();
    const before = heapUsed();
    await round();
    const grown = heapUsed() - before;
    record('heap', { runs: thousand.length, 'bytes left behind': Math.max(grown, 0) });
    expect(grown).toBeLessThan(2 ** 20);
  }, 120_000);

function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

function serverFor({ step, manner, vector }: Run): MemoryServer {
  return new MemoryServer({
    step,
    misbehave: (peer: MemoryPeer) => {
      for (const chunk of MANNERS[manner]!(Buffer.from(vector.hex, 'hex'), step !== 'connect')) peer.write(chunk);
    },
  });
}

function optionsFor(transport: MemoryServer, planted = new PlantedSecrets()): ProvisionRun['options'] {
  return {
    idScope: '0ne00ABCDEF',
    registrationId: 'device',
    attestation: planted.attestation('keys'),
    transport,
    timeoutMs: 8000,
    retry: { attempts: 1, baseMs: 10 },
  };
}

async function tryOut(run: Run): Promise<void> {
  const planted = new PlantedSecrets();
  const server = serverFor(run);
  const { verdict, value } = await checkProvisioning({
    options: optionsFor(server, planted),
    planted,
    ports: [],
    faults: () => server.faults,
    recover: () => server.recover(),
  });
  const ends = AFTER_THE_RESULT.includes(run.step) ? 'assigned' : 'protocol-violation';
  expect(verdict, inspect(value, { depth: 2 })).toBe(ends);
  expect(server.peers.length, 'connections').toBe(2);
}
