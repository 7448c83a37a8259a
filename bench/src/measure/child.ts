// One codec, one form, one task, in a process of its own: so that nothing else has warmed its code or filled its heap.

import { readFileSync } from 'node:fs';
import { findSubject } from '../codec/subjects.ts';
import { cut, inOneBuffer, packetsOf } from '../workload/chunks.ts';
import { task } from '../workload/tasks.ts';
import type { Job, Memory } from './job.ts';
import { allocationOf } from './memory.ts';
import { warmedUp } from './time.ts';

const job = JSON.parse(process.argv[2]!) as Job;
const { packets, expected } = job.fixture;
const pass = await passOf(job);

const sample = warmedUp(checkedPass, job.warmUpMs, job.sampleMs);
if (job.measure === 'time') {
  const take = (): void => void process.send!(sample() / packets);
  // Each message asks for one sample.
  process.on('message', take);
  process.send!('ready');
} else {
  const { heap, offHeap } = allocationOf(checkedPass, packets, sample());
  const memory: Memory = { heap: heap / packets, offHeap: offHeap / packets };
  process.stdout.write(JSON.stringify(memory));
}

function checkedPass(): void {
  const sum = pass();
  if (sum !== expected) throw new Error(`${job.codec} ${job.form}, ${job.task}: ${sum} instead of ${expected}`);
}

async function passOf({ codec, form, task: id, fixture }: Job): Promise<() => number> {
  const { encodes, decodes, reusedBuffer } = await findSubject(codec, form);
  const { chunking } = task(id);
  if (!chunking) return encodes!.start(packetsOf(id, () => 1)).pass;
  const ends = readFileSync(fixture.endsFile);
  const cutUp = cut(
    readFileSync(fixture.streamFile),
    Array.from({ length: ends.length / 4 }, (_, n) => ends.readUInt32LE(4 * n)),
    chunking,
  );
  const chunks = reusedBuffer ? inOneBuffer(cutUp) : cutUp;
  const decoding = decodes!.start();
  return () => decoding.pass(chunks);
}
