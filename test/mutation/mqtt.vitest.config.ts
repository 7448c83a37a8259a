import { mergeConfig } from 'vitest/config';
import client from './client.vitest.config.ts';

/** The tests that judge the machines of MQTT in virtual time. */
export default mergeConfig(
  { ...client, test: {} },
  {
    test: {
      include: [
        'client',
        'connection',
        'reconnect',
        'topic-tree',
        'outbound',
        'inbound',
        'fifo',
        'conformance',
        'subscriptions',
      ].map((name) => `test/client/mqtt/${name}.test.ts`),
      coverage: { provider: 'v8', include: ['packages/client/src/mqtt/**'], reporter: ['text'] },
    },
  },
);
