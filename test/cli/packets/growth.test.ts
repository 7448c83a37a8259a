import { expect, test } from 'vitest';
import { InputError } from '../../../packages/cli/src/packets/input-error.ts';
import { MORE_TEXTS } from '../../../packages/cli/src/packets/more-texts.ts';
import { readText } from '../../../packages/cli/src/packets/read-text.ts';

// A line of 20,000 blanks took 2 s, and one of four times as many 16 times that: patterns that may begin at each blank, or that share blanks.

const TIMES = 16;
const FRONTS = ['20', '00000000  20 02', '1.5 #1 C>S mqtt x\n', '', '"', '0000  '];
const ENDS = ['x', '', '"', '\n20'];

/** Reads a text. One without bytes is refused, which takes its time, too. */
function readOrRefuse(text: string): void {
  try {
    readText(text, MORE_TEXTS);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
  }
}

/** CPU time, so that other processes do not count. The less of two rounds: what disturbs only adds, and the first compiles. */
function microseconds(fill: string, size: number, most: number): number {
  const rounds = Array.from({ length: 2 }, () => {
    const before = process.cpuUsage();
    for (const front of FRONTS.slice(0, most))
      for (const end of ENDS.slice(0, most)) {
        const text = front + fill.repeat(size / fill.length) + end;
        readOrRefuse(text);
      }
    const { user, system } = process.cpuUsage(before);
    return user + system;
  });
  return Math.min(...rounds);
}

// Lines are read one by one, with a cost of their own: fewer and shorter texts of them take as long.
test.each([
  ['blanks', ' ', 1000, 6],
  ['tabs', '\t', 1000, 6],
  ['blanks and tabs', ' \t', 1000, 6],
  ['no-break spaces', '\u00a0', 1000, 6],
  ['empty lines', '\n', 500, 2],
  ['old line ends', '\r', 500, 2],
])('the time for a text grows with its %s and no faster', (_what, fill, size, most) => {
  // Quadratic time would be 256 times as much.
  expect(microseconds(fill, size * TIMES, most) / microseconds(fill, size, most)).toBeLessThan(TIMES ** 1.25);
});
