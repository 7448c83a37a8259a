import type { Command, Flag } from '../command.ts';

/** All words for which a user may type this flag: `--name`, its aliases and its short form. */
export function wordsOf(flag: Flag): string[] {
  return [
    ...[flag.name, ...(flag.aliases ?? [])].map((name) => `--${name}`),
    ...(flag.short === undefined ? [] : [`-${flag.short}`]),
  ];
}

/** `--help`, which every command has and none lists. */
export const HELP: Flag = { name: 'help', short: 'h', summary: 'print the flags of the command' };

/** The flags of a command, `--help` included. */
export function flagsOf(command: Command): Flag[] {
  return [...command.flags, HELP];
}

/** What a shell can offer for the value of a flag: words, paths, both or nothing. Paths, if the help calls the value FILE or DIR. */
export function valuesOf(flag: Flag): { readonly words: readonly string[]; readonly files: boolean } {
  return {
    words: flag.choices ?? flag.offers ?? [],
    files: flag.value !== undefined && /\b(?:FILE|DIR)\b/.test(flag.value),
  };
}
