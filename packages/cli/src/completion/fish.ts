import type { Command, Flag } from '../command.ts';
import { flagsOf, valuesOf } from './flag-words.ts';

/** The completion script for fish: for `mote completion fish | source` in config.fish, or as ~/.config/fish/completions/mote.fish. */
export function fishCompletion(commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  return [
    'complete -c mote -f',
    ...commands.map(
      ({ name, summary }) => `complete -c mote -n '__fish_use_subcommand' -a ${name} -d ${quoted(summary)}`,
    ),
    `complete -c mote -n '__fish_seen_subcommand_from help' -a ${quoted(names)}`,
    ...commands.flatMap(commandLines),
    '',
  ].join('\n');
}

function commandLines(command: Command): string[] {
  const when = `complete -c mote -n '__fish_seen_subcommand_from ${command.name}'`;
  const { operandValues = [] } = command;
  const operands =
    operandValues === 'files'
      ? [`${when} -F`]
      : operandValues.length > 0
        ? [`${when} -a ${quoted(operandValues.join(' '))}`]
        : [];
  return [...operands, ...flagsOf(command).flatMap((flag) => flagLines(flag, when))];
}

/** One line for each name of the flag: `complete` of fish takes one long name at a time. */
function flagLines(flag: Flag, when: string): string[] {
  const { words, files } = valuesOf(flag);
  const offers = words.length > 0 ? ` -a ${quoted(words.join(' '))}` : '';
  const value = flag.value === undefined ? '' : `${files ? ' -r -F' : ' -x'}${offers}`;
  return [flag.name, ...(flag.aliases ?? [])].map((name, index) => {
    const short = index === 0 && flag.short !== undefined ? ` -s ${flag.short}` : '';
    return `${when} -l ${name}${short}${value} -d ${quoted(flag.summary)}`;
  });
}

/** In single quotes of fish only `\'` and `\\` are escapes, so only those two characters need one. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
