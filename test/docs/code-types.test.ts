import { expect, test } from 'vitest';
import { codeBlocks } from './code-blocks.ts';
import { complaints } from './compile.ts';

test('every block of TypeScript in the documents compiles strictly', () => {
  const blocks = codeBlocks().filter(({ language }) => language === 'ts');
  expect(blocks.length).toBeGreaterThan(8);
  expect(complaints(new Map(blocks.map(({ where, text }) => [where, text])))).toEqual([]);
});

test('a block is refused that gives what may be undefined, names what is not there, or what nobody uses', () => {
  const key = "import { groupKey } from '@mote/client';\ngroupKey(process.env.DPS_GROUP_KEY);";
  const name = "import { provisions } from '@mote/client';\nprovisions();";
  const unused = "import { groupKey } from '@mote/client';";
  const found = complaints(
    new Map([
      ['key', key],
      ['name', name],
      ['unused', unused],
    ]),
  );
  expect(found.map((text) => text.split(' ')[0])).toEqual(['key', 'name', 'unused']);
});
