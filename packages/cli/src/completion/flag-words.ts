import type { Command, Flag } from '../command.ts';

/** The flag as it is typed, its aliases and its short form. */
export function wordsOf(flag: Flag): string[] {
  return [
    ...[flag.name, ...(flag.aliases ?? [])].map((name) => `--${name}`),
    ...(flag.short === undefined ? [] : [`-${flag.short}`]),
  ];
}

export const HELP: Flag = { name: 'help', short: 'h', summary: 'print the flags of the command' };

export function flagsOf(command: Command): Flag[] {
  return [...command.flags, HELP];
}

/** What a shell can offer for the value of a flag: words, paths, both or nothing. */
export function valuesOf(flag: Flag): { readonly words: readonly string[]; readonly files: boolean } {
  return {
    words: flag.choices ?? flag.offers ?? [],
    files: flag.value !== undefined && /\b(?:FILE|DIR)\b/.test(flag.value),
  };
}
