// What our tests use of `vitest`, in the process that asks: `expect` and `vi.spyOn` are its own; `test`, `describe` and the hooks
// collect functions. Everything else is missing, so that a test that needs it fails in the dry run.

import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const vitest = createRequire(
  realpathSync(fileURLToPath(new URL('../../node_modules/vitest/package.json', import.meta.url))),
);
const { chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend } = await import(
  pathToFileURL(vitest.resolve('@vitest/expect')).href
);
const { fn, restoreAllMocks, spyOn } = await import(pathToFileURL(vitest.resolve('@vitest/spy')).href);
for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);

const stubs = new Map();
const vi = {
  fn,
  spyOn,
  restoreAllMocks,
  stubGlobal(name, value) {
    if (!stubs.has(name)) stubs.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  },
  unstubAllGlobals() {
    for (const [name, was] of stubs) {
      delete globalThis[name];
      if (was) Object.defineProperty(globalThis, name, was);
    }
    stubs.clear();
  },
};

/** After each test: what it has replaced is there again, even if it failed in between. */
export function restore() {
  restoreAllMocks();
  vi.unstubAllGlobals();
}

/** The tests of one file, in their order, and the module that it imports as `vitest`. */
export function collector() {
  const tests = [];
  const hooks = () => ({ beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] });
  let suite = { title: '', parent: undefined, ...hooks() };

  const body = (args) => args.find((arg) => typeof arg === 'function');
  const test = (title, ...args) => tests.push({ title: `${suite.title}${title}`, suite, run: body(args) });
  const describe = (title, ...args) => {
    const parent = suite;
    suite = { title: `${parent.title}${title} > `, parent, ...hooks() };
    body(args)();
    suite = parent;
  };
  const each = (declare) =>
    Object.assign(declare, {
      each:
        (rows) =>
        (title, ...args) => {
          const run = body(args);
          const spread = rows.every((row) => Array.isArray(row));
          rows.forEach((row, index) => {
            declare(`${title} (${index})`, () => (spread ? run(...row) : run(row)));
          });
        },
      skipIf: (skipped) => (skipped ? () => {} : declare),
    });
  const hook = (name) => (run) => void suite[name].push(run);
  return {
    tests,
    vitest: {
      test: each(test),
      it: test,
      describe: each(describe),
      expect: chai.expect,
      vi,
      ...Object.fromEntries(Object.keys(hooks()).map((name) => [name, hook(name)])),
    },
  };
}
