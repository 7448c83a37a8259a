import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Environment, environment } from './environment.ts';

export type Section = 'speed' | 'jitless' | 'client' | 'size' | 'start-up' | 'growth';

export interface Recorded<Result> {
  readonly environment: Environment;
  /** How long it took to measure. */
  readonly seconds?: number;
  readonly result: Result;
}

const results = fileURLToPath(new URL('../../results/', import.meta.url));
const docs = fileURLToPath(new URL('../../../docs/', import.meta.url));

/** Measures, and keeps the section's result in bench/results, from which the documents are written. */
export async function record<Result>(section: Section, measure: () => Promise<Result>): Promise<Recorded<Result>> {
  const around = environment();
  const started = performance.now();
  const result = await measure();
  const recorded = { environment: around, seconds: Math.round((performance.now() - started) / 1000), result };
  mkdirSync(results, { recursive: true });
  writeFileSync(`${results}${section}.json`, `${JSON.stringify(recorded, shortNumbers, 1)}\n`);
  return recorded;
}

/** Undefined when the section has never been run. */
export function recall<Result>(section: Section): Recorded<Result> | undefined {
  const file = `${results}${section}.json`;
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Recorded<Result>) : undefined;
}

export function writeDocument(name: string, text: string): void {
  writeFileSync(`${docs}${name}`, text);
}

/** Four digits are more than any of these figures deserve. */
function shortNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}
