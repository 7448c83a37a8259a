import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(`packages/${path}`, import.meta.url));

/** Tests that leave their process as it was: no clock, global, module or folder is replaced, and nobody counts what is open. */
const SHARING = [
  'test/codec/**/!(bare-engine|encoder-memory|topic-cache).test.ts',
  'test/client/{attestation,mqtt}/**/*.test.ts',
  'test/client/{errors,registration,reply,rooms,sas,topics,wire-bytes}.test.ts',
  'test/cli/packets/**/*.test.ts',
];
const ELSEWHERE = ['**/node_modules/**', 'test/interop/**'];
/** Tables of every case, models and measurements: `pnpm test:long`, so that `pnpm test` stays under 90 s on two cores. */
const LONG = [
  'test/codec/growth.test.ts',
  'test/client/{echoes,explain,registration.model,request-ids}.test.ts',
  'test/client/faults/{faults,misdeeds}.test.ts',
  'test/client/attestation/{credentials,kinds,dress}.test.ts',
  'test/client/mqtt/{client.model,soak,store}.test.ts',
  'test/client/hub/month.test.ts',
  'test/cli/{hostile-peers,mistakes,provision-process}.test.ts',
  'test/cli/files/{kinds,reading}.test.ts',
  'test/cli/packets/round-trip.test.ts',
  'test/docs/{code-types,shell-blocks}.test.ts',
  'test/emulator/{attack,fuzz,mirror}.test.ts',
];

export default defineConfig({
  resolve: {
    // Tests read the sources, so that coverage and mutation speak of what people edit; size and packaging tests read dist.
    alias: [
      { find: /^@mote\/([a-z]+)$/, replacement: `${source('$1')}/src/index.ts` },
      { find: /^@mote\/client\/(lean|core)$/, replacement: `${source('client/src')}/$1.ts` },
      { find: '@mote/client/tls', replacement: source('client/src/tls.ts') },
      { find: '@mote/client/azure', replacement: source('client/src/azure/index.ts') },
      { find: '@mote/client/explain', replacement: source('client/src/explain/index.ts') },
      { find: '@mote/emulator/files', replacement: source('emulator/src/files/index.ts') },
      { find: '@mote/client/material', replacement: source('client/src/attestation/material/index.ts') },
      { find: /^@mote\/codec\/annotate$/, replacement: source('codec/src/annotate.ts') },
      { find: /^@mote\/codec\/([a-z]+)$/, replacement: source('codec/src/packets/$1.ts') },
    ],
  },
  test: {
    reporters: ['default', './test/reporter/results.ts', './test/reporter/count.ts'],
    // Against tests that hang, not to measure: on a machine that is busy with other things everything takes long.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // A test that asserts nothing cannot fail.
    expect: { requireAssertions: true },
    // Half of the files wait for sockets and processes: on two cores three workers take half the time of one.
    maxWorkers: 3,
    projects: [
      // These can share a process: their files load in a third of the time.
      { extends: true, test: { name: 'sharing', include: SHARING, exclude: LONG, isolate: false } },
      // The others replace clocks, globals and modules, or count what a process has open: each file has one of its own.
      {
        extends: true,
        test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: [...SHARING, ...LONG, ...ELSEWHERE] },
      },
      { extends: true, test: { name: 'long', include: LONG } },
    ],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**'],
      reporter: ['text-summary', 'json-summary'],
      // Floors, below which `pnpm test:nodes` fails; much of the command and of its pages runs in processes and browsers, unseen here.
      thresholds: {
        'packages/client/src/**': { lines: 97, branches: 92 },
        'packages/emulator/src/**': { lines: 96, branches: 87 },
        'packages/cli/src/**': { lines: 73, branches: 70 },
      },
    },
  },
});
