import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { EmulatorOptions } from '@mote/emulator';

/** What a device needs to know, as the first argument of the programs in this folder. */
export interface Door {
  readonly endpoint: string;
  readonly idScope: string;
  readonly registrationId: string;
  readonly key: string;
}

export interface Neighbour {
  readonly port: number;
  readonly ca: string;
  readonly caFile: string;
  readonly idScope: string;
  readonly process: ChildProcess;
  close(): Promise<void>;
}

const program = fileURLToPath(new URL('./emulator-process.js', import.meta.url));

export async function startNeighbour(options: EmulatorOptions): Promise<Neighbour> {
  const child = spawn(process.execPath, [program, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { port, ca, idScope } = JSON.parse(line) as { port: number; ca: string; idScope: string };
  const folder = mkdtempSync(join(tmpdir(), 'mote-bench-'));
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, ca);
  return {
    port,
    ca,
    caFile,
    idScope,
    process: child,
    async close() {
      rmSync(folder, { recursive: true });
      const closed = once(child, 'close');
      child.stdin.end();
      await closed;
    },
  };
}
