// One client and one kind of work, in a process of its own. Arguments: client, port, number of messages, and the work as JSON.
// As many messages come first, to warm it up: V8 compiles for the first tens of thousands, in threads whose time counts as well. Prints
// what the second half took.

import type { Work } from './work.ts';

export interface ClientUsage {
  /** Of the whole process, for one message. */
  readonly cpuUs: number;
  /** Time that passed, for one message. */
  readonly wallUs: number;
}

const [name, port, count, json] = process.argv.slice(2) as [string, string, string, string];
const { run } = (await import(`./${name}-client.js`)) as {
  run(port: number, work: Work, messages: number): Promise<void>;
};
const work = JSON.parse(json) as Work;
const messages = Number(count);

await run(Number(port), work, messages);
const started = performance.now();
const before = process.cpuUsage();
await run(Number(port), work, messages);
const { user, system } = process.cpuUsage(before);
const usage: ClientUsage = {
  cpuUs: (user + system) / messages,
  wallUs: ((performance.now() - started) * 1000) / messages,
};
process.stdout.write(`\n${JSON.stringify(usage)}`, () => process.exit(0));
