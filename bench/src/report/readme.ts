import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { median } from '../measure/statistics.ts';
import { WHOLE } from '../size/footprint.ts';
import type { SizeRow, Sizes } from '../size/size.ts';
import { footprintTable } from '../size/size-doc.ts';
import type { SpeedRow } from '../speed/speed.ts';
import { find, ratios } from '../speed/verdict.ts';
import type { StartUp } from '../start-up/start-up.ts';
import type { TaskId } from '../workload/tasks.ts';
import { recall } from './files.ts';
import { markdownTable } from './table.ts';

const README = fileURLToPath(new URL('../../../README.md', import.meta.url));
const REGION = /(<!-- measured -->\n)[\s\S]*?(<!-- \/measured -->)/;

/** Writes the figures of the last runs into the README, between the marks that are there for them. */
export function writeReadmeFigures(): void {
  const size = recall<Sizes>('size');
  const speed = recall<readonly SpeedRow[]>('speed');
  if (size === undefined || speed === undefined) return;
  const { codecs, clients } = size.result;
  const table = markdownTable([
    ['', 'Mote', 'a peer'],
    [
      'codec with the packets a device needs, minified',
      kilobytes(codecs, 'the packets that a DPS device needs'),
      `${kilobytes(codecs, 'mqtt-packet')} (mqtt-packet)`,
    ],
    [
      'provisioning over TLS, everything but Node, minified',
      kilobytes(clients, 'lean: provision over TLS with SAS'),
      `${kilobytes(clients, 'Azure SDK: DPS over MQTT with symmetric key')} (Azure SDK)`,
    ],
    [
      'from key to telemetry at its hub, the same way',
      kilobytes(clients, 'lean: key to telemetry, openDevice over TLS with SAS'),
      `${kilobytes(clients, 'Azure SDK: from key to telemetry over MQTT')} (Azure SDK)`,
    ],
    [
      'a client of any broker: QoS 0 to 2, sessions, reconnect',
      kilobytes(clients, 'lean: connect over TLS, QoS 0 to 2, resume, reconnect, memory store'),
      `${kilobytes(clients, 'mqtt, which is MQTT.js (MQTT only)')} (MQTT.js)`,
    ],
    ['encode a PUBLISH of 100 bytes', ...timesOf(speed.result, 'encode W1', 'preparePublish().encodeInto', 'generate')],
    ['decode it', ...timesOf(speed.result, 'decode W1', 'Framer + PublishView, reused buffer', 'parser')],
    ...footprintRows(size.result.footprints, recall<StartUp>('start-up')?.result),
    ['third-party packages that an install brings: codec, client', '0', ''],
    ['third-party packages that an install brings: emulator, command', '1 (`ws`)', ''],
  ]);
  const text = `${table}\n\nMeasured on ${speed.environment.date} with Node ${speed.environment.versions['node']}, side by side in one run.\n`;
  writeFileSync(
    README,
    readFileSync(README, 'utf8').replace(REGION, (_, open, close) => `${open}${text}${close}`),
  );
}

/** Ours beside both peers in one cell. */
function footprintRows(footprints: Sizes['footprints'], startUp: StartUp | undefined): string[][] {
  const [, ...rows] = footprintTable({ footprints }, startUp);
  const [mote, whole] = ['Mote', WHOLE].map((name) => rows.find(([what]) => what === name));
  const peers = rows.filter((cells) => cells !== mote && cells !== whole);
  const row = (what: string, column: number, unit: string): string[] => [
    what,
    `${mote![column]}${unit}`,
    peers
      .filter((cells) => cells[column])
      .map((cells) => `${cells[column]}${unit} (${cells[0]})`)
      .join(', '),
  ];
  return [
    row('installed, codec and client: packages', 1, ''),
    row('installed, codec and client: on disk', 2, ' MB'),
    ['installed, all four packages and `ws`: on disk', `${whole![2]} MB`, ''],
    row('time to load, beyond that of Node', 3, ' ms'),
    row('memory when loaded, beyond that of Node', 5, ' MB'),
  ];
}

function kilobytes(rows: readonly SizeRow[], what: string): string {
  const row = rows.find((candidate) => candidate.what === what);
  if (row === undefined) throw new Error(`no size was measured for ${what}`);
  return `${(row.minified / 1000).toFixed(1)} KB`;
}

/** Our time, and how many times of it mqtt-packet takes. */
function timesOf(rows: readonly SpeedRow[], task: TaskId, form: string, theirForm: string): [string, string] {
  const ours = find(rows, task, 'mote', form);
  const theirs = find(rows, task, 'mqtt-packet', theirForm);
  if (ours === undefined || theirs === undefined) throw new Error(`${task} was not measured`);
  return [`${median(ours.ns).toFixed(0)} ns`, `${median(ratios(theirs, ours)).toFixed(1)} times that (mqtt-packet)`];
}
