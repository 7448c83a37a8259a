import { expect, test } from 'vitest';
import { readArguments } from '../../packages/cli/src/arguments.ts';
import { COMMANDS } from '../../packages/cli/src/commands.ts';
import { codeBlocks } from './code-blocks.ts';

const lines = codeBlocks()
  .filter(({ language }) => language === '' || language === 'sh')
  .flatMap(({ where, text }) => commandLines(text).map((line) => ({ where, line })));

test('the documents show the command', () => {
  expect(lines.length).toBeGreaterThan(3);
});

test.each(lines)('$where: $line', async ({ line }) => {
  const [name = '', ...words] = wordsOf(line);
  const load = COMMANDS[name];
  expect(load, `no command ${name}`).toBeDefined();
  const command = await load!();
  expect(() => readArguments(command, words, {})).not.toThrow();
});

/** What follows `mote` on a line of its own, comments and variables in front left out, continued lines joined. */
function commandLines(text: string): string[] {
  return text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .flatMap((line) => /^(?:\$ )?(?:[A-Z_]+=\S+ )*mote (.+?)(?:\s+#.*)?$/.exec(line)?.[1] ?? []);
}

function wordsOf(line: string): string[] {
  return (line.match(/'[^']*'|"[^"]*"|\S+/g) ?? [])
    .filter((word) => word !== '…' && !word.startsWith('>') && !word.startsWith('|'))
    .map((word) => word.replace(/^(['"])(.*)\1$/, '$2'));
}
