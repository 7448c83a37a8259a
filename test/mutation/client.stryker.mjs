// The lane of the codec, turned to the client: its machines and the framing of WebSocket.

import { readFileSync } from 'node:fs';

const codec = JSON.parse(readFileSync(new URL('../../stryker.config.json', import.meta.url), 'utf8'));

export default {
  ...codec,
  vitest: { configFile: 'test/mutation/client.vitest.config.ts' },
  mutate: [
    'packages/client/src/dps/registration.ts',
    'packages/client/src/mqtt/{connection,reconnect}.ts',
    'packages/client/src/transport/websocket/{frame,frame-reader}.ts',
  ],
  incrementalFile: '.cache/stryker-client-incremental.json',
  tempDirName: '.cache/stryker-client',
  jsonReporter: { fileName: '.cache/mutation-client.json' },
  thresholds: { high: 95, low: 85, break: 85 },
};
