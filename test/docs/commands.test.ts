import { expect, test } from 'vitest';
import { readArguments } from '../../packages/cli/src/arguments.ts';
import { COMMANDS } from '../../packages/cli/src/commands.ts';
import { documents } from './code-blocks.ts';

// Commands in blocks are run by shell-blocks.test.ts; these stand in the middle of a sentence, often without what they need.
const spans = [...documents()].flatMap(([file, text]) =>
  [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`mote ([a-z-]+)((?: [^`]*)?)`/g)].map(
    ([, name = '', rest = '']) => [file, name, rest.trim()] as const,
  ),
);

test('the documents speak of the command', () => {
  expect(spans.length).toBeGreaterThan(5);
});

test.each(spans)('%s: `mote %s %s` has the flags that it is said to have', async (_file, name, rest) => {
  const load = COMMANDS[name];
  expect(load, `no command ${name}`).toBeDefined();
  const words = rest.split(' ').filter((word) => word !== '' && word !== '--help');
  // `--format` alone speaks of the flag, whatever its value.
  const command = await load!();
  const last = command.flags.find((flag) => `--${flag.name}` === words.at(-1));
  if (last?.value !== undefined) words.push(last.choices?.[0] ?? 'value');
  expect(() => readArguments(command, words, {})).not.toThrow();
});
