import { fileURLToPath } from 'node:url';
import { output } from '../measure/process.ts';
import { Progress } from '../report/progress.ts';
import type { Curve } from './curve.ts';
import { measureFleets } from './fleet-growth.ts';

/** No cost may grow with more than this power of its cause. */
export const STEEPEST = 1.1;

const codecProgram = fileURLToPath(new URL('./codec-growth.js', import.meta.url));

export async function measureGrowth(): Promise<Curve[]> {
  const progress = new Progress(6);
  const codec = JSON.parse(await output(['--expose-gc', codecProgram])) as Curve[];
  progress.step('cost growth of the codec');
  const fleets = await measureFleets((what) => progress.step(what));
  return [...codec, ...fleets];
}
