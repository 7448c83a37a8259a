// pnpm test:runtimes [--only ID,ID] [--ci] [--device]: the vector suite, and a device from its key to its telemetry, on every engine that
// can be had. Ends with `N passed, N failed`, counted in engines and builds, and one for the device on each engine; an engine that could
// not be had is named with the reason, and has failed in CI. CI runs the ES5 build alone, on the engines that are quick to get, and a
// sample of its checks on three that interpret, which takes a quarter of the time of all (Hermes: 30 s, and 122).
// `--device` leaves the codec's suite out, and writes the part of docs/runtimes.md that is about the device.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runInNewContext } from 'node:vm';
import { measureDevice, startServices } from './device.mjs';
import { ENGINES } from './engines/all.mjs';
import { installFromNpm } from './install.mjs';
import { measure } from './measure.mjs';
import { deviceSection, documentOf, lineOf } from './table.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { values } = parseArgs({
  options: { only: { type: 'string' }, ci: { type: 'boolean' }, device: { type: 'boolean' } },
});
const engines = ENGINES.filter(({ id, ci, device }) =>
  values.only ? values.only.split(',').includes(id) : (ci || !values.ci) && (device || !values.device),
);
if (engines.length === 0) throw new Error(`--only knows ${ENGINES.map(({ id }) => id).join(', ')}`);

// Codec, device and emulator as they stand in the sources; nothing is written when they stand built.
execFileSync(process.execPath, [join(root, 'build/build.mjs')], { stdio: 'inherit' });
const { machinesScript, suiteScript } = await import('./build/script.mjs');

const problem = installFromNpm(engines);
if (problem) console.log(`npm: ${problem}`);

const folder = mkdtempSync(join(tmpdir(), 'mote-runtimes-'));
try {
  const scripts = await writeScripts();
  const { sample, ...whole } = scripts;
  const references = {
    codec: referenceResult(scripts.es5),
    sample: referenceResult(sample),
    machines: referenceResult(scripts.machines),
  };
  const services = await startServices(join(folder, 'device'));
  const measurements = [];
  for (const engine of engines) {
    const { machines } = scripts;
    const inCi = Object.fromEntries((engine.ciForms ?? ['es5', 'machines']).map((form) => [form, scripts[form]]));
    const wanted = values.device ? { machines } : values.ci ? inCi : whole;
    const measurement = await measure(engine, wanted, references);
    measurements.push({
      ...measurement,
      device: measurement.missing ? undefined : await measureDevice(engine, services),
    });
    console.log(lineOf(measurements.at(-1)));
  }
  for (const { azure } of services) await azure.close();
  if (!values.only && !values.ci) {
    const page = join(root, 'docs/runtimes.md');
    const text = values.device
      ? readFileSync(page, 'utf8').replace(/<!-- device -->[\s\S]*<!-- end -->\n/, () => deviceSection(measurements))
      : documentOf(measurements, new Date().toISOString().slice(0, 10));
    writeFileSync(page, text);
  }
  summarize(measurements);
} finally {
  rmSync(folder, { recursive: true });
}

async function writeScripts() {
  const scripts = {
    es5: join(folder, 'suite.js'),
    sample: join(folder, 'sample.js'),
    module: join(folder, 'suite.mjs'),
    worker: join(folder, 'worker.capnp'),
    machines: join(folder, 'machines.js'),
  };
  writeFileSync(scripts.machines, machinesScript());
  writeFileSync(scripts.es5, await suiteScript('es5'));
  writeFileSync(scripts.sample, await suiteScript('sample'));
  writeFileSync(scripts.module, await suiteScript('module'));
  writeFileSync(join(folder, 'worker.mjs'), await suiteScript('worker'));
  writeFileSync(
    scripts.worker,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "suite", worker = (
  modules = [(name = "suite", esModule = embed "worker.mjs")], compatibilityDate = "2026-11-01"))]);
`,
  );
  return scripts;
}

/** What each engine is compared with: how many checks there are, and the sum of what was said in them. */
function referenceResult(script) {
  let said = '';
  runInNewContext(readFileSync(script, 'utf8'), { print: (line) => (said = line) });
  return JSON.parse(said);
}

function summarize(measurements) {
  const runs = measurements.flatMap(({ runs: suites = [], device }) => [...suites, ...(device ? [device] : [])]);
  const passed = runs.filter(({ failures }) => failures.length === 0).length;
  const missing = values.ci ? measurements.filter((measurement) => measurement.missing).length : 0;
  const failed = runs.length - passed + missing;
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
}
