// The lane of the codec, turned to the machines of MQTT.

import { readFileSync } from 'node:fs';

const codec = JSON.parse(readFileSync(new URL('../../stryker.config.json', import.meta.url), 'utf8'));

export default {
  ...codec,
  vitest: { configFile: 'test/mutation/mqtt.vitest.config.ts', related: false },
  mutate: ['packages/client/src/mqtt/*.ts'],
  incrementalFile: '.cache/stryker-mqtt-incremental.json',
  tempDirName: '.cache/stryker-mqtt',
  jsonReporter: { fileName: '.cache/mutation-mqtt.json' },
  thresholds: { high: 95, low: 90, break: 90 },
};
