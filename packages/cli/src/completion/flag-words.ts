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

/** What a shell can offer for the value of a flag: its choices, paths, or nothing. */
export function valuesOf(flag: Flag): 'files' | readonly string[] {
  return flag.choices ?? (flag.value !== undefined && /\b(?:FILE|DIR)\b/.test(flag.value) ? 'files' : []);
}
