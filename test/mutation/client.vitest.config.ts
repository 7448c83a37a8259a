import { fileURLToPath } from 'node:url';
import { mergeConfig } from 'vitest/config';
import codec from './vitest.config.ts';

const client = fileURLToPath(new URL('../../packages/client/src/index.ts', import.meta.url));

/** The tests that judge the machines and the framing of the client in virtual time, without sockets. */
export default {
  ...mergeConfig(codec, { resolve: { alias: [{ find: /^@mote\/client$/, replacement: client }] } }),
  test: {
    include: ['session', 'registration', 'reply', 'topics', 'progress', 'wire-bytes', 'frames'].map(
      (name) => `test/client/${name}.test.ts`,
    ),
  },
};
