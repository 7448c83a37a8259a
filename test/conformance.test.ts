import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

// docs/conformance.md says who holds each statement of the standard, and which test shows it. This keeps it true.

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const { statements, unnumbered } = JSON.parse(read('vectors/conformance.json')) as Record<
  'statements' | 'unnumbered',
  { id: string; applies: string[] }[]
>;

const rows = read('../docs/conformance.md')
  .split('\n')
  .filter((line) => /^\| (MQTT|U)-/.test(line))
  .map((line) => {
    const [id = '', , holders = '', shown = ''] = line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim());
    return { id, holders: holders.split(', '), shown: shown.split('<br>').filter((each) => each !== '') };
  });

test('every statement has one row, and every row is a statement', () => {
  expect(statements.length).toBe(141);
  expect(unnumbered.length).toBe(12);
  expect(rows.map((row) => row.id)).toEqual([...statements, ...unnumbered].map((each) => each.id));
});

test('every statement is held by somebody, or not ours', () => {
  for (const { id, holders } of rows) {
    for (const holder of holders) {
      expect([id, ['codec', 'session', 'emulator', 'not ours'].includes(holder)]).toEqual([id, true]);
    }
  }
});

test('what is held is shown by a test for each holder, whose file has these words in a title', () => {
  const sources = new Map<string, string>();
  for (const { id, holders, shown } of rows) {
    if (holders.includes('not ours')) continue;
    expect([id, shown.length]).toEqual([id, holders.length]);
    for (const line of shown) {
      const [, file = '', title = ''] = /^`([^`]+)`: (.+)$/.exec(line) ?? [];
      const source = sources.get(file) ?? read(file);
      sources.set(file, source);
      expect([id, file, source.includes(title) && title !== '']).toEqual([id, file, true]);
    }
  }
});

test('what is not ours says why', () => {
  for (const { id, holders, shown } of rows) {
    if (holders.includes('not ours')) expect([id, shown.length]).toEqual([id, 1]);
  }
});

test('the codec holds every statement that speaks of packets', () => {
  for (const { id, applies } of [...statements, ...unnumbered]) {
    if (!applies.some((each) => each.startsWith('codec-'))) continue;
    expect([id, rows.find((row) => row.id === id)?.holders.includes('codec')]).toEqual([id, true]);
  }
});
