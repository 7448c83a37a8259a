// docs/from-mqtt-js.md: the file before, with MQTT.js, and the file after, run as they stand at one broker; only where they dial is changed.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { run } from '../lane.mjs';

const TEXT = readFileSync(new URL('../../../docs/from-mqtt-js.md', import.meta.url), 'utf8');
/** Within this folder, so that `mqtt` and `@mote/client` are found. */
const FOLDER = fileURLToPath(new URL('dist/', import.meta.url));

function block(language) {
  const [, text] = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(TEXT) ?? [];
  if (text === undefined) throw new Error(`docs/from-mqtt-js.md shows no block of ${language}`);
  return text;
}

const FILES = {
  before: (port) => block('text').replace('mqtts://broker.example.org', `mqtt://127.0.0.1:${port}`),
  after: (port) =>
    ts.transpile(
      block('ts').replace("host: 'broker.example.org'", `host: '127.0.0.1', port: ${port}, transport: 'tcp'`),
      { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    ),
};

/** What the broker passed on of one of the two files, and how it ended. */
export async function migration(broker, Observer, name) {
  const file = join(FOLDER, `${name}.mjs`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, FILES[name](broker.port));
  const observer = new Observer(broker.port);
  await observer.subscribe('sensor-17/#');
  observer.publish('sensor-17/commands', 'led on', 1, true);
  const { code, stdout, stderr } = await run(process.execPath, [file], { cwd: FOLDER });
  const seen = observer.seen
    .filter(({ topic, retain }) => topic !== 'sensor-17/commands' && !retain) // retained: of the run before
    .map(({ topic, payload, qos }) => `${topic} ${payload} ${qos}`);
  observer.close();
  return { code, stdout: stdout.trim(), stderr, seen };
}

export const EXPECTED = [
  'sensor-17/state awake 1',
  ...[21.5, 21.7, 21.6].map((celsius) => `sensor-17/temperature {"celsius":${celsius}} 1`),
  'sensor-17/state asleep 1',
];
