import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type Command, environmentName, type Flag, type Invocation, UsageError } from './command.ts';
import { didYouMean } from './likeness.ts';
import { shown } from './shown.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const OFF: ReadonlySet<string> = new Set(['', '0', 'false', 'no', 'off']);

/** Reads the words after `mote NAME`; what they leave out comes from the environment. Throws UsageError. */
export function readArguments(command: Command, words: readonly string[], environment: Environment): Invocation {
  const { values, positionals } = parse(command, words);
  const given = new Map<string, string | boolean>();
  const repeated = new Map<string, readonly string[]>();
  const exposed: string[] = [];
  for (const flag of command.flags) {
    const value = namesOf(flag)
      .map((name) => values[name])
      .find((candidate) => candidate !== undefined);
    if (value !== undefined) {
      const each = [value].flat();
      if (each.some((one) => isSecret(flag, one))) exposed.push(flag.name);
      given.set(flag.name, each.at(-1)!);
      if (flag.repeatable) repeated.set(flag.name, each as string[]);
      continue;
    }
    const fallback = environment[environmentName(command, flag)];
    if (fallback === undefined || (flag.value !== undefined && fallback === '')) continue;
    given.set(flag.name, flag.value === undefined ? !OFF.has(fallback.toLowerCase()) : fallback);
  }
  for (const flag of command.flags) checkChoice(flag, given.get(flag.name));
  if (positionals.length > command.operands) {
    throw new UsageError(`unexpected word ${shown(positionals[command.operands]!)}`);
  }
  return {
    text: (name) => {
      const value = given.get(name);
      return typeof value === 'string' ? value : undefined;
    },
    texts: (name) => repeated.get(name) ?? [given.get(name)].filter((value) => typeof value === 'string'),
    on: (name) => given.get(name) === true,
    operands: positionals,
    exposed,
  };
}

/** A whole number within bounds, or undefined when the flag was not given. Throws UsageError. */
export function wholeNumber(invocation: Invocation, name: string, least: number, most: number): number | undefined {
  const text = invocation.text(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new UsageError(`--${name} takes a whole number from ${least} to ${most}, not ${shown(text)}`);
  }
  return value;
}

function parse(command: Command, words: readonly string[]) {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const flag of command.flags) {
    for (const name of namesOf(flag))
      options[name] = { type: flag.value === undefined ? 'boolean' : 'string', multiple: flag.repeatable ?? false };
    if (flag.short) options[flag.name] = { ...options[flag.name]!, short: flag.short };
  }
  try {
    return parseArgs({ args: withNumbers(words, options), options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(sentence(error as Error & { code?: string }, words, Object.keys(options)));
  }
}

/**
 * `--polls -1` as `--polls=-1`, and `-m -12.5` as `--message=-12.5`: Node takes a word with a dash for a flag, and says that the first
 * has no value. A flag that exists stays one.
 */
function withNumbers(words: readonly string[], options: NonNullable<ParseArgsConfig['options']>): string[] {
  const joined: string[] = [];
  for (const word of words) {
    const [, long, short] = /^-(?:-([\w-]+)|(\w))$/.exec(joined.at(-1) ?? '') ?? [];
    const flag = long ?? (short && Object.keys(options).find((name) => options[name]?.short === short));
    const isValue = /^-[^-a-z]|^-.*\s/i.test(word) && flag !== undefined && options[flag]?.type === 'string';
    if (isValue) joined.splice(-1, 1, `--${flag}=${word}`);
    else joined.push(word);
  }
  return joined;
}

/** Node's own sentences run to three and advise on `--`; ours name the flag and stop. */
function sentence(error: Error & { code?: string }, words: readonly string[], known: readonly string[]): string {
  const flag = /'(?:-\w, )?(--?[\w-]+)/.exec(error.message)?.[1] ?? words[0] ?? '';
  switch (error.code) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
      return `unknown flag ${flag}${didYouMean(flag, [...known, 'help'], '--')}`;
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE':
      return /does not take/.test(error.message) ? `${flag} takes no value` : `${flag} needs a value`;
    default:
      return error.message;
  }
}

function isSecret({ secret = false }: Flag, value: unknown): boolean {
  return typeof secret === 'function' ? secret(String(value)) : secret;
}

function checkChoice(flag: Flag, value: string | boolean | undefined): void {
  if (flag.choices === undefined || typeof value !== 'string' || flag.choices.includes(value)) return;
  throw new UsageError(`--${flag.name} is one of ${flag.choices.join(', ')}, not ${shown(value)}`);
}

function namesOf(flag: Flag): string[] {
  return [flag.name, ...(flag.aliases ?? [])];
}
