import { mkdirSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Reporter, TestModule } from 'vitest/node';

const TESTS = fileURLToPath(new URL('../', import.meta.url));
const FOLDER = new URL('../../.cache/results/', import.meta.url);

/** One test of a run, as test/evidence reads it. */
export interface Result {
  /** Below test/. */
  readonly file: string;
  readonly title: string;
  readonly state: string;
}

/** With MOTE_RESULTS=NAME: writes what became of each test to .cache/results/NAME.json. */
export default class ResultsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const name = process.env['MOTE_RESULTS'];
    if (name === undefined) return;
    const results = modules.flatMap((module) =>
      [...module.children.allTests()].map(
        (test): Result => ({
          file: relative(TESTS, module.moduleId).replaceAll('\\', '/'),
          title: test.fullName,
          state: test.result().state,
        }),
      ),
    );
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(new URL(`${name}.json`, FOLDER), JSON.stringify(results));
  }
}
