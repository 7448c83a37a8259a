import { fileURLToPath } from 'node:url';
import { mergeConfig } from 'vitest/config';
import codec from './vitest.config.ts';

const { MQTT } = (await import(new URL('lanes.mjs', import.meta.url).href)) as { readonly MQTT: string[] };

const client = fileURLToPath(new URL('../../packages/client/src/index.ts', import.meta.url));
const file = (names: string) => `packages/client/src/mqtt/${names}.ts`;

/** Branches that the tests of the machines of MQTT miss are named here; the others are all reached. */
export default mergeConfig(
  { ...mergeConfig(codec, { resolve: { alias: [{ find: /^@mote\/client$/, replacement: client }] } }), test: {} },
  {
    test: {
      include: MQTT,
      coverage: {
        provider: 'v8',
        include: [file('*')],
        // Declarations alone; a store and a Session that have tests of their own.
        exclude: [file('{client-options,session-options,session,store,subscriptions-options}')],
        reporter: ['text'],
        thresholds: {
          [file('{acknowledgement,dial-codes,fifo,inbound,outgoing-list}')]: { 100: true },
          [file('{packet-ids,peer-violation,queue-room}')]: { 100: true },
          [file('{reconnect,records,store-calls,subscriptions}')]: { 100: true },
          // A message whose caller was told already.
          [file('expiry')]: { branches: 90 },
          // An application that waits for the first message of a chunk.
          [file('subscription')]: { branches: 95 },
          // A dial that is told of late, and what is asked of a client that has ended.
          [file('{client,client-session}')]: { branches: 90 },
          // An error of the codec that is none of its own, or that names no size.
          [file('connection')]: { branches: 98 },
          // Records that come in order, an acknowledgement of an earlier connection, an end twice.
          [file('{delivery,outbound}')]: { branches: 96 },
          // Memory that is copied, or not; a topic that was encoded by its caller; an error that is ours already.
          [file('{error,outgoing,prepared}')]: { branches: 80 },
          // A filter that was never added.
          [file('topic-tree')]: { branches: 90 },
        },
      },
    },
  },
);
