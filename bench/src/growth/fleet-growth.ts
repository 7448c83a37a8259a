import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { groupKey, provision } from '@mote/client';
import { type Neighbour, startNeighbour } from '../start-up/emulator.ts';
import { type Curve, curve } from './curve.ts';

const FLEETS = [10, 30, 100, 300, 1000];
const KEY = Buffer.alloc(32, 9).toString('base64');

interface Used {
  readonly cpuMs: number;
  readonly rssMb: number;
}

/** Many devices at once on one emulator, fresh for each fleet. */
export async function measureFleets(step: (what: string) => void): Promise<Curve[]> {
  const rows: (Used & { devices: number; wallMs: number })[] = [];
  for (const devices of FLEETS) {
    const attestation = { type: 'symmetricKey', symmetricKey: { primaryKey: KEY, secondaryKey: KEY } } as const;
    const dps = await startNeighbour({ enrollmentGroups: [{ enrollmentGroupId: 'fleet', attestation }] });
    const lines = createInterface(dps.process.stdout!);
    await register(dps, 3, 'warm-up');
    const before = await usedBy(dps, lines);
    const started = performance.now();
    await register(dps, devices, 'device');
    const wallMs = performance.now() - started;
    const after = await usedBy(dps, lines);
    rows.push({ devices, wallMs, cpuMs: after.cpuMs - before.cpuMs, rssMb: after.rssMb });
    await dps.close();
    step(`${devices} devices at once`);
  }
  const over = (what: string, y: string, pick: (row: (typeof rows)[number]) => number) =>
    curve(
      what,
      'devices at once',
      y,
      rows.map((row) => [row.devices, pick(row)]),
    );
  return [
    over('CPU time of the emulator', 'ms', ({ cpuMs }) => cpuMs),
    over('memory of the emulator afterwards', 'MB', ({ rssMb }) => rssMb),
    over('until the last device is assigned', 'ms', ({ wallMs }) => wallMs),
  ];
}

async function register({ port, ca, idScope }: Neighbour, count: number, name: string): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, n) =>
      provision({
        endpoint: `localhost:${port}`,
        idScope,
        registrationId: `${name}-${n}`,
        attestation: groupKey(KEY),
        tls: { ca },
      }),
    ),
  );
}

async function usedBy({ process }: Neighbour, lines: Interface): Promise<Used> {
  process.stdin!.write('usage\n');
  const [line] = (await once(lines, 'line')) as [string];
  return JSON.parse(line) as Used;
}
