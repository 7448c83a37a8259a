import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import { codeBlocks } from './code-blocks.ts';

test('the script of docs/quickjs.md runs where there is nothing of Node, and prints what the page says', () => {
  const { text } = codeBlocks().find(
    ({ file, text: lines }) => file === 'docs/quickjs.md' && lines.startsWith('std.'),
  )!;
  const page = readFileSync(new URL('../../docs/quickjs.md', import.meta.url), 'utf8');
  const printed: string[] = [];
  const context = createContext({ print: (...words: unknown[]) => printed.push(words.join(' ')) });
  const load = (name: string): unknown =>
    runInContext(readFileSync(new URL(`../../packages/codec/dist/${name}`, import.meta.url), 'utf8'), context);
  Object.assign(context, { std: { loadScript: load } });
  runInContext(text, context);
  expect(page).toContain(`prints \`${printed.join()}\``);
  expect(printed).toEqual(['greenhouse/3 18']);
});
