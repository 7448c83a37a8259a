import { expect, test } from 'vitest';
import type { Result } from '../reporter/results.ts';
import { conformanceClaims, fault, namedFiles } from './held.ts';

// The check of `pnpm test:evidence`, on runs in which a table is wrong.

const FILE = 'codec/packets/connack.test.ts';
const ran = (title: string, state = 'passed', file = FILE): Result => ({ file, title, state });
const claim = { where: 'MQTT-2.2.2-2', file: FILE, words: 'a reserved flag [MQTT-2.2.2-2]' };

test.each([
  ['its test ran and passed', claim, [ran('CONNACK is refused: a reserved flag [MQTT-2.2.2-2]')]],
  ['each case of its table ran', { ...claim, words: 'topic %j is kept by $name' }, [ran('topic "a" is kept by b')]],
  [
    'what is written as data was run by its file',
    { ...claim, file: 'client/faults/peer-cases/answers.ts', words: 'a body of 240 KB' },
    [ran('answers: a body of 240 KB, over tls', 'passed', 'client/faults/peer-cases.test.ts')],
  ],
])('a claim holds when %s', (_when, one, results) => expect(fault(one, results)).toBeUndefined());

test.each([
  ['nothing ran', []],
  ['its test was renamed', [ran('a flag that is reserved')]],
  ['its test is of another file', [ran(claim.words, 'passed', 'codec/packets/connect.test.ts')]],
  ['its test was skipped', [ran(claim.words, 'skipped')]],
  ['its test did not end', [ran(claim.words, 'pending')]],
  ['its test failed', [ran(claim.words, 'failed')]],
  ['one case of its table failed', [ran(`${claim.words} 1`), ran(`${claim.words} 2`, 'failed')]],
  ['it passed in one run and failed in another', [ran(claim.words), ran(claim.words, 'failed')]],
])('a claim does not hold when %s', (_when, results) => expect(fault(claim, results)).toContain('MQTT-2.2.2-2'));

test('claims are read from the rows of a table, several of one row too, and from nothing else', () => {
  const table = [
    '| Statement | In our words | Held by | Shown by |',
    '| MQTT-1.5.3-1 | a \\| b | codec | `codec/a.test.ts`: one [MQTT-1.5.3-1]<br>`codec/b.test.ts`: two |',
    '| MQTT-3.1.2-5 | queues | not ours | persistent sessions |',
  ];
  expect(conformanceClaims(table.join('\n'))).toEqual([
    { where: 'MQTT-1.5.3-1', file: 'codec/a.test.ts', words: 'one [MQTT-1.5.3-1]' },
    { where: 'MQTT-1.5.3-1', file: 'codec/b.test.ts', words: 'two' },
  ]);
});

test('the files that a page names are found once, however they are written', () => {
  expect(namedFiles('`faults/bugs.test.ts`, [it](../test/a/b.test.ts) and test/a/b.test.ts')).toEqual([
    'faults/bugs.test.ts',
    'a/b.test.ts',
  ]);
});
