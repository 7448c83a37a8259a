import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { output, startSampler } from '../measure/process.ts';
import { fastestTurn, type Sampler } from '../measure/turns.ts';
import { Progress } from '../report/progress.ts';
import { seeded } from '../workload/random.ts';
import type { ClientUsage } from './client-process.ts';
import { type Server, startFastServer, startMosquitto } from './server-process.ts';
import { filterFor, PAYLOAD, TOPIC, WORKS, type Work, type WorkId } from './work.ts';

export type ClientName = 'mote' | 'mqtt-js' | 'u8-mqtt' | 'libmosquitto' | 'socket';

export interface ClientRow {
  readonly server: 'fast' | 'mosquitto';
  readonly work: WorkId;
  readonly client: ClientName;
  /** One for each round. */
  readonly usages: ClientUsage[];
}

export interface Clients {
  readonly rows: readonly ClientRow[];
  /** Bytes of heap and external memory for each of a thousand, one figure for each round. */
  readonly idle: Readonly<Record<'socket' | 'mote' | 'mqtt-js', number[]>>;
  readonly mosquitto: boolean;
}

const ROUNDS = 3;
/** Of each round: in each of them every client takes one sample of a kind of work. */
const TURNS = 5;
const IDLE = 1000;
/** So that each client is measured for about as long: the share of Mote's messages that it gets. One at a time all get as many. */
const SHARE: Readonly<Record<ClientName, Readonly<Partial<Record<WorkId, number>>>>> = {
  mote: {},
  'mqtt-js': { post: 0.1, 'window 1000': 0.2, handler: 0.2, iterator: 0.3 },
  'u8-mqtt': { 'window 1000': 0.1, 'window 20': 0.5, handler: 0.05 },
  libmosquitto: { post: 0.3, 'window 1000': 0.6, handler: 0.3 },
  socket: {},
};
/** The kinds of work that each client can do. libmosquitto is measured through its commands, whose window is fixed. */
const DOES: Readonly<Record<ClientName, readonly WorkId[]>> = {
  mote: ['post', 'window 1', 'window 20', 'window 1000', 'handler', 'iterator'],
  'mqtt-js': ['post', 'window 1', 'window 20', 'window 1000', 'handler'],
  'u8-mqtt': ['window 1', 'window 20', 'window 1000', 'handler'],
  libmosquitto: ['post', 'window 20', 'handler'],
  socket: ['post', 'window 1', 'window 20', 'window 1000', 'handler'],
};

const program = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

/** All clients beside one another, round after round: against a server that does next to nothing, and through mosquitto. */
export async function measureClients(): Promise<Clients> {
  const fast = await startFastServer();
  const mosquitto = await startMosquitto();
  const places = [
    { server: 'fast', at: fast, share: 1, works: WORKS } as const,
    ...(mosquitto
      ? [{ server: 'mosquitto', at: mosquitto, share: 0.2, works: WORKS.filter(({ window }) => window) } as const]
      : []),
  ];
  const cases = places.flatMap(({ server, at, share, works }) =>
    works.map((work) => ({
      at,
      share,
      work,
      rows: clientsFor(work, mosquitto !== undefined).map(
        (client): ClientRow => ({ server, work: work.id, client, usages: [] }),
      ),
    })),
  );
  const idle: Record<keyof Clients['idle'], number[]> = { socket: [], mote: [], 'mqtt-js': [] };
  const progress = new Progress(ROUNDS * (cases.length + 3));
  const random = seeded(1);
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const { at, share, work, rows } of cases) {
        const samplers = await Promise.all(rows.map(({ client }) => startClient(client, at, work, share)));
        const usages = await fastestTurn(samplers, TURNS, random, ({ wallUs }) => wallUs);
        for (const [n, row] of rows.entries()) row.usages.push(usages[n]!);
        progress.step(`round ${round + 1}: ${work.id}, ${rows[0]!.server} server`);
      }
      for (const kind of Object.keys(idle) as (keyof Clients['idle'])[]) {
        const { bytes } = JSON.parse(
          await output(['--expose-gc', program('idle-process'), kind, `${fast.port}`, `${IDLE}`]),
        ) as { bytes: number };
        idle[kind].push(bytes);
        progress.step(`idle clients: ${kind}`);
      }
    }
  } finally {
    await fast.close();
    await mosquitto?.close();
  }
  return { rows: cases.flatMap(({ rows }) => rows), idle, mosquitto: mosquitto !== undefined };
}

function clientsFor(work: Work, mosquitto: boolean): ClientName[] {
  const clients = Object.keys(DOES) as ClientName[];
  return clients.filter((client) => DOES[client].includes(work.id) && (client !== 'libmosquitto' || mosquitto));
}

async function startClient(
  client: ClientName,
  { port }: Server,
  work: Work,
  share: number,
): Promise<Sampler<ClientUsage>> {
  const messages = Math.ceil(work.messages * share * (SHARE[client][work.id] ?? 1));
  const ofSample = Math.ceil(messages / TURNS);
  if (client === 'libmosquitto') return { sample: () => commandUsage(port, work.id, ofSample), stop() {} };
  const words = [program('client-process'), client, `${port}`, `${messages}`, `${ofSample}`, JSON.stringify(work)];
  return startSampler(words);
}

/** Of mosquitto_pub and mosquitto_sub, which bash times: lines of its standard input, one message each. */
async function commandUsage(port: number, work: WorkId, messages: number): Promise<ClientUsage> {
  const at = `-h 127.0.0.1 -p ${port}`;
  const line = Buffer.from(PAYLOAD).toString();
  const command =
    work === 'handler'
      ? `mosquitto_sub ${at} -t '${filterFor(messages)}' -C ${messages} >/dev/null`
      : `mosquitto_pub ${at} -t ${TOPIC} -q ${work === 'post' ? 0 : 1} -l < <(yes '${line}' | head -n ${messages})`;
  const { stderr } = await promisify(execFile)('bash', ['-c', `TIMEFORMAT='%R %U %S'; time ${command}`], {
    env: { ...process.env, LC_ALL: 'C' },
  });
  const [real = 0, user = 0, system = 0] = stderr.trim().split('\n').at(-1)!.split(' ').map(Number);
  return { cpuUs: ((user + system) * 1e6) / messages, wallUs: (real * 1e6) / messages };
}
