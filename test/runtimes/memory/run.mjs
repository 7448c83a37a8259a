// node test/runtimes/memory/run.mjs: what the device takes of QuickJS and Duktape, in memory and time.
//   --check         its bounds, by bounds.mjs; ends with `N passed, N failed` (pnpm test:heap)
//   --write         the tables of docs/constrained.md, with peers
//   --espruino FILE Espruino's MQTT module in them, which no registry carries: espruino.com/modules/MQTT.js
// Build the workspace first.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ENGINES } from '../engines/all.mjs';
import { installFromNpm } from '../install.mjs';
import { held } from './bounds.mjs';
import { loaded, registered, withFiles, withoutStrip, withStrip, worked } from './measure.mjs';
import { duktapeMeter, quickjsMeter } from './meters.mjs';
import { espruinoMqtt, u8MqttPacket } from './peers.mjs';
import { tables } from './table.mjs';

const path = (relative) => fileURLToPath(new URL(`../../../${relative}`, import.meta.url));
const dist = (name) => path(`packages/client/dist/${name}`);
const read = (file) => readFileSync(file, 'utf8');
const { values } = parseArgs({
  options: { check: { type: 'boolean' }, write: { type: 'boolean' }, espruino: { type: 'string' } },
});
const FILES = ['mote-provision.es5.min.js', 'mote-telemetry.es5.min.js', 'mote-device.es5.min.js'];

const problem = installFromNpm(ENGINES.filter(({ id }) => id === 'qjs'));
if (problem) throw new Error(`npm: ${problem}`);
const [narrow, duk] = await Promise.all([quickjsMeter(32), duktapeMeter()]);
const quickjs = await measured(narrow);
const duktape = await measured(duk);
if (values.check) check();
else await show();

/** Of one engine: each file when it is loaded, a registration, and the work of the whole device. */
async function measured(engine) {
  const files = {};
  for (const name of FILES) files[name] = await loaded(engine, dist(name));
  return {
    name: engine.name,
    files,
    registration: await registered(engine, dist(FILES[0])),
    work: await worked(engine, dist(FILES[2]), 'mote'),
  };
}

function check() {
  const all = [held(quickjs, 'quickjs'), held(duktape, 'duktape')];
  for (const { lines } of all) console.log(lines.join('\n'));
  const [passed, failed] = ['passed', 'failed'].map((key) => all.reduce((sum, each) => sum + each[key], 0));
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
}

async function show() {
  const broad = await quickjsMeter(64);
  const text = await withFiles(async (file) => {
    const rows = [];
    const all = [
      ...FILES.map((name) => ({ label: `\`${name}\``, from: dist(name) })),
      { label: '`mote-device.es5.js`', from: dist('mote-device.es5.js') },
      { label: '`mote-device.min.js`, the module', from: dist('mote-device.min.js'), module: true },
      { label: '`mote-codec.es5.min.js`, the codec alone', from: path('packages/codec/dist/mote-codec.es5.min.js') },
    ];
    const peers = { u8: await u8(file), espruino: values.espruino && (await espruino(file)) };
    all.push({
      label: `u8-mqtt-packet ${peers.u8.version} in ES5, with a text codec: a codec alone`,
      from: peers.u8.file,
      foreign: true,
    });
    if (peers.espruino)
      all.push({ label: 'Espruino’s MQTT: no checks, nothing is sent again', from: peers.espruino.file });
    for (const { label, from, module, foreign } of all) {
      const code = read(from);
      const [stripped, plain] = [withStrip(code), withoutStrip(code)].map((each) => [
        ...(module ? ['-m'] : []),
        file(each),
      ]);
      rows.push({
        label,
        text: code.length,
        stripped: await loaded(narrow, ...stripped),
        plain: await loaded(narrow, ...plain),
        wide: await loaded(broad, ...stripped),
        duktape: module || foreign ? undefined : await loaded(duk, from),
      });
    }
    const ahead = await loaded(narrow, '-c', dist(FILES[2]));
    const functions = read(dist(FILES[2])).match(/\bfunction\b/g).length;
    return tables({ rows, quickjs, duktape, ahead, peers, functions });
  });
  console.log(text);
  if (!values.write) return;
  const page = path('docs/constrained.md');
  const between = /(<!-- measured -->\n)[\s\S]*?(<!-- end -->)/;
  writeFileSync(
    page,
    read(page).replace(between, (_, from, to) => `${from}${text}${to}`),
  );
}

async function u8(file) {
  const name = file(await u8MqttPacket());
  const versionOf = (manifest) => JSON.parse(read(path(manifest))).version;
  return {
    file: name,
    version: versionOf('bench/node_modules/u8-mqtt-packet/package.json'),
    codec: versionOf('test/runtimes/node_modules/fast-text-encoding/package.json'),
    work: await worked(narrow, name, 'u8'),
    onDuktape: await worked(duk, name, 'u8').then(
      () => 'nothing wrong',
      ({ stderr }) => `\`${stderr.trim().split(': ').slice(1).join(': ')}\``,
    ),
  };
}

async function espruino(file) {
  const name = file(await espruinoMqtt(values.espruino));
  return {
    file: name,
    quickjs: { work: await worked(narrow, name, 'espruino') },
    duktape: { work: await worked(duk, name, 'espruino') },
  };
}
