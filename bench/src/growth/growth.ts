import { fileURLToPath } from 'node:url';
import { startFastServer } from '../client/server-process.ts';
import { output } from '../measure/process.ts';
import { Progress } from '../report/progress.ts';
import type { Curve } from './curve.ts';
import { measureFleets } from './fleet-growth.ts';

/** No cost may grow with more than this power of its cause. */
export const STEEPEST = 1.1;

const program = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

export async function measureGrowth(): Promise<Curve[]> {
  const progress = new Progress(7);
  const codec = JSON.parse(await output(['--expose-gc', program('codec-growth')])) as Curve[];
  progress.step('cost growth of the codec');
  const clients = await measureClients();
  progress.step('cost growth of the client');
  const fleets = await measureFleets((what) => progress.step(what));
  return [...codec, ...clients, ...fleets];
}

async function measureClients(): Promise<Curve[]> {
  const server = await startFastServer();
  try {
    return JSON.parse(await output(['--expose-gc', program('client-growth'), `${server.port}`])) as Curve[];
  } finally {
    await server.close();
  }
}
