import { readJson } from '@mote/client/material';
import {
  type EmulatorOptions,
  parseConfig,
  parseScenario,
  SCENARIOS,
  type ScenarioName,
  SINGLE_FAULTS,
} from '@mote/emulator';
import { wholeNumber } from '../arguments.ts';
import type { Flag, Invocation } from '../command.ts';
import { flagFile, readFrom } from '../flags/flag-file.ts';

/** The flags of `mote emulate`. */
export const EMULATE_FLAGS: readonly Flag[] = [
  { name: 'host', value: 'ADDR', summary: 'address to listen on; default 127.0.0.1' },
  { name: 'port', value: 'N', summary: 'MQTT over TLS; default 0: any free port' },
  { name: 'ws-port', value: 'N', summary: 'MQTT over WebSocket; default 0: any free port' },
  { name: 'api-port', value: 'N', summary: 'service API over HTTP on loopback; 0: any free port; default: none' },
  {
    name: 'config',
    value: 'FILE',
    summary: 'enrollments in the JSON of the service; read again when the file changes',
  },
  {
    name: 'scenario',
    value: 'NAME|FILE',
    summary: 'faults to rehearse: a name of the list below, or a file',
    offers: [...Object.keys(SCENARIOS), ...Object.keys(SINGLE_FAULTS)],
  },
  { name: 'dir', value: 'DIR', summary: 'write ca.pem and device certificates here' },
  {
    name: 'ca-dir',
    value: 'DIR',
    summary: 'folder that keeps the certificate authorities over restarts; they are made when it has none',
  },
  {
    name: 'name',
    value: 'NAME,…',
    summary: 'more names for the certificate, such as global.azure-devices-provisioning.net',
  },
  { name: 'state', value: 'FILE', summary: 'file that keeps registrations, twins, queues and sessions over restarts' },
  { name: 'polls', value: 'N', summary: 'polls until a device is assigned; default 1' },
  { name: 'retry-after', value: 'SECONDS', summary: 'retry-after of answers that ask to wait; default 3' },
  { name: 'seed', value: 'N', summary: 'the same seed and the same requests give the same transcript' },
  { name: 'ui', summary: 'a dashboard for the browser, on loopback; its address is printed' },
  { name: 'ui-port', value: 'N', summary: 'port of the dashboard; default 0: any free port' },
  { name: 'throttle', summary: 'enforce the quotas of the service' },
  { name: 'json', summary: 'one JSON object a line: listening first, then every event' },
  { name: 'verbose', short: 'v', summary: 'packets too' },
];

/** The options for `startEmulator`, from flags and the files that they name. Throws UsageError, and ConfigError of the emulator. */
export function emulatorOptions(invocation: Invocation): EmulatorOptions {
  const config = invocation.text('config');
  const host = invocation.text('host');
  const port = wholeNumber(invocation, 'port', 0, 65_535);
  const webSocketPort = wholeNumber(invocation, 'ws-port', 0, 65_535);
  const apiPort = wholeNumber(invocation, 'api-port', 0, 65_535);
  const pollsBeforeAssigned = wholeNumber(invocation, 'polls', 0, 1000);
  const retryAfterSeconds = wholeNumber(invocation, 'retry-after', 0, 86_400);
  const seed = wholeNumber(invocation, 'seed', 0, 4_294_967_295);
  const scenario = invocation.text('scenario');
  const stateFile = invocation.text('state');
  const authority = invocation.text('ca-dir');
  const serverNames = invocation
    .text('name')
    ?.split(',')
    .map((name) => name.trim());
  return {
    ...(config === undefined ? {} : parseConfig(jsonFile('config', config))),
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(webSocketPort === undefined ? {} : { webSocketPort }),
    ...(apiPort === undefined ? {} : { apiPort }),
    ...(pollsBeforeAssigned === undefined ? {} : { pollsBeforeAssigned }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(seed === undefined ? {} : { seed }),
    ...(scenario === undefined ? {} : { scenario: scenarioOf(scenario) }),
    stateFile,
    authority,
    serverNames,
    ...(invocation.on('throttle') ? { throttling: 'service' as const } : {}),
  };
}

/** A word of small letters, digits and dashes is the name of a scenario. With any other character, such as a dot, it is a file. */
function scenarioOf(text: string): NonNullable<EmulatorOptions['scenario']> {
  // Not checked here: the emulator refuses an unknown name.
  return /^[a-z\d-]+$/.test(text) ? (text as ScenarioName) : parseScenario(jsonFile('scenario', text));
}

/** Bytes. An export of the enrollments of a large instance has some megabytes. */
const MOST_JSON = 64 * 1024 * 1024;

function jsonFile(flag: string, path: string): unknown {
  return readFrom(flag, path, () => readJson(flagFile(flag, path, MOST_JSON)));
}
