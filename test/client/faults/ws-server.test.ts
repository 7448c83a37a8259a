import { inspect } from 'node:util';
import { afterAll, expect } from 'vitest';
import model from '../../vectors/faults.json' with { type: 'json' };
import { ALL, record } from '../figures.ts';
import { TestAuthority } from '../hostile/certificates.ts';
import { MISBEHAVIOURS } from '../hostile/misbehaviours.ts';
import { STEPS_OF_MQTT, type Step } from '../hostile/script.ts';
import { ASSIGNED } from '../hostile/server.ts';
import { type WsOptions, type WsPeer, WsServer } from '../hostile/ws-server.ts';
import { silenceMs } from './cell.ts';
import { checkProvisioning, type Verdict } from './check-provisioning.ts';
import { testConcurrently, todays } from './concurrent.ts';
import { anyMalformed } from './malformed.ts';
import { PlantedSecrets } from './planted-secrets.ts';
import { until } from './until.ts';
import { silentStages, verdicts } from './verdicts.ts';

// The WebSocket cells of the fault model once more, with a server made of the `ws` package, as far as it can be brought to
// misbehave; and what only such a server does: fragments, pings between them, compression, close codes of every kind.

interface Run {
  readonly name: string;
  readonly options: Omit<WsOptions, 'tls'>;
  readonly ends: readonly Verdict[];
  readonly stages?: readonly string[];
  readonly timeoutMs?: number;
  readonly check?: (server: WsServer) => void;
}

const NOT_OF_A_SERVER = ['tls-alert', 'late', 'malformed', 'clock-wall', 'clock-mono', 'abort', 'double-call', 'oom'];

const cells = model.cells
  .filter(({ stage, transport }) => transport === 'wss' && STEPS_OF_MQTT.some((step) => step === stage))
  .flatMap((cell): Run[] => {
    const step = STEPS_OF_MQTT.find((one) => one === cell.stage)!;
    const misbehave =
      cell.fault === 'malformed'
        ? (peer: WsPeer) => peer.write(Buffer.from(anyMalformed(), 'hex'))
        : MISBEHAVIOURS[cell.fault];
    if (misbehave === undefined || (NOT_OF_A_SERVER.includes(cell.fault) && cell.fault !== 'malformed')) return [];
    const ends = verdicts(cell, 'always');
    return [
      {
        name: `${cell.stage} x ${cell.fault}`,
        options: { step, misbehave },
        ends,
        stages: silentStages(cell),
        ...(ends.every((verdict) => verdict === 'timed-out' || verdict === 'connection-lost') && {
          timeoutMs: silenceMs(step),
        }),
      },
    ];
  });

const fragmented = (cut: number, between?: (peer: WsPeer) => void): Omit<WsOptions, 'tls'> => ({
  answer: () => ({ status: 200, body: ASSIGNED }),
  step: 'register-answer',
  misbehave: (peer, good) => {
    const parts = Array.from({ length: Math.ceil(good.length / cut) }, (_, i) => good.subarray(i * cut, (i + 1) * cut));
    peer.fragments(parts, () => between?.(peer));
  },
});
const closing = (step: Step, code: number): Omit<WsOptions, 'tls'> => ({
  step,
  misbehave: (peer) => peer.socket.close(code, 'because'),
});

const own: readonly Run[] = [
  ...[1, 2, 7, 100].map((cut) => ({
    name: `fragments of ${cut} bytes`,
    options: fragmented(cut),
    ends: ['assigned' as const],
  })),
  {
    name: 'a ping after each fragment',
    options: fragmented(3, (peer) => peer.socket.ping('are you there')),
    ends: ['assigned'],
  },
  {
    name: 'a pong after each fragment',
    options: fragmented(3, (peer) => peer.socket.pong('here')),
    ends: ['assigned'],
  },
  {
    name: 'empty fragments',
    options: fragmented(5, (peer) => peer.socket.send('', { binary: true, fin: false })),
    ends: ['assigned'],
  },
  { name: 'compression offered by a server that has it', options: { perMessageDeflate: true }, ends: ['assigned'] },
  ...[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999].flatMap((code) =>
    (['connect', 'subscribe', 'register'] as const).map(
      (step): Run => ({
        name: `close code ${code} at ${step}`,
        options: closing(step, code),
        ends: ['connection-lost'],
        stages: [step],
      }),
    ),
  ),
  {
    name: 'a text message at connect, which is answered with close code 1003',
    options: {
      step: 'connect',
      misbehave: (peer, good) => peer.say(good, () => peer.socket.send(good.toString('latin1'), { binary: false })),
    },
    ends: ['protocol-violation'],
    check: (server) => expect(server.peers[0]!.closed).toEqual([1003]),
  },
  {
    name: 'a message over a mebibyte at connect, which is answered with close code 1009',
    options: {
      step: 'connect',
      misbehave: (peer) => peer.say(Buffer.alloc(0), () => peer.socket.send(Buffer.alloc(2 ** 20 + 1, 0xd0))),
    },
    ends: ['protocol-violation'],
    check: (server) => expect(server.peers[0]!.closed).toEqual([1009]),
  },
  {
    name: '20,000 pings',
    options: {
      answer: () => ({ status: 200, body: ASSIGNED }),
      step: 'register-answer',
      misbehave: (peer, good) => {
        for (let i = 0; i < 20_000; i++) peer.socket.ping();
        peer.write(good);
      },
    },
    ends: ['assigned'],
  },
  {
    name: 'a good run, closed with 1000',
    options: { step: 'close', misbehave: () => {} },
    ends: ['assigned'],
    check: (server) => expect(server.peers[0]!.closed).toEqual([1000]),
  },
];

const chosen = ALL ? [...cells, ...own] : todays([...cells, ...own]);
const authority = new TestAuthority();
const identity = authority.server();

testConcurrently(chosen, ({ name }) => `with the ws server: ${name}`, tryOut);
afterAll(() => record('ws', { 'cells of the fault model': cells.length, 'other runs': own.length }));

async function tryOut({ options, ends, stages, timeoutMs = 8000, check }: Run): Promise<void> {
  const server = await new WsServer({ ...options, tls: identity }).listen();
  const planted = new PlantedSecrets();
  try {
    const { verdict, value } = await checkProvisioning({
      options: {
        idScope: '0ne00ABCDEF',
        registrationId: 'device',
        attestation: planted.attestation('signer'),
        csr: planted.csr,
        endpoint: `localhost:${server.port}`,
        transport: 'websocket',
        tls: { ca: authority.ca },
        keepAlive: options.misbehave === MISBEHAVIOURS['half-open'] ? 1 : 30,
        retry: { attempts: 1, baseMs: 10 },
        timeoutMs,
      },
      planted,
      ports: [server.port],
      faults: () => server.faults,
      judged: async () => {
        await until(() => server.idle);
        check?.(server);
      },
      recover: () => server.recover(),
    });
    const what = inspect(value, { depth: 3 });
    expect(ends, what).toContain(verdict);
    if (stages && verdict === 'timed-out') expect(stages, what).toContain((value as { stage: string }).stage);
  } finally {
    await server.close();
  }
}
