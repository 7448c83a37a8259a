import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { outcomeOf } from '../reporter/outcome.ts';

// CI counts: each way in which a run did not do its work has to end red, with the reason. These tests run the function that
// .ci/run counts with, the count of the interop lanes, and the count of vitest.

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const { quoted } = (await import(new URL('../support/quoted.mjs', import.meta.url).href)) as {
  quoted(output: string): string;
};

/** What a run of .ci/run prints that has these lanes, each a script for bash. */
function run(...scripts: string[]): { status: number | null; lines: string[] } {
  const lanes = scripts.map((_, i) => `lane 'lane ${i}' bash -c "\${${i + 1}}"`).join('\n');
  const { status, stdout } = spawnSync('bash', ['-c', `. .ci/lane.sh\n${lanes}\nclosing`, 'run', ...scripts], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return { status, lines: stdout.trimEnd().split('\n') };
}

describe('a run of .ci/run', () => {
  test.each([
    ['one count', ['echo 3 passed, 0 failed'], '3 passed, 0 failed'],
    ['a word before it', ['echo tests: 3 passed, 0 failed'], '3 passed, 0 failed'],
    ['colours', ["printf '\\033[32m3 passed, 0 failed\\033[39m\\n'"], '3 passed, 0 failed'],
    ['two counts in one lane', ['echo 3 passed, 0 failed; echo 4 passed, 0 failed'], '7 passed, 0 failed'],
    ['two lanes', ['echo 3 passed, 0 failed', 'echo 4 passed, 0 failed'], '7 passed, 0 failed'],
  ])('is green with %s, and ends with the sum', (_what, scripts, last) => {
    const { status, lines } = run(...scripts);
    expect([status, lines.at(-1)]).toEqual([0, last]);
  });

  test.each([
    ['counts a failure', 'echo 3 passed, 1 failed', '3 passed, 1 failed', '1 failed'],
    ['counts one and ends with 1', 'echo 3 passed, 1 failed; exit 1', '3 passed, 1 failed', '1 failed, exit code 1'],
    ['counts none and ends with 1', 'echo 3 passed, 0 failed; exit 1', '3 passed, 1 failed', 'exit code 1'],
    ['was killed', 'echo 3 passed, 0 failed; kill -9 $$', '3 passed, 1 failed', 'exit code 137'],
    ['is not there', 'exec mote-without-this-tool', '0 passed, 1 failed', 'exit code 127, no test was counted'],
    ['prints nothing and ends with 0', 'true', '0 passed, 1 failed', 'no test was counted'],
    ['counts nothing', 'echo 0 passed, 0 failed', '0 passed, 1 failed', 'no test was counted'],
    ['says its count in a sentence', 'echo in all 3 passed, 0 failed', '0 passed, 1 failed', 'no test was counted'],
    ['has a count with more behind it', 'echo 3 passed, 0 failed so far', '0 passed, 1 failed', 'no test was counted'],
    ['skips a case', 'echo 3 passed, 0 failed, 6 skipped', '3 passed, 1 failed, 6 skipped', '6 skipped'],
    ['skips all', 'echo 0 passed, 0 failed, 6 skipped', '0 passed, 1 failed, 6 skipped', '6 skipped'],
  ])('is red when a lane %s, and says why', (_what, script, last, reason) => {
    const { status, lines } = run('echo 1 passed, 0 failed', script);
    const sum = last.replace(/^\d+/, (passed) => String(Number(passed) + 1));
    expect([status, lines.at(-1)]).toEqual([1, sum]);
    expect(lines).toContain(`lane 1: ${reason}`);
  });

  test('does not count what a lane shows of a run within it', () => {
    const within = quoted('12 passed, 2 failed, 1 skipped\ntests: 3 passed, 0 failed\n');
    expect(within).toContain('12 passed, 2 failed, 1 skipped');
    expect(run(`printf '%s' '${within}'; echo 4 passed, 0 failed`).lines.at(-1)).toBe('4 passed, 0 failed');
  });

  test('counts lanes that run side by side, in the order in which they were started', () => {
    const started = `start slow bash -c 'until [ -e "$0" ]; do sleep 0.01; done; echo 3 passed, 0 failed' "$0/over"
      start quick bash -c 'touch "$0"; echo 4 passed, 0 failed' "$0/over"\nfinish`;
    const folder = mkdtempSync(join(tmpdir(), 'mote-lanes-'));
    try {
      const { stdout } = spawnSync('bash', ['-c', `. .ci/lane.sh\n${started}\nclosing`, folder], {
        cwd: ROOT,
        encoding: 'utf8',
      });
      expect(stdout.match(/^(slow|quick|\d+ passed).*/gm)?.map((line) => line.split(/ +/).slice(0, 2))).toEqual([
        ['slow', '3'],
        ['quick', '4'],
        ['7', 'passed,'],
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('runs two lanes of a queue at a time, never three, and counts them in their order', () => {
    // Each of the first two waits for the other; each tells how many run beside it.
    const lane = (name: string, waits: string) =>
      `queue ${name} bash -c 'touch "$0/runs-${name}"; ls "$0" | grep -c runs- >>"$0/counts"; ${waits}
        rm "$0/runs-${name}"; echo 1 passed, 0 failed' "$0"`;
    const both = 'touch "$0/$$"; until [ "$(ls "$0" | grep -c "^[0-9]")" -ge 2 ]; do sleep 0.01; done;';
    const queued = [lane('a', both), lane('b', both), lane('c', ''), lane('d', '')].join('\n');
    const folder = mkdtempSync(join(tmpdir(), 'mote-lanes-'));
    try {
      const { stdout } = spawnSync('bash', ['-c', `set -u\n. .ci/lane.sh\n${queued}\nfinish\nclosing`, folder], {
        cwd: ROOT,
        encoding: 'utf8',
      });
      expect(stdout.match(/^([a-d]) +1 passed/gm)?.map(([name]) => name)).toEqual(['a', 'b', 'c', 'd']);
      expect(stdout.trimEnd().split('\n').at(-1)).toBe('4 passed, 0 failed');
      const counts = readFileSync(join(folder, 'counts'), 'utf8').trim().split('\n');
      expect(counts.every((count) => Number(count) <= 2)).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('is red without any lane', () => expect(run().status).toBe(1));

  test('shows the end of what a red lane printed, and nothing of a green one', () => {
    const { lines } = run('echo green; echo 1 passed, 0 failed', 'echo red; exit 3');
    expect(lines).toContain('red');
    expect(lines).not.toContain('green');
  });
});

const PARTS = execFileSync('awk', ['!/^#/ && NF { print $1 }', `${ROOT}.ci/parts`], { encoding: 'utf8' })
  .trim()
  .split('\n');

test.each(PARTS)('without %s the first lane is red and names it', (missing) => {
  const folder = mkdtempSync(join(tmpdir(), 'mote-path-'));
  try {
    const there = PARTS.filter((command) => command !== missing);
    for (const command of there) symlinkSync('/bin/true', join(folder, command));
    const { status, stdout } = spawnSync('/bin/bash', ['.ci/parts.sh'], {
      cwd: ROOT,
      encoding: 'utf8',
      env: { PATH: folder },
    });
    expect([status, stdout]).toEqual([
      1,
      expect.stringMatching(
        new RegExp(`^FAILED  ${missing} is not installed: .*\\n${there.length} passed, 1 failed\\n$`),
      ),
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('through a proxy that is not installed no case is run, which is said and is a failure in CI', () => {
  const lane = (CI: string) =>
    spawnSync(process.execPath, ['test/interop/proxy/run.mjs'], { cwd: ROOT, encoding: 'utf8', env: { CI, PATH: '' } });
  expect(lane('true')).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(/^skipped {2}6 cases .*tinyproxy.*\n0 passed, 0 failed, 6 skipped\n$/),
  });
  expect(lane('').status).toBe(0);
});

describe('the count of vitest', () => {
  const module = (states: string[], errors = 0) => ({
    errors: () => Array.from({ length: errors }),
    children: { allTests: () => states.map((state) => ({ result: () => ({ state }) })) },
  });

  test.each([
    ['passes', [module(['passed', 'passed'])], 0, '2 passed, 0 failed', false],
    ['fails with a test', [module(['passed', 'failed'])], 0, '1 passed, 1 failed', true],
    ['fails with a file that cannot be loaded', [module(['passed']), module([], 1)], 0, '1 passed, 1 failed', true],
    ['fails with an error that belongs to no test', [module(['passed'])], 1, '1 passed, 1 failed', true],
    ['fails with a skipped test', [module(['passed', 'skipped'])], 0, '1 passed, 0 failed, 1 skipped', true],
    ['fails with a test that did not end', [module(['passed', 'pending'])], 0, '1 passed, 0 failed, 1 skipped', true],
    ['fails without tests', [module([])], 0, '0 passed, 0 failed', true],
  ])('%s', (_what, modules, unhandled, line, failed) => {
    expect(outcomeOf(modules, unhandled, true)).toEqual({ line, failed });
  });

  test('outside CI a skipped test is counted, and fails nothing', () => {
    expect(outcomeOf([module(['passed', 'skipped'])], 0, false)).toEqual({
      line: '1 passed, 0 failed, 1 skipped',
      failed: false,
    });
  });
});
