import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Subject } from '../codec/subject.ts';
import { allSubjects } from '../codec/subjects.ts';
import { referenceOf, writeFixture } from '../measure/fixture.ts';
import type { Fixture, Job } from '../measure/job.ts';
import { memoryInOwnProcess, startJob } from '../measure/process.ts';
import { fastestTurn } from '../measure/turns.ts';
import { verify } from '../measure/verify.ts';
import { Progress } from '../report/progress.ts';
import { seeded } from '../workload/random.ts';
import { type TaskId, tasks } from '../workload/tasks.ts';
import { rivals } from './targets.ts';

export interface SpeedPlan {
  readonly rounds: number;
  /** Of the peers that no target names. */
  readonly roundsOfOthers: number;
  readonly warmUpMs: number;
  readonly sampleMs: number;
  /** Of each round: in each of them every subject of a task takes one sample. */
  readonly turns: number;
  /** Leave out every peer but mqtt-packet. */
  readonly fewPeers: boolean;
  /** Only what has this in `task codec form`. */
  readonly filter: string;
  readonly only?: readonly TaskId[];
  /** For node, such as --jitless. */
  readonly flags: readonly string[];
  /** Whose allocations are measured. */
  readonly memoryOf: 'all' | 'mote' | 'none';
}

export interface SpeedRow {
  readonly task: TaskId;
  readonly codec: string;
  readonly form: string;
  /** Nanoseconds of CPU time for one packet, one figure per round that it took part in. */
  readonly ns: number[];
  /** Bytes allocated for one packet: on the JavaScript heap, outside it. */
  heap?: number;
  offHeap?: number;
}

interface Entry {
  readonly row: SpeedRow;
  readonly job: Omit<Job, 'measure'>;
}

/** Checks every subject, then measures: round after round, the subjects of one task in turns. */
export async function measureSpeed(plan: SpeedPlan): Promise<SpeedRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'mote-bench-'));
  try {
    const entries = await prepare(plan, folder);
    const memory = entries.filter(({ row }) => plan.memoryOf === 'all' || plan.memoryOf === row.codec);
    const rounds = Array.from({ length: plan.rounds }, (_, round) =>
      entries.filter(({ row }) => round < plan.roundsOfOthers || isCompared(row.codec)),
    );
    const progress = new Progress(rounds.flat().length + memory.length);
    const random = seeded(1);
    for (const [round, taking] of rounds.entries()) {
      for (const ofOneTask of byTask(taking)) {
        await measureTogether(ofOneTask, plan, random);
        for (const { row } of ofOneTask) progress.step(`round ${round + 1}: ${row.task}, ${row.codec} ${row.form}`);
      }
    }
    for (const { row, job } of memory) {
      Object.assign(row, await memoryInOwnProcess({ ...job, measure: 'memory' }, plan.flags));
      progress.step(`memory: ${row.task}, ${row.codec} ${row.form}`);
    }
    return entries.map(({ row }) => row);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** One round of one task. */
async function measureTogether(entries: readonly Entry[], plan: SpeedPlan, random: () => number): Promise<void> {
  const samplers = await Promise.all(entries.map(({ job }) => startJob({ ...job, measure: 'time' }, plan.flags)));
  const samples = await fastestTurn(samplers, plan.turns, random, (ns) => ns);
  for (const [n, { row }] of entries.entries()) row.ns.push(samples[n]!);
}

async function prepare(plan: SpeedPlan, folder: string): Promise<Entry[]> {
  const subjects = (await allSubjects()).filter(({ codec }) => !plan.fewPeers || isCompared(codec));
  const entries: Entry[] = [];
  for (const id of plan.only ?? tasks) {
    const here = subjects.filter((subject) => can(subject, id) && named(subject, id).includes(plan.filter));
    if (here.length === 0) continue;
    const reference = referenceOf(id);
    const fixture = writeFixture(id, reference, folder);
    for (const subject of here) {
      verify(subject, id, reference);
      entries.push(entry(subject, id, fixture, plan));
    }
  }
  return entries;
}

function entry({ codec, form }: Subject, task: TaskId, fixture: Fixture, plan: SpeedPlan): Entry {
  const { warmUpMs, sampleMs } = plan;
  return { row: { task, codec, form, ns: [] }, job: { codec, form, task, fixture, warmUpMs, sampleMs } };
}

/** Mote, and whom a target compares it with. */
function isCompared(codec: string): boolean {
  return codec === 'mote' || Object.values(rivals).some(([rival]) => rival === codec);
}

function can({ encodes, decodes }: Subject, id: TaskId): boolean {
  return encodes?.tasks.includes(id) || decodes?.tasks.includes(id) || false;
}

function named({ codec, form }: Subject, id: TaskId): string {
  return `${id} ${codec} ${form}`;
}

function byTask(entries: readonly Entry[]): Entry[][] {
  const tasks = new Map<TaskId, Entry[]>();
  for (const entry of entries) tasks.set(entry.row.task, [...(tasks.get(entry.row.task) ?? []), entry]);
  return [...tasks.values()];
}
