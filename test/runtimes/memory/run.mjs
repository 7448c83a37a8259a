// node test/runtimes/memory/run.mjs: what the device takes of QuickJS and Duktape, in memory and time, as tables in Markdown; `--write`
// puts them into docs/constrained.md. Build the workspace and fetch the engines (`pnpm test:runtimes --ci`) first.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { newQuickJSWASMModuleFromVariant } from 'quickjs-emscripten-core';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const path = (relative) => `${root}${relative}`;
const read = (relative) => readFileSync(path(relative), 'utf8');
const here = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');
const DEVICE = 'packages/client/dist/mote-device.es5';
const PROVISION = 'packages/client/dist/mote-provision.es5.min.js';
const kilobytes = (bytes) => (bytes / 1024).toFixed(1);

const quickjs = await newQuickJSWASMModuleFromVariant(import('@jitl/quickjs-wasmfile-release-sync'));

/** A context of its own, and what its heap has more than an empty one: bytes, after what can be collected is. */
function open() {
  const runtime = quickjs.newRuntime();
  const vm = runtime.newContext();
  vm.newFunction('clock', () => vm.newNumber(performance.now())).consume((clock) =>
    vm.setProp(vm.global, 'clock', clock),
  );
  const used = () => {
    const usage = runtime.computeMemoryUsage();
    const bytes = vm.dump(usage).memory_used_size;
    usage.dispose();
    return bytes;
  };
  const run = (code) => vm.unwrapResult(vm.evalCode(code)).consume((value) => vm.dump(value));
  const empty = used();
  return { run, heap: () => used() - empty };
}

function loaded(code) {
  const { run, heap } = open();
  run(code);
  return heap();
}

function registrationIn(code) {
  const { run, heap } = open();
  run(code);
  run(here('registration.js'));
  const before = heap();
  let peak = 0;
  for (let step = 0; step < 7; step++) {
    run(`steps[${step}]()`);
    peak = Math.max(peak, heap() - before);
  }
  return { peak, after: heap() - before };
}

function packetsIn(code) {
  const { run, heap } = open();
  run(code);
  run(here('work.js'));
  const of = (call) => {
    run(`${call}(20)`);
    const before = heap();
    run(`${call}(100)`);
    return (heap() - before) / 100;
  };
  return { decoded: of('keepDecoded'), inFlight: of('inFlight') };
}

function timesIn(code) {
  const { run } = open();
  run(code);
  run(here('work.js'));
  return Object.fromEntries(
    ['encode', 'decode', 'hmac'].map((name) => [name, run(`timeOf('${name}', ${name === 'hmac' ? 50 : 500}, clock)`)]),
  );
}

/** The most that `duk` has had in memory, in KB, when it has loaded these; and what it printed. */
function duktape(...files) {
  return new Promise((resolve, reject) => {
    const child = spawn('duk', [...files, '-i'], { stdio: ['pipe', 'pipe', 'inherit'] });
    let said = '';
    child.on('error', reject);
    child.on('close', () => reject(new Error(`duk has ended: ${said}`)));
    child.stdout.on('data', (bytes) => {
      said += bytes;
      if (!said.includes('READY')) return;
      const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]);
      child.kill();
      resolve({ peak, said });
    });
    child.stdin.write('print("READY");\n');
  });
}

async function onDuktape() {
  const folder = mkdtempSync(join(tmpdir(), 'mote-memory-'));
  const file = (name, text) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const time = (name, times) =>
    `print('${name}', timeOf('${name}', ${times}, function () { return performance.now(); }));`;
  const times = ['encode', 'decode', 'hmac'].map((name) => time(name, name === 'hmac' ? 50 : 500)).join('\n');
  const parts = [file('work.js', here('work.js')), file('times.js', times)];
  const steps = file('steps.js', `${here('registration.js')}\nfor (var i = 0; i < steps.length; i++) steps[i]();`);
  try {
    const empty = (await duktape()).peak;
    const provision = (await duktape(path(PROVISION))).peak - empty;
    const registered = (await duktape(path(PROVISION), steps)).peak - empty;
    const device = (await duktape(path(`${DEVICE}.min.js`))).peak - empty;
    const { said } = await duktape(path(`${DEVICE}.min.js`), ...parts);
    const of = (name) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(said)[1]);
    return { empty, provision, registered, device, encode: of('encode'), decode: of('decode'), hmac: of('hmac') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The codec of a peer, which takes text from the platform: an engine without it needs this, too. */
async function peer() {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { mqtt_pkt_ctx } from 'u8-mqtt-packet/esm/codec_bind.js';
        import options from 'u8-mqtt-packet/esm/codec_v4_full.js';
        globalThis.peer = mqtt_pkt_ctx(4, options, {});`,
      resolveDir: path('bench'),
    },
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2020',
    logLevel: 'silent',
  });
  return outputFiles[0].text;
}

const min = read(`${DEVICE}.min.js`);
const plain = read(`${DEVICE}.js`);
const rows = [
  ['`mote-provision.es5.min.js`', read(PROVISION)],
  ['`mote-device.es5.min.js`', min],
  ['`mote-device.es5.js`', plain],
  ['`mote-codec.es5.min.js`, the codec alone', read('packages/codec/dist/mote-codec.es5.min.js')],
];
const registration = registrationIn(read(PROVISION));
const packets = packetsIn(min);
const times = timesIn(min);

const duk = await onDuktape();
const peerCode = await peer();
const ofDuktape = { [rows[0][0]]: duk.provision, [rows[1][0]]: duk.device };
const heapRows = rows.map(
  ([name, code]) =>
    `| ${name} | ${code.length.toLocaleString('en')} | ${kilobytes(loaded(code))} | ${ofDuktape[name]?.toLocaleString('en') ?? ''} |`,
);
const peerHeap = loaded(`globalThis.TextEncoder = globalThis.TextDecoder = function () {};\n${peerCode}`);

const text = `Measured by \`node test/runtimes/memory/run.mjs --write\`. QuickJS is the one of npm in WebAssembly, with 32-bit pointers as on a microcontroller: heap is what the engine
counts, less an empty context. Duktape is Debian's, with 64-bit pointers: memory is the most that its process had, less that of one that runs nothing (${duk.empty.toLocaleString('en')} KB).

| loaded | text, B | QuickJS, KB of heap | Duktape, KB of process |
|---|---:|---:|---:|
${heapRows.join('\n')}
| u8-mqtt-packet 0.4.1 in ES2020: a codec alone, without the text codec it needs | ${peerCode.length.toLocaleString('en')} | ${kilobytes(peerHeap)} | |

| while it works | QuickJS | Duktape |
|---|---:|---:|
| a registration, at its highest, on top of the file | ${kilobytes(registration.peak)} KB | ${duk.registered - duk.provision} KB |
| what is left of it while the Registration is kept | ${kilobytes(registration.after)} KB | |
| a PUBLISH of 64 bytes, decoded and kept | ${Math.round(packets.decoded)} B | |
| a message of QoS 1 with 64 bytes, under way in a Client | ${Math.round(packets.inFlight)} B | |
| \`encodePublishInto\`, 64 bytes | ${times.encode.toFixed(0)} µs | ${duk.encode.toFixed(0)} µs |
| \`decode\` of the same | ${times.decode.toFixed(0)} µs | ${duk.decode.toFixed(0)} µs |
| \`hmacSha256\` of a token's text | ${(times.hmac / 1000).toFixed(1)} ms | ${(duk.hmac / 1000).toFixed(1)} ms |
`;
console.log(text);
if (process.argv.includes('--write')) {
  const file = `${root}docs/constrained.md`;
  const page = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    page.replace(/(<!-- measured -->\n)[\s\S]*?(<!-- end -->)/, (_, from, to) => `${from}${text}${to}`),
  );
}
