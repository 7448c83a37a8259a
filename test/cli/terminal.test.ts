import { afterEach, describe, expect, test, vi } from 'vitest';
import { COMMANDS } from '../../packages/cli/src/commands.ts';
import { Output } from '../../packages/cli/src/terminal/output.ts';
import { paintFor, unpainted, wantsColour } from '../../packages/cli/src/terminal/paint.ts';
import { wantsAscii } from '../../packages/cli/src/terminal/plain-ascii.ts';
import { stepsOn } from '../../packages/cli/src/terminal/steps.ts';
import { wrapped } from '../../packages/cli/src/terminal/wrap.ts';
import { mote, type Outcome } from './mote.ts';

/** A terminal of so many columns, and what it was given. */
function terminal(columns: number, environment: Record<string, string> = {}): { output: Output; text: () => string } {
  let text = '';
  const screen = { isTTY: true, columns, write: (chunk: string) => (text += chunk) };
  return { output: new Output(screen, environment), text: () => text };
}

describe('sentences', () => {
  const sentence = 'Put the leaf first and every intermediate below it into the file that `--cert` names.';

  test.each([40, 60, 80, 100])('keep to %d columns, and lose no word', (width) => {
    const lines = wrapped(`Fix    ${sentence}`, width, 7);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    expect(lines.join(' ').split(/\s+/)).toEqual(`Fix    ${sentence}`.split(/\s+/));
    for (const line of lines.slice(1)) expect(line).toMatch(/^ {7}\S/);
  });

  test('in colours are counted without them', () => {
    const paint = paintFor({ isTTY: true }, {});
    const lines = wrapped(`${paint.good('yes')} ${sentence}`, 40);
    expect(lines.map(unpainted)).toEqual(wrapped(`yes ${sentence}`, 40));
  });

  test('go on one line where there is no terminal, and a word longer than a line keeps one of its own', () => {
    let text = '';
    new Output({ write: (chunk) => (text += chunk) }).prose([sentence]);
    expect(text).toBe(`${sentence}\n`);
    expect(wrapped(`a ${'x'.repeat(60)} b`, 40)).toEqual(['a', 'x'.repeat(60), 'b']);
  });

  test.each([
    ['40', true, 100, 40],
    ['40', false, undefined, 40],
    ['100', true, 40, 100],
    ['', true, 40, 40],
    ['0', true, 40, 40],
    ['wide', true, 40, 40],
    ['40', true, undefined, 40],
  ])('keep to COLUMNS=%s, terminal: %s of %s columns', (COLUMNS, isTTY, columns, most) => {
    let text = '';
    new Output({ isTTY, ...(columns && { columns }), write: (chunk) => (text += chunk) }, { COLUMNS }).prose([
      sentence,
    ]);
    expect(text).toBe(`${wrapped(sentence, most).join('\n')}\n`);
  });

  test('of a table whose second column has no room beside the first go below it', () => {
    const row = `  --registration-id ID      ${sentence}`;
    const lines = wrapped(row, 40, 28);
    expect(lines[0]).toBe('  --registration-id ID');
    for (const line of lines.slice(1)) expect(line).toMatch(/^ {6}\S.{0,33}$/);
    expect(wrapped(row, 80, 28)[1]).toMatch(/^ {28}\S/);
    // A column that is wide enough, but not for this word.
    expect(wrapped(`assigned hub     ${'h'.repeat(34)}`, 40, 17)).toEqual(['assigned hub', `    ${'h'.repeat(34)}`]);
  });

  test('commands to paste are never broken', () => {
    const { output, text } = terminal(40);
    output.lines([sentence]);
    expect(text()).toBe(`${sentence}\n`);
  });
});

describe('at 40 columns', () => {
  const names = Object.keys(COMMANDS);
  const environment = { COLUMNS: '40' };
  const said: [string, () => Promise<Outcome>][] = [
    ...names.map((name): [string, () => Promise<Outcome>] => [
      `${name} --help`,
      () => mote([name, '--help'], environment),
    ]),
    ...names.map((name): [string, () => Promise<Outcome>] => [
      `${name} --wrong`,
      () => mote([name, '--wrong'], environment),
    ]),
    ['--help', () => mote(['--help'], environment)],
    ['explain', () => mote(['explain', '401002'], environment)],
    ['inspect', () => mote(['inspect', '36050003612f62', '100c00044d5154540402003c0000'], environment)],
    ['publish', () => mote(['publish', '127.0.0.1:1', '-t', 'a', '-m', 'b'], environment)],
    ['demo', () => mote(['demo'], environment)],
  ];
  test.each(said)('only a word that has no room is longer: mote %s', async (_words, run) => {
    const { stdout, stderr } = await run();
    const lines = `${stdout}${stderr}`.split('\n');
    for (const line of lines.filter((one) => one.length > 40)) expect(line).toMatch(/^ {0,16}\S+$/);
    // No column of words one below the other: where a table has no room, its second column goes below the first.
    expect(Math.max(...lines.map((line) => /^ *(?=\S)/.exec(line)?.[0].length ?? 0))).toBeLessThanOrEqual(20);
  });
});

test.each<[Record<string, string>, boolean, boolean]>([
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: '1' }, true, false],
  [{ NO_COLOR: '' }, true, true],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '3' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
  [{ FORCE_COLOR: '' }, false, false],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, true, false],
  [{ TERM: 'dumb' }, true, false],
  [{ TERM: 'dumb', FORCE_COLOR: '1' }, false, true],
])('colours under %j, terminal: %s: %s', (environment, isTTY, wanted) => {
  expect(wantsColour({ isTTY }, environment)).toBe(wanted);
});

describe('plain ASCII', () => {
  test.each([
    [{ LANG: 'C' }, true],
    [{ LANG: 'POSIX' }, true],
    [{ LC_ALL: 'C', LANG: 'en_US.UTF-8' }, true],
    [{ LC_CTYPE: 'de_DE.ISO-8859-1' }, true],
    [{ TERM: 'vt100' }, true],
    [{ TERM: 'dumb', LANG: 'en_US.UTF-8' }, true],
    [{ LANG: 'en_US.UTF-8' }, false],
    [{ LANG: 'C.utf8' }, false],
    [{ LC_ALL: 'C.UTF-8', LANG: 'C' }, false],
    [{}, false],
    [{ TERM: 'xterm-256color' }, false],
  ])('%j: %s', (environment, wanted) => {
    expect(wantsAscii(environment)).toBe(wanted);
  });

  test('has a sign for each of ours, and a code for every other', () => {
    const { output, text } = terminal(80, { LANG: 'C' });
    output.line('✔ ✖ • – → ← │ ├─▶ ◀─┤ … ● ↻ ü 😀 \u001b');
    expect(text()).toBe('+ x * - > < | |-> <-| ... * ~ \\u{fc} \\u{1f600} \\u001b\n');
  });

  test('is JSON that means the same', () => {
    const { output, text } = terminal(80, { LANG: 'C' });
    const value = { name: 'Zürich 😀 \u202e' };
    output.json(value);
    expect(text()).toMatch(/^[\0-\x7e]*$/);
    expect(JSON.parse(text())).toEqual(value);
  });
});

describe('steps on a terminal', () => {
  afterEach(() => void vi.useRealTimers());

  test('have signs that match the news: a retry is no tick, nor what led to it', () => {
    vi.useFakeTimers();
    vi.stubEnv('TERM', 'xterm');
    vi.stubEnv('NO_COLOR', '1');
    const { output, text } = terminal(80);
    const steps = stepsOn({ isTTY: true, columns: 80 } as NodeJS.WriteStream, output);
    steps.next({ type: 'dialling', message: 'dialling', elapsedMs: 0 });
    steps.next({ type: 'registering', message: 'registering', elapsedMs: 10 });
    steps.next({ type: 'retrying', message: 'the service answered 429', elapsedMs: 20, delayMs: 3000 });
    vi.advanceTimersByTime(1500);
    steps.next({ type: 'registering', message: 'registering again', elapsedMs: 3020 });
    steps.failed();
    vi.unstubAllEnvs();
    const shown = text()
      .split('\n')
      .map((line) => line.slice(line.lastIndexOf('\u001b[2K') + 4));
    expect(shown.map((line) => line[0])).toEqual(['✔', '!', '↻', '✖', undefined]);
    expect(text()).toContain('(3 s)');
    expect(text()).toContain('(2 s)');
  });
});
