// What was measured as docs/constrained.md shows it.

import { BOUNDS } from './bounds.mjs';
import { measuredNow } from './kept.mjs';

const kilobytes = (bytes) => (bytes === undefined ? '' : (bytes / 1024).toFixed(1));
const count = (number) => (number === undefined ? '' : Math.round(number).toLocaleString('en'));
const micro = (time) =>
  time === undefined ? '' : time < 1000 ? `${time.toFixed(0)} µs` : `${(time / 1000).toFixed(1)} ms`;
const row = (cells) => `| ${cells.join(' | ')} |`;

/** The second table: a label and what stands in each column, of what was measured of an engine. */
const WORK = [
  ['a registration, at its highest, KB', ({ registration }) => kilobytes(registration?.most)],
  ['what is left of it while it is kept, KB', ({ registration }) => kilobytes(registration?.kept)],
  ['a PUBLISH of 64 bytes, decoded and kept, B', ({ work }) => count(work.decoded)],
  ['a message of QoS 1 with 64 bytes, under way in a Client, B', ({ work }) => count(work.inFlight)],
  ['encode that PUBLISH', ({ work }) => micro(work.encode)],
  ['decode it', ({ work }) => micro(work.decode)],
  ['`hmacSha256` of a token’s text', ({ work }) => micro(work.hmac)],
];

/** Cells of a file that was loaded, behind its label. */
function loadedCells({ text, stripped, plain, wide, duktape }) {
  return [
    count(text),
    ...[stripped?.heap, plain?.heap, stripped?.most, wide?.heap, duktape?.heap, duktape?.most].map(kilobytes),
  ];
}

/** Espruino's MQTT module as it was measured just now. */
export function espruinoCells(loaded, { quickjs, duktape }) {
  return measuredNow(
    loadedCells(loaded),
    WORK.map(([, cell]) => [cell(quickjs), cell(duktape)]),
  );
}

/** `measured`: see run.mjs. */
export function tables({ rows, quickjs, duktape, ahead, u8, espruino, functions }) {
  const device = quickjs.files['mote-device.es5.min.js'];
  return `Measured by \`node test/runtimes/memory/run.mjs --write\`, in KB of 1,024 bytes: what the engine has asked of its allocator, less an empty context. QuickJS is 2021-03-27,
compiled for 32-bit pointers as on a microcontroller, and for 64; Duktape is Debian's 2.7.0, with 64-bit pointers. An allocator adds its own for each block: ${count(device.blocks)}
blocks for the whole device on QuickJS.

| loaded | text, B | QuickJS, stripped | not stripped | on the way | 64-bit, stripped | Duktape | on the way |
|---|---:|---:|---:|---:|---:|---:|---:|
${rows.map((one) => row([one.label, ...loadedCells(one)])).join('\n')}
${row(espruino.loaded)}

- **On the way** is the most that it takes to read the text. Compiled ahead (\`qjsc\`), the whole device takes ${kilobytes(ahead.heap)} KB on QuickJS, and ${kilobytes(ahead.most)} on the way.
- **Stripped**: without the text of functions and line numbers, which QuickJS up to 2024 leaves out under \`"use strip"\`, with which the \`.min.js\` files begin. Newer releases do
  not know it, and strip with \`qjsc -s\`.
- A function is heap when it is loaded, called or not: ${count(device.heap / functions)} bytes each on QuickJS, of the ${count(functions)} of the whole device. Take the file of your job.
${budgets()}

| while it works | QuickJS | Duktape | u8-mqtt-packet, QuickJS | Espruino's MQTT, QuickJS | the same, Duktape |
|---|---:|---:|---:|---:|---:|
${WORK.map(([label, cell], i) => row([label, ...[quickjs, duktape, u8].map(cell), ...espruino.work[i]])).join('\n')}

- u8-mqtt-packet ${u8.version} is a codec; fast-text-encoding ${u8.codec} gives it what it takes from a platform. On Duktape it ends with: ${u8.onDuktape}.
- Espruino's MQTT module makes text, not bytes, checks nothing, and keeps no message until it is acknowledged. No registry carries it. Measured on ${espruino.measured}: its heap is the same on every day, its times are not.
`;

  function budgets() {
    const missed = BOUNDS.filter(({ budget }) => budget).map(
      ({ what, of, budget }) => `${what}: ${kilobytes(of(quickjs))} KB of heap on QuickJS, ${kilobytes(budget)} asked`,
    );
    return `- Budgets: ${missed.join('; ')}. The file is over its own since it holds the general client, the machines of the hub and the whole codec, too.`;
  }
}
