// A test runner for Stryker. The one for vitest starts a worker and loads every module for each mutant: 0.6 s of CPU time, of which the
// tests take a few milliseconds. Here each test file is one script, compiled once, that is evaluated anew for each mutant, so that no
// state is left of the mutant before. Quick tests come first: a mutant is killed by one test as well as by another. A test that fails
// is run again without the mutant: a mutant may change what all tests share, such as a prototype, and then the process is given up.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { constants, Script } from 'node:vm';
import { build } from 'esbuild';
import { collector, restore } from './test-api.mjs';

/** A test whose promise does not settle. */
const PATIENCE_MS = 10_000;

/** `@mote/codec/publish`: the source of what package.json names. */
function source(root, specifier) {
  const [, name, ...rest] = specifier.split('/');
  const { exports } = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
  const { default: built } = exports[['.', ...rest].join('/')];
  return join(root, 'packages', name, built.replace(/^\.\/dist\/(.*)\.js$/, 'src/$1.ts'));
}

const plugin = (root) => ({
  name: 'sources',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^@mote\// }, ({ path }) => ({ path: source(root, path) }));
    onResolve({ filter: /^[^./@]/ }, ({ path, kind }) => (kind === 'entry-point' ? null : { path, external: true }));
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8').replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href));
      return { contents: text, loader: 'ts', resolveDir: dirname(path) };
    });
  },
});

async function compile(file) {
  const root = process.cwd();
  const { outputFiles } = await build({
    entryPoints: [join(root, file)],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
    plugins: [plugin(root)],
  });
  const script = new Script(`(function (require) {${outputFiles[0].text}\n})`, {
    filename: join(root, file),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const require = createRequire(join(root, file));
  return () => {
    const { tests, vitest } = collector();
    script.runInThisContext()((name) => (name === 'vitest' ? vitest : require(name)));
    return tests.map((test, index) => ({ ...test, file, id: `${file}#${index} ${test.title}` }));
  };
}

async function settled(value) {
  if (typeof value?.then !== 'function') return;
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('The test does not end.')), PATIENCE_MS);
  });
  try {
    await Promise.race([value, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function hooks(suite, name) {
  if (suite.parent) await hooks(suite.parent, name);
  for (const hook of suite[name]) await settled(hook());
  if (name === 'beforeAll') suite.beforeAll = [];
}

/** The error of a test, or undefined. */
async function failure({ suite, run }) {
  try {
    await hooks(suite, 'beforeAll');
    await hooks(suite, 'beforeEach');
    await settled(run());
    await hooks(suite, 'afterEach');
    return undefined;
  } catch (error) {
    try {
      await hooks(suite, 'afterEach');
    } catch {
      // The test has failed already.
    }
    return String(error?.stack ?? error);
  } finally {
    restore();
  }
}

class Runner {
  #files = new Map();
  #times = new Map();
  #space;
  #testFiles;
  /** How many mutants this process has run. */
  #runs = 0;
  #spoilt = false;

  constructor({ testFiles }) {
    this.#testFiles = testFiles;
    this.#space = globalThis.__stryker__ ??= {};
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  async #load(file) {
    if (!this.#files.has(file)) this.#files.set(file, await compile(file));
    return this.#files.get(file)();
  }

  /** Whether a test fails without a mutant. */
  async #fails({ file, id }) {
    return !!(await failure((await this.#load(file)).find((test) => test.id === id)));
  }

  async dryRun() {
    const space = this.#space;
    space.activeMutant = undefined;
    const tests = [];
    for (const file of this.#testFiles)
      for (const test of await this.#load(file)) {
        const from = performance.now();
        space.currentTestId = test.id;
        const failureMessage = await failure(test);
        space.currentTestId = undefined;
        const timeSpentMs = performance.now() - from;
        this.#times.set(test.id, timeSpentMs);
        tests.push({
          id: test.id,
          name: test.id,
          fileName: file,
          timeSpentMs,
          status: failureMessage ? 1 : 0,
          failureMessage,
        });
      }
    return { status: 'complete', tests, mutantCoverage: space.mutantCoverage };
  }

  async mutantRun({ activeMutant, hitLimit, reloadEnvironment, testFilter }) {
    const space = this.#space;
    // Stryker starts another process, and runs the mutant there.
    if (this.#spoilt) throw new Error('A mutant before has changed what tests share.');
    this.#runs++;
    // A mutant of what runs while a file is loaded: every test may tell, and `testFilter` names files.
    const wanted = reloadEnvironment ? undefined : new Set(testFilter);
    const tests = [];
    space.hitCount = 0;
    space.hitLimit = hitLimit;
    space.activeMutant = reloadEnvironment ? activeMutant.id : undefined;
    try {
      for (const file of this.#testFiles)
        if (!wanted || testFilter.some((id) => id.startsWith(`${file}#`)))
          for (const test of await this.#load(file)) if (!wanted || wanted.has(test.id)) tests.push(test);
    } catch (error) {
      return { status: 'killed', killedBy: [], failureMessage: String(error), nrOfTests: 0 };
    }
    space.activeMutant = activeMutant.id;
    const time = ({ id }) => this.#times.get(id) ?? 0;
    tests.sort((one, other) => time(one) - time(other));
    for (const [index, test] of tests.entries()) {
      const failureMessage = await failure(test);
      if (space.hitCount > hitLimit) return { status: 'timeout', reason: 'hit limit' };
      if (!failureMessage) continue;
      space.activeMutant = undefined;
      this.#spoilt = await this.#fails(test);
      if (!this.#spoilt || this.#runs === 1)
        return { status: 'killed', killedBy: [test.id], failureMessage, nrOfTests: index + 1 };
      throw new Error('The test fails without the mutant, too.');
    }
    return { status: 'survived', nrOfTests: tests.length };
  }
}

const factory = (options) => new Runner(options);
factory.inject = ['options'];
export const strykerPlugins = [{ kind: 'TestRunner', name: 'scripts', factory }];
