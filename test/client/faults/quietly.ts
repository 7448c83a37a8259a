import { getActiveResourcesInfo } from 'node:process';
import { until } from './until.ts';

const KINDS = /TCP|Socket|TLS|Connect|Timeout|Lookup|GetAddrInfo/;

/** Runs it, and returns what a whole process tells of it: unhandled rejections, warnings, and what was left open. */
export async function quietly(run: () => Promise<void>): Promise<string[]> {
  const complaints: string[] = [];
  const complain = (error: unknown): void => void complaints.push(`the process complained: ${String(error)}`);
  const events = ['unhandledRejection', 'uncaughtExceptionMonitor', 'warning'] as const;
  const before = open();
  for (const event of events) process.on(event, complain);
  try {
    await run();
    await until(() => open().length <= before.length);
  } finally {
    for (const event of events) process.off(event, complain);
  }
  const left = open();
  if (left.length > before.length) complaints.push(`left open: ${left.join()}; before: ${before.join()}`);
  return complaints;
}

function open(): string[] {
  return getActiveResourcesInfo().filter((name) => KINDS.test(name));
}
