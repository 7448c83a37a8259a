// One client and one kind of work, in a process of its own. Arguments: client, port, numbers of messages of the warm-up and of a sample, and
// the work as JSON. The warm-up comes first: V8 compiles for the first tens of thousands, in threads whose time counts as well.

import type { Work } from './work.ts';

export interface ClientUsage {
  /** Of the whole process, for one message. */
  readonly cpuUs: number;
  /** Time that passed, for one message. */
  readonly wallUs: number;
}

const [name, port, warmUp, count, json] = process.argv.slice(2) as [string, string, string, string, string];
const { run } = (await import(`./${name}-client.js`)) as {
  run(port: number, work: Work, messages: number): Promise<void>;
};
const work = JSON.parse(json) as Work;
const messages = Number(count);

await run(Number(port), work, Number(warmUp));
// Each message asks for one sample.
process.on('message', async () => process.send!(await sample()));
process.on('disconnect', () => process.exit(0));
process.send!('ready');

async function sample(): Promise<ClientUsage> {
  const started = performance.now();
  const before = process.cpuUsage();
  await run(Number(port), work, messages);
  const { user, system } = process.cpuUsage(before);
  return { cpuUs: (user + system) / messages, wallUs: ((performance.now() - started) * 1000) / messages };
}
