// Words that are nearly right: each is refused with the right one, and none is taken for something else.
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../packages/cli/src/commands.ts';
import { here } from './in-process.ts';

const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
const flags = commands.flatMap((command) => command.flags.map((flag) => ({ command: command.name, ...flag })));

/** Refused with exit code 2, nothing on standard output, and this sentence. */
async function refused(words: readonly string[], sentence: string): Promise<void> {
  const { code, stdout, stderr } = await here(words);
  expect({ words, code, stdout, stderr }).toEqual({
    words,
    code: 2,
    stdout: '',
    stderr: expect.stringContaining(sentence),
  });
}

test('every flag with one dash in place of two', async () => {
  for (const { command, name } of flags.filter(({ name }) => name.length > 1))
    for (const word of [`-${name}`, `-${name}=x`])
      await refused([command, word, 'x'], `mote: unknown flag -${name}; did you mean --${name}?`);
});

test('every short flag with =, without a word of its value', async () => {
  const short = flags.filter((flag) => flag.short !== undefined);
  expect(short.length).toBeGreaterThan(30);
  for (const { command, name, short: letter } of short)
    await refused(
      [command, `-${letter}=x y`],
      `mote: -${letter} takes no =: write -${letter} VALUE, or --${name}=VALUE`,
    );
});

test('every command by its first three letters, and in capitals', async () => {
  for (const name of Object.keys(COMMANDS))
    for (const word of [name.slice(0, 3), name.toUpperCase()])
      if (word !== name) await refused([word], `did you mean ${name}?`);
});

test.each([
  ['version', '--version'],
  ['--verison', '--version'],
])('mote %s', async (word, meant) => {
  await refused([word], `did you mean ${meant}?`);
});

describe('who asked for JSON gets the mistake as JSON, too', () => {
  const withJson = commands.filter((command) => command.flags.some(({ name }) => name === 'json'));
  test.each(withJson.map(({ name }) => name))('mote %s', async (name) => {
    const { code, stdout, stderr } = await here([name, '--json', '--no-such-flag']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('unknown flag --no-such-flag')]);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'invalid-options', message: expect.stringMatching(/^unknown flag --no-such-flag/) },
    });
  });

  test('and mote explain that it knows nothing', async () => {
    const { code, stdout } = await here(['explain', 'zzz', '--json']);
    expect([code, JSON.parse(stdout)]).toMatchObject([1, { error: { code: 'unknown-code' } }]);
  });
});
