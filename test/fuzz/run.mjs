// Coverage-guided fuzzing of the decoder, or of the machine of the client: node test/fuzz/run.mjs [codec|client] [seconds] [seed]
// An input that reaches code, or a number of rounds through it, that none before has reached is kept and changed further.
// The first input that breaks a rule of target.mjs or client.mjs is printed, written to test/fuzz/broken/ and ends the run with status 1.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { CLIENT_MODULES, clientSeeds, clientTarget } from './client.mjs';
import { instrumented } from './instrument.mjs';
import { mutate, randomFrom } from './mutate.mjs';
import { targetOf } from './target.mjs';

const [subject, ...numbers] = /^\d/.test(process.argv[2] ?? '0')
  ? ['codec', ...process.argv.slice(2)]
  : process.argv.slice(2);
const [seconds = 60, seed = Date.now() % 1e9] = numbers.map(Number);
const ofClient = subject === 'client';
Error.stackTraceLimit = 0;

const CODEC_MODULES = `export * from './codec/dist/index.js'; export { annotate } from './codec/dist/annotate.js';`;
const { exported, hits } = await instrumented(ofClient ? CLIENT_MODULES : CODEC_MODULES);
const run = ofClient ? clientTarget(exported) : targetOf(exported);
const random = randomFrom(seed);
const here = new URL('corpus/', import.meta.url);
const vectors = JSON.parse(readFileSync(new URL('../vectors/malformed.json', import.meta.url), 'utf8')).entries;
const codecSeeds = [
  ...readdirSync(here)
    .filter((name) => name.endsWith('.hex'))
    .map((name) => readFileSync(new URL(name, here), 'utf8').trim()),
  ...vectors.filter(({ hex }) => hex.length < 300).map(({ hex }) => hex),
];
const seeds = ofClient ? clientSeeds : codecSeeds;

const seen = new Uint32Array(hits.length);
const corpus = [];
let runs = 0;

/** 1, 2, 3, 4-7, 8-15, 16 and more: one bit each. */
const bucket = (count) => (count < 4 ? 1 << count : count < 8 ? 16 : count < 16 ? 32 : 64);

function attempt(input) {
  hits.fill(0);
  runs++;
  try {
    run(input);
  } catch (error) {
    const hex = Buffer.from(input).toString('hex');
    const folder = new URL('broken/', import.meta.url);
    mkdirSync(folder, { recursive: true });
    writeFileSync(new URL(`seed-${seed}-run-${runs}.hex`, folder), `${hex}\n`);
    console.error(`${error.name}: ${error.message}\n${hex}\nseed ${seed}, run ${runs}`);
    console.log('0 passed, 1 failed');
    process.exit(1);
  }
  let isNew = false;
  for (let i = 0; i < hits.length; i++) {
    if (hits[i] === 0) continue;
    const bits = bucket(hits[i]);
    if ((seen[i] & bits) === 0) isNew = true;
    seen[i] |= bits;
  }
  if (isNew) corpus.push(input);
}

for (const hex of seeds) attempt(Uint8Array.from(Buffer.from(hex, 'hex')));
const end = Date.now() + seconds * 1000;
while (Date.now() < end) {
  for (let i = 0; i < 200; i++) {
    const other = corpus[random(corpus.length)];
    attempt(mutate(corpus[random(corpus.length)], other, random));
  }
}
const reached = seen.reduce((sum, bits) => sum + (bits > 0 ? 1 : 0), 0);
console.log(
  `${runs} runs, ${corpus.length} inputs kept, ${reached} of ${hits.length} places reached, nothing broken, seed ${seed}`,
);
// A run that never left its seeds has tried nothing.
const grown = runs > seeds.length && corpus.length > 0;
console.log(grown ? '1 passed, 0 failed' : '0 passed, 1 failed');
process.exitCode = grown ? 0 : 1;
