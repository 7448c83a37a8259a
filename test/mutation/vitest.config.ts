import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const lanes = await import(new URL('lanes.mjs', import.meta.url).href);
const { OTHERWISE } = lanes as { readonly OTHERWISE: readonly string[] };

const source = (path: string) => fileURLToPath(new URL(`../../packages/codec/src/${path}`, import.meta.url));

/** The tests that judge the source of the codec, without those that measure, build or compile. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  resolve: {
    alias: [
      { find: /^@mote\/codec$/, replacement: source('index.ts') },
      { find: /^@mote\/codec\/annotate$/, replacement: source('annotate.ts') },
      { find: /^@mote\/codec\/([a-z]+)$/, replacement: source('packets/$1.ts') },
    ],
  },
  test: {
    coverage: {
      provider: 'v8',
      include: ['packages/codec/src/**'],
      reporter: ['text'],
      reportsDirectory: '.cache/coverage/codec',
      thresholds: { 100: true },
    },
    // In virtual time, without sockets: 37 files that share processes take 17 s of CPU time, and 35 s in one each.
    isolate: false,
    // On a busy machine the longest take half a minute.
    testTimeout: 60_000,
    include: ['test/codec/**/*.test.ts'],
    exclude: OTHERWISE.map((name) => `test/codec/${name}.test.ts`),
  },
});
