import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const PACKAGES = fileURLToPath(new URL('packages/', import.meta.url));

/** Leads `@mote/...` to the module that package.json names, in dist or as the source of it. */
function entries(place: 'src' | 'dist') {
  return ['codec', 'client', 'emulator'].flatMap((name) => {
    const { exports } = JSON.parse(readFileSync(`${PACKAGES}${name}/package.json`, 'utf8')) as {
      exports: Record<string, string | { module?: string; default: string }>;
    };
    return Object.entries(exports).flatMap(([entry, target]) => {
      if (typeof target === 'string') return [];
      // In dist that which bundlers get, where it is another.
      const built = PACKAGES + name + ((place === 'dist' && target.module) || target.default).slice(1);
      const replacement = place === 'dist' ? built : built.replace(/\/dist\/(.*)\.js$/, '/src/$1.ts');
      return [{ find: new RegExp(`^@mote/${name}${entry.slice(1)}$`), replacement }];
    });
  });
}

/** The codec asks for nothing but the language. */
const CODEC = ['test/codec/**/*.test.ts'];
/**
 * What else the language alone decides, without sockets, files or processes, in virtual time where time passes: these share a process, and run
 * on one Node (test/nodes). Nothing in that process dials, so that a clock that one of them replaces is nobody else's.
 */
const LANGUAGE = [
  'test/cli/packets/**/*.test.ts',
  'test/cli/{arguments,diagram,doctor-sas,explain,explain-pasted,hand-over,inspect-packets,printable,shown,ui-device}.test.ts',
  'test/client/azure/**/*.test.ts',
  'test/client/hub/life.test.ts',
  'test/client/mqtt/!(client|connect|publish|signals|subscribe|transports|words).test.ts',
  'test/client/{faults/bugs,frames,progress,registration,reply,rooms,sas,secret-forms,secret-mask}.test.ts',
  'test/client/{session,session.model,state-diagrams,topics,upgrade,web-socket-close,wire-bytes}.test.ts',
  'test/emulator/folders.test.ts',
];
/** The others that leave their process as it was: no clock, global, module or folder is replaced, and nobody counts what is open. */
const SHARING = [
  'test/client/attestation/**/*.test.ts',
  'test/client/mqtt/{client,connect,publish,signals,subscribe,transports,words}.test.ts',
  'test/client/hub/{bad-input,device,hand-made-hub,new-device-id,open-device,words}.test.ts',
  'test/client/{errors,field-sockets,import,revived-errors}.test.ts',
  'test/cli/{completion,device,doctor,doctor-!(sas),explain-!(pasted),first-contact}.test.ts',
  'test/cli/{key-as-payload,mqtt-commands,mqtt-flags,wrong-port}.test.ts',
  'test/cli/{ui-dashboard,ui-event-stream}.test.ts',
  'test/cli/files/*.test.ts',
  // Without those that replace the clock or measure memory.
  'test/emulator/**/!(allocation|malformed|robustness|rooms).test.ts',
];
/** Of the documents, the packages and these tests themselves: they read files that are the same on every Node, and run on one. */
const REPOSITORY = [
  'test/*.test.ts',
  'test/{ci,evidence,packaging}/*.test.ts',
  'test/client/size.test.ts',
  'test/docs/{code-blocks,commands,pictures}.test.ts',
  'test/support/*.test.ts',
];
const ELSEWHERE = ['**/node_modules/**', 'test/interop/**'];
/** Tables of every case, models and measurements: `pnpm test:long`, so that `pnpm test` stays under 90 s on two cores. */
const LONG = [
  'test/codec/{allocation,docstrings,es5,growth,purity}.test.ts',
  'test/client/{device-files,echoes,explain,registration.model,request-ids}.test.ts',
  'test/client/faults/{faults,peer-cases}.test.ts',
  'test/client/attestation/{credentials,kinds,dress}.test.ts',
  'test/client/mqtt/{client.model,soak,store}.test.ts',
  'test/client/hub/month.test.ts',
  'test/cli/{explain-others,hostile-peers,mistakes,provision-process}.test.ts',
  'test/cli/files/{kinds,paths,reading}.test.ts',
  'test/cli/packets/{captures,dresses,round-trip}.test.ts',
  'test/docs/{code-types,docstring-examples,shell-blocks}.test.ts',
  'test/emulator/{attack,fuzz,mirror}.test.ts',
];
/** Long too, and decided by the sockets, files and processes of Node: `pnpm test:nodes` runs these on each. */
const LONG_EDGE = [
  'test/cli/{device-process,emulate-process,full-disk}.test.ts',
  'test/docs/ci-job.test.ts',
  'test/emulator/{bounded,damaged-state,floods,kept-events,malformed}.test.ts',
];

/** These load modules a second time, beside other globals, which only the module runner of vitest can: always from the sources. */
// Memory that is transferred has a process of its own, too: in one that had run for minutes V8 (Node 20) once read a stale length.
const RELOADING = ['test/codec/{bare-engine,encoder-memory,misuse-memory,topic-cache}.test.ts'];
/**
 * With MOTE_BUILT=1, in a built workspace, tests load the modules of dist, as Node does: less CPU time for each file that has a
 * process of its own. Without it they read the sources, and need no build.
 */
const BUILT =
  process.env['MOTE_BUILT'] === undefined
    ? []
    : [
        // The codec is built into one file: a test of a part of it reads the source.
        { find: /^.*\/packages\/((?!codec)[a-z]+)\/src\/(.*)\.ts$/, replacement: `${PACKAGES}$1/dist/$2.js` },
        ...entries('dist'),
      ];
const resolve = { alias: BUILT };

export default defineConfig({
  resolve: {
    // Coverage and mutation speak of what people edit.
    alias: entries('src'),
  },
  test: {
    reporters: ['default', './test/reporter/results.ts', './test/reporter/count.ts'],
    // Against tests that hang, not to measure: on a machine that is busy with other things everything takes long.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // Sentences are broken where whoever runs the tests has exported a width.
    env: { COLUMNS: '' },
    // A test that asserts nothing cannot fail.
    expect: { requireAssertions: true },
    server: { deps: { external: [/\/packages\/[a-z]+\/dist\//] } },
    // Half of the files wait for sockets and processes: on two cores three workers take half the time of one.
    maxWorkers: 3,
    projects: [
      // Those below can share processes: 14 files of the emulator take 15 s of CPU time so, and 28 s in one each.
      {
        extends: true,
        resolve,
        test: { name: 'codec', include: CODEC, exclude: [...LONG, ...RELOADING], isolate: false },
      },
      { extends: true, resolve, test: { name: 'language', include: LANGUAGE, exclude: LONG, isolate: false } },
      {
        extends: true,
        resolve,
        test: {
          name: 'sharing',
          include: SHARING,
          exclude: [...LONG, ...LONG_EDGE],
          setupFiles: ['test/support/tls-first.ts'],
          isolate: false,
        },
      },
      // The others replace clocks, globals and modules, or count what a process has open: each file has one of its own.
      {
        extends: true,
        resolve,
        test: {
          name: 'alone',
          include: ['test/**/*.test.ts'],
          exclude: [...CODEC, ...LANGUAGE, ...SHARING, ...REPOSITORY, ...LONG, ...LONG_EDGE, ...ELSEWHERE],
        },
      },
      { extends: true, resolve, test: { name: 'repository', include: REPOSITORY } },
      { extends: true, test: { name: 'reloading', include: RELOADING } },
      { extends: true, test: { name: 'long', include: LONG } },
      { extends: true, resolve, test: { name: 'long-edge', include: LONG_EDGE } },
    ],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**'],
      reporter: ['text-summary', 'json-summary'],
      // Of its own: those of the codec and of the machines may be measured at the same time (test/mutation).
      reportsDirectory: '.cache/coverage/packages',
      // Floors, below which `pnpm test:nodes` fails; much of the command and of its pages runs in processes and browsers, unseen here.
      thresholds: {
        'packages/client/src/**': { lines: 97, branches: 92 },
        'packages/emulator/src/**': { lines: 96, branches: 87 },
        'packages/cli/src/**': { lines: 73, branches: 70 },
      },
    },
  },
});
