import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type Command, environmentName, type Flag, type Invocation, UsageError } from './command.ts';
import { didYouMean } from './likeness.ts';
import { shown } from './shown.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Values of an environment variable that leave a switch off. Every other value sets it. */
const OFF: ReadonlySet<string> = new Set(['', '0', 'false', 'no', 'off']);

/** Flags whose value names something that cannot have an empty name. */
const NEVER_EMPTY = /^(?:FILE|DIR|ADDR|NAME\|FILE)$/;

/** Flags that say the same thing in several ways: one of them on the command line stands for all. */
const SAME: readonly (readonly string[])[] = [
  ...['key', 'group-key', 'passphrase', 'connection-string', 'pw'].map((name) => [name, `${name}-file`]),
  ['ttl', 'expiry'],
  ['id', 'id-prefix'],
  ['message', 'file', 'stdin-line', 'stdin-file', 'null-message'],
];

/** Flags that say in other ways how a device proves itself. A certificate may go with a connection string. */
const KEYS = ['key', 'key-file', 'group-key', 'group-key-file'];
const STRINGS = ['connection-string', 'connection-string-file'];

function refuseSame(written: readonly string[]): void {
  for (const ways of SAME) {
    const [one, other] = ways.filter((name) => written.includes(name));
    if (other !== undefined) throw new UsageError(`--${one} and --${other} exclude each other: give one`);
  }
}

/**
 * The flags whose variables do not count when this flag is on the command line: it says the same in another way, and the command line
 * comes before the environment.
 */
function replacedBy(written: string): readonly string[] {
  const same = SAME.filter((ways) => ways.includes(written)).flat();
  if (KEYS.includes(written)) return [...same, ...KEYS, 'cert', 'cert-key', ...STRINGS];
  if (written === 'cert' || STRINGS.includes(written)) return [...same, ...KEYS];
  return same;
}

/**
 * Reads the words after `mote NAME`. A flag that is not among them is read from its environment variable. Throws UsageError for an
 * unknown flag, a flag without its value, a value that is none of the choices, and one operand too many.
 */
export function readArguments(command: Command, words: readonly string[], environment: Environment): Invocation {
  const { values, positionals } = parse(command, words);
  const given = new Map<string, string | boolean>();
  const repeated = new Map<string, readonly string[]>();
  const variables = new Map<string, string>();
  const exposed: string[] = [];
  const wordsFor = (flag: Flag) =>
    namesOf(flag)
      .map((name) => values[name])
      .find((candidate) => candidate !== undefined);
  const written = command.flags.filter((flag) => wordsFor(flag) !== undefined).map(({ name }) => name);
  refuseSame(written);
  const replaced = new Set(written.flatMap(replacedBy));
  for (const flag of command.flags) {
    const value = wordsFor(flag);
    if (value !== undefined) {
      if (value === '' && NEVER_EMPTY.test(flag.value ?? '')) throw new UsageError(`--${flag.name} needs a value`);
      const each = [value].flat();
      // Only a secret that is written on the command line is reported: other users do not see the environment.
      if (each.some((one) => isSecret(flag, one))) exposed.push(flag.name);
      given.set(flag.name, each.at(-1)!);
      if (flag.repeatable) repeated.set(flag.name, each as string[]);
      continue;
    }
    const variable = environmentName(command, flag);
    const fallback = environment[variable];
    // An empty variable counts as not set: CI systems often pass on variables that they have no value for.
    if (fallback === undefined || (flag.value !== undefined && fallback === '')) continue;
    if (replaced.has(flag.name)) continue;
    given.set(flag.name, flag.value === undefined ? !OFF.has(fallback.toLowerCase()) : fallback);
    variables.set(flag.name, variable);
  }
  const asGiven = (sentence: string) =>
    sentence.replace(/`--([\w-]+)`|`[^`]*`|--([a-z][\w-]*)/g, (text, quoted: string = '', bare: string = quoted) => {
      const variable = variables.get(bare);
      return variable === undefined ? text : text.replace(`--${bare}`, variable);
    });
  for (const flag of command.flags) checkChoice(flag, given.get(flag.name), asGiven);
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
    asGiven,
  };
}

/** Whether one of these switches is among the words. After `--` no word is a flag, and none is behind a flag that takes a value. */
export function asksFor(command: Command, words: readonly string[], switches: readonly string[]): boolean {
  const valued = command.flags.filter(({ value }) => value !== undefined);
  const takesValue = new Set(valued.flatMap((flag) => [...namesOf(flag).map((name) => `--${name}`), `-${flag.short}`]));
  const end = words.indexOf('--');
  return words
    .slice(0, end < 0 ? words.length : end)
    .some((word, at) => switches.includes(word) && !takesValue.has(words[at - 1] ?? ''));
}

/** The value of a flag as a whole number, or undefined if the flag was not given. Throws UsageError outside of `least` to `most`. */
export function wholeNumber(invocation: Invocation, name: string, least: number, most: number): number | undefined {
  const text = invocation.text(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  // Number() also accepts '', ' 7', '1e3' and '0x10', which are no numbers that a reader of a script expects here.
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
  refuseMisspelt(words, options);
  try {
    return parseArgs({ args: withNumbers(words, options), options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(sentence(error as Error & { code?: string }, words, Object.keys(options), command));
  }
}

/**
 * Writes `--polls -1` as `--polls=-1`, and `-m -12.5` as `--message=-12.5`. Without this, parseArgs takes the second word for a flag
 * and says that the first has no value. A second word that begins with a dash and a letter stays a flag, unless it has a blank in it.
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

/** Our words for an error of parseArgs. Node writes up to three sentences with advice about `--`; here the flag is named, no more. */
function sentence(
  error: Error & { code?: string },
  words: readonly string[],
  known: readonly string[],
  { foreign = {}, flags }: Command,
): string {
  const flag = /'(?:-\w, )?(--?[\w-]+)/.exec(error.message)?.[1] ?? words[0] ?? '';
  switch (error.code) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
      if (Object.hasOwn(foreign, flag)) return `${flag} is not here: ${foreign[flag]}`;
      return `unknown flag ${flag}${meantFlag(flag, [...known, 'help'])}`;
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE':
      if (/does not take/.test(error.message)) return `${flag} takes no value`;
      return `${flag} needs a value${/ambiguous/.test(error.message) ? dashed(flag, flags) : ''}`;
    default:
      return error.message;
  }
}

/** How a text that begins with a dash is given to `-m`. Ids and numbers do not begin so: there the value was forgotten. */
function dashed(flag: string, flags: readonly Flag[]): string {
  const found = flags.find(({ name, short }) => flag === `-${short}` || flag === `--${name}`);
  return /^(?:TEXT|PASSWORD)$/.test(found?.value ?? '')
    ? `; one that begins with a dash is written --${found!.name}=-…`
    : '';
}

/** A flag that parseArgs would read as another one: `-topic` as `-t opic`, and `-t=a` as the topic `=a`. */
function refuseMisspelt(words: readonly string[], options: NonNullable<ParseArgsConfig['options']>): void {
  const end = words.indexOf('--');
  for (const word of words.slice(0, end < 0 ? words.length : end)) {
    const [, name = ''] = /^-(\w[\w-]+)(?:=.*)?$/s.exec(word) ?? [];
    if (Object.hasOwn(options, name) || name === 'help')
      throw new UsageError(`unknown flag -${name}; did you mean --${name}?`);
    const [, letter] = /^-(\w)=/.exec(word) ?? [];
    const [long] = Object.entries(options).find(([, { short }]) => short !== undefined && short === letter) ?? [];
    if (long !== undefined) throw new UsageError(`-${letter} takes no =: write -${letter} VALUE, or --${long}=VALUE`);
  }
}

/** The flag that may be meant by an unknown one. A letter has no likeness: it is the first of a name. */
function meantFlag(flag: string, known: readonly string[]): string {
  const [, letter] = /^-(\w)$/.exec(flag) ?? [];
  if (letter === undefined) return didYouMean(flag, known, '--');
  const name = known.find((one) => one.startsWith(letter.toLowerCase()));
  return name === undefined ? '' : `; did you mean --${name}?`;
}

/** Some flags are secret for some values only, such as a proxy URL that holds a password. */
function isSecret({ secret = false }: Flag, value: unknown): boolean {
  return typeof secret === 'function' ? secret(String(value)) : secret;
}

function checkChoice(flag: Flag, value: string | boolean | undefined, asGiven: Invocation['asGiven']): void {
  if (flag.choices === undefined || typeof value !== 'string' || flag.choices.includes(value)) return;
  throw new UsageError(`${asGiven(`--${flag.name}`)} is one of ${flag.choices.join(', ')}, not ${shown(value)}`);
}

function namesOf(flag: Flag): string[] {
  return [flag.name, ...(flag.aliases ?? [])];
}
