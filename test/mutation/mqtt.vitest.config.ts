import { fileURLToPath } from 'node:url';
import { mergeConfig } from 'vitest/config';
import codec from './vitest.config.ts';

const { MQTT } = (await import(new URL('lanes.mjs', import.meta.url).href)) as { readonly MQTT: string[] };

const client = fileURLToPath(new URL('../../packages/client/src/index.ts', import.meta.url));
const file = (names: string) => `packages/client/src/mqtt/${names}.ts`;

/** The tests of the machines of MQTT reach every line, branch and function of them. */
export default mergeConfig(
  { ...mergeConfig(codec, { resolve: { alias: [{ find: /^@mote\/client$/, replacement: client }] } }), test: {} },
  {
    test: {
      include: MQTT,
      isolate: false,
      coverage: {
        provider: 'v8',
        include: [file('*')],
        // Declarations alone; a store and a Session that have tests of their own.
        exclude: [file('{client-options,session-options,session,store,subscriptions-options}')],
        reporter: ['text'],
        reportsDirectory: '.cache/coverage/machines',
        thresholds: { 100: true },
      },
    },
  },
);
