import { readFileSync } from 'node:fs';
import { runInContext, runInNewContext } from 'node:vm';
import * as core from '@mote/client/core';
import * as codec from '@mote/codec';
import { expect, test } from 'vitest';
import { bareContext } from './bare-context.ts';

// The random talks that `test:runtimes` has every engine run, here over the built file and over the modules that it is made of.

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const SUITE = ['talks', 'machines'].map((name) => text(`test/runtimes/machines/${name}.js`)).join('\n');
const TALKS = `${SUITE}\nJSON.stringify(runMachines(Mote, 300))`;

interface Result {
  readonly failures: readonly string[];
  readonly transcript: number;
}

test('the file in ECMAScript 5 does in 600 random talks what the modules do, where there is nothing younger; what has ended is silent', () => {
  const modules = JSON.parse(
    runInNewContext(TALKS, { Mote: { ...core, ...codec }, Uint8Array, Error }) as string,
  ) as Result;
  const file = JSON.parse(
    runInContext(`${text('packages/client/dist/mote-device.es5.min.js')}\n${TALKS}`, bareContext()) as string,
  ) as Result;
  expect(file.failures).toEqual([]);
  expect(file).toEqual(modules);
  expect(file.transcript).not.toBe(0);
});
