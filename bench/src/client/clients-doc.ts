import { median } from '../measure/statistics.ts';
import { count } from '../report/number.ts';
import { type Outcome, shortOf } from '../report/outcome.ts';
import type { ClientName, ClientRow, Clients } from './clients.ts';
import { WORKS, type WorkId } from './work.ts';

export const CLIENT_HEADS: readonly string[] = ['work', 'target', 'measured: median (range of the rounds)'];
export const CLIENT_COLUMNS: readonly number[] = [3, 4, 5];

const NAMES: Readonly<Record<ClientName, string>> = {
  mote: 'Mote',
  'mqtt-js': 'mqtt (MQTT.js)',
  'u8-mqtt': 'u8-mqtt',
  libmosquitto: 'libmosquitto, by its command',
  socket: 'limit: a bare socket',
};

interface ClientTarget {
  readonly server: ClientRow['server'];
  readonly work: WorkId;
  readonly atLeast: number;
  readonly by: 'cpuUs' | 'wallUs';
  /** The work of MQTT.js that is compared with it, if that is another one: MQTT.js has no iterator. */
  readonly rival?: WorkId;
}

const TARGETS: readonly ClientTarget[] = [
  { server: 'fast', work: 'post', atLeast: 20, by: 'cpuUs' },
  { server: 'fast', work: 'window 1', atLeast: 1.5, by: 'wallUs' },
  { server: 'fast', work: 'window 20', atLeast: 2.5, by: 'wallUs' },
  { server: 'fast', work: 'window 1000', atLeast: 25, by: 'wallUs' },
  { server: 'mosquitto', work: 'window 1', atLeast: 1.3, by: 'wallUs' },
  { server: 'mosquitto', work: 'window 20', atLeast: 1.3, by: 'wallUs' },
  { server: 'mosquitto', work: 'window 1000', atLeast: 1.3, by: 'wallUs' },
  { server: 'fast', work: 'handler', atLeast: 15, by: 'cpuUs' },
  { server: 'fast', work: 'iterator', atLeast: 5, by: 'cpuUs', rival: 'handler' },
];

export function clientOutcomes({ rows, idle }: Clients): Outcome[] {
  const times = TARGETS.flatMap(({ server, work, atLeast, by, rival = work }): Outcome[] => {
    const ours = find(rows, server, work, 'mote');
    const theirs = find(rows, server, rival, 'mqtt-js');
    if (!ours || !theirs) return [];
    const ratios = theirs.usages.map((usage, round) => usage[by] / ours.usages[round]![by]);
    return [
      {
        about: [`${described(work)}${server === 'mosquitto' ? ', through mosquitto' : ''}`],
        goal: `at least ${atLeast} x MQTT.js, ${by === 'cpuUs' ? 'CPU' : 'time'} for one message`,
        measured: `${count(median(ratios))} x (${count(Math.min(...ratios))} to ${count(Math.max(...ratios))})`,
        missedBy: shortOf(atLeast, median(ratios)),
      },
    ];
  });
  const beyond = idle.mote.map((bytes, round) => {
    const socket = idle.socket[round]!;
    return (idle['mqtt-js'][round]! - socket) / (bytes - socket);
  });
  return [
    ...times,
    {
      about: ['1,000 idle clients in one process'],
      goal: 'a third of the memory of MQTT.js, beyond a bare socket',
      measured: `1/${count(median(beyond))}`,
      missedBy: shortOf(3, median(beyond)),
    },
  ];
}

export function clientTable({ rows }: Clients): string[][] {
  return [
    ['work', 'server', 'client', 'CPU for one message, µs', 'time for one message, µs', 'messages a second'],
    ...rows.map(({ work, server, client, usages }) => [
      described(work),
      server === 'fast' ? 'takes everything' : server,
      NAMES[client],
      count(median(usages.map(({ cpuUs }) => cpuUs))),
      count(median(usages.map(({ wallUs }) => wallUs))),
      count(Math.round(1e6 / median(usages.map(({ wallUs }) => wallUs)))),
    ]),
  ];
}

export function idleTable({ idle }: Clients): string[][] {
  const socket = median(idle.socket);
  return [
    ['1,000 in one process', 'heap and external memory of each, KB', 'beyond a bare socket, KB'],
    ...(['socket', 'mote', 'mqtt-js'] as const).map((kind) => {
      const bytes = median(idle[kind]);
      return [
        kind === 'socket' ? 'bare socket' : NAMES[kind],
        (bytes / 1000).toFixed(1),
        kind === 'socket' ? '' : ((bytes - socket) / 1000).toFixed(1),
      ];
    }),
  ];
}

function described(id: WorkId): string {
  return WORKS.find((work) => work.id === id)!.what;
}

function find(
  rows: readonly ClientRow[],
  server: ClientRow['server'],
  work: WorkId,
  client: ClientName,
): ClientRow | undefined {
  return rows.find((row) => row.server === server && row.work === work && row.client === client);
}
