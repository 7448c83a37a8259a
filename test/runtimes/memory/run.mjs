// node test/runtimes/memory/run.mjs: what the device takes of QuickJS and Duktape, in memory and time.
//   --check         its bounds, by bounds.mjs; ends with `N passed, N failed` (pnpm test:heap)
//   --write         the tables of docs/constrained.md, with peers
//   --espruino FILE Espruino's MQTT module, which no registry carries: espruino.com/modules/MQTT.js. Without it the page keeps its figures
// Build the workspace first.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ENGINES } from '../engines/all.mjs';
import { installFromNpm } from '../install.mjs';
import { held } from './bounds.mjs';
import { keptOn } from './kept.mjs';
import { loaded, registered, withFiles, withoutStrip, withStrip, worked } from './measure.mjs';
import { duktapeMeter, quickjsMeter } from './meters.mjs';
import { espruinoMqtt, u8MqttPacket } from './peers.mjs';
import { espruinoCells, tables } from './table.mjs';

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
  const page = path('docs/constrained.md');
  const broad = await quickjsMeter(64);
  const text = await withFiles(async (file) => {
    const rowOf = async ({ label, from, module, foreign }) => {
      const code = read(from);
      const [stripped, plain] = [withStrip(code), withoutStrip(code)].map((each) => [
        ...(module ? ['-m'] : []),
        file(each),
      ]);
      return {
        label,
        text: code.length,
        stripped: await loaded(narrow, ...stripped),
        plain: await loaded(narrow, ...plain),
        wide: await loaded(broad, ...stripped),
        duktape: module || foreign ? undefined : await loaded(duk, from),
      };
    };
    const u8 = await u8Measured(file);
    const rows = [];
    for (const one of [
      ...FILES.map((name) => ({ label: `\`${name}\``, from: dist(name) })),
      { label: '`mote-device.es5.js`', from: dist('mote-device.es5.js') },
      { label: '`mote-device.min.js`, the module', from: dist('mote-device.min.js'), module: true },
      { label: '`mote-codec.es5.min.js`, the codec alone', from: path('packages/codec/dist/mote-codec.es5.min.js') },
      {
        label: `u8-mqtt-packet ${u8.version} in ES5, with a text codec: a codec alone`,
        from: u8.file,
        foreign: true,
      },
    ])
      rows.push(await rowOf(one));
    const espruino = values.espruino ? await espruinoMeasured(file, rowOf) : keptOn(read(page));
    const ahead = await loaded(narrow, '-c', dist(FILES[2]));
    const functions = read(dist(FILES[2])).match(/\bfunction\b/g).length;
    return tables({ rows, quickjs, duktape, ahead, u8, espruino, functions });
  });
  console.log(text);
  if (!values.write) return;
  const between = /(<!-- measured -->\n)[\s\S]*?(<!-- end -->)/;
  writeFileSync(
    page,
    read(page).replace(between, (_, from, to) => `${from}${text}${to}`),
  );
}

async function u8Measured(file) {
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

async function espruinoMeasured(file, rowOf) {
  const from = file(await espruinoMqtt(values.espruino));
  const work = async (engine) => ({ work: await worked(engine, from, 'espruino') });
  return espruinoCells(await rowOf({ from }), { quickjs: await work(narrow), duktape: await work(duk) });
}
