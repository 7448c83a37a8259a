// Coverage-guided fuzzing of the decoder: node test/fuzz/run.mjs [seconds] [seed]
// An input that reaches code, or a number of rounds through it, that none before has reached is kept and changed further.
// The first input that breaks a rule of target.mjs is printed, written to test/fuzz/broken/ and ends the run with status 1.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { instrumentedCodec } from './instrument.mjs';
import { mutate, randomFrom } from './mutate.mjs';
import { targetOf } from './target.mjs';

const seconds = Number(process.argv[2] ?? 60);
const seed = Number(process.argv[3] ?? Date.now() % 1e9);
Error.stackTraceLimit = 0;

const { codec, hits } = await instrumentedCodec();
const run = targetOf(codec);
const random = randomFrom(seed);
const here = new URL('corpus/', import.meta.url);
const vectors = JSON.parse(readFileSync(new URL('../vectors/malformed.json', import.meta.url), 'utf8')).entries;
const seeds = [
  ...readdirSync(here)
    .filter((name) => name.endsWith('.hex'))
    .map((name) => readFileSync(new URL(name, here), 'utf8').trim()),
  ...vectors.filter(({ hex }) => hex.length < 300).map(({ hex }) => hex),
];

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
