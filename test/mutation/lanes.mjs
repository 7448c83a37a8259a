// Lanes of mutation tests: sources, and the tests that judge them in virtual time, without sockets, processes or a build.

import { readdirSync } from 'node:fs';

const root = new URL('../../', import.meta.url);

/** The files below a folder whose names end so, without these. */
function files(folder, end, without = []) {
  return readdirSync(new URL(folder, root), { recursive: true })
    .map((name) => `${folder}/${name}`)
    .filter((path) => path.endsWith(end) && !without.some((name) => path.endsWith(`/${name}${end}`)))
    .sort();
}

const named = (folder, names, end) => names.map((name) => `${folder}/${name}${end}`);
const tests = (folder, ...names) => named(`test/client${folder}`, names, '.test.ts');
const sources = (room, ...names) => named(`packages/client/src/${room}`, names, '.ts');

/** Tests of the codec that measure, build or compile. */
export const OTHERWISE = [
  'allocation',
  'codes',
  'docstrings',
  'entries',
  'es5',
  'growth',
  'size',
  'tshark',
  'walls',
  'differential',
];
/** Those that load modules a second time, beside other globals: vitest alone can do that. */
const RELOADING = ['bare-engine', 'encoder-memory'];

/** The tests that judge the machines of MQTT in virtual time. */
export const MQTT = tests(
  '/mqtt',
  ...[
    'actions',
    'client',
    'client-dial',
    'client-session',
    'connection',
    'delivery',
    'store-records',
    'reconnect',
    'recovery',
    'time-limit',
    'topic-tree',
    'outbound',
    'inbound',
    'expiry',
    'fifo',
    'conformance',
    'subscription',
    'subscriptions',
    'subscription-changes',
    'prepared',
    'error',
  ],
);

/** `floor`: the score of a file, below which a run fails. */
export const LANES = {
  codec: {
    floor: 95,
    sources: files('packages/codec/src', '.ts'),
    tests: files('test/codec', '.test.ts', [...OTHERWISE, ...RELOADING]),
  },
  mqtt: {
    floor: 90,
    sources: files('packages/client/src/mqtt', '.ts'),
    tests: [...MQTT, ...tests('', 'session')],
  },
  registration: {
    floor: 95,
    sources: files('packages/client/src/dps', '.ts'),
    tests: tests(
      '',
      ...['registration', 'reply', 'topics', 'progress', 'wire-bytes', 'secret-mask', 'secret-forms', 'errors', 'sas'],
    ),
  },
  framing: {
    floor: 95,
    sources: [
      ...sources('transport/websocket', 'frame', 'frame-reader', 'handshake'),
      ...sources('transport', 'http-head'),
    ],
    tests: tests('', 'frames', 'upgrade'),
  },
  azure: {
    floor: 90,
    sources: files('packages/client/src/azure', '.ts'),
    tests: [...tests('/azure', 'crypto', 'hub-words', 'password', 'topics-and-names'), ...tests('', 'sas', 'topics')],
  },
};
