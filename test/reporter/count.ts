import type { Reporter, TestModule } from 'vitest/node';
import { outcomeOf } from './outcome.ts';

/**
 * Ends a run with the one line that scripts read: `N passed, N failed`, and `, N skipped` when there are some. With CI=true a
 * run that skipped a test has failed.
 */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const { line, failed } = outcomeOf(modules, unhandled.length, process.env['CI'] === 'true');
    console.log(`\n${line}`);
    if (failed) process.exitCode = 1;
  }
}
