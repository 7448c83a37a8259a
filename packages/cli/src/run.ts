import { readFileSync } from 'node:fs';
import { asksFor, readArguments } from './arguments.ts';
import { type Command, type Invocation, UsageError } from './command.ts';
import { COMMANDS } from './commands.ts';
import { commandHelp, overview, usageLine } from './help.ts';
import { didYouMean } from './likeness.ts';
import { shown } from './shown.ts';
import { warnOfExposedSecrets } from './terminal/exposed-secrets.ts';
import { stderr, stdout } from './terminal/output.ts';

/** Runs the command that the words after `mote` name, and resolves to the exit code. Prints usage errors and our own faults itself. */
export async function run(
  [word, ...words]: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  if (word === undefined || word === '--help' || word === '-h' || word === 'help') return await help(words[0], word);
  if (word === '--version' || word === '-V') {
    const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    stdout.lines([manifest.version]);
    return 0;
  }
  const load = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
  if (load === undefined) return word.startsWith('-') ? flagFirst(word, words) : await unknownCommand(word);
  const command = await load();
  const rest = command.hostFlag === true ? hostAsOperand(words) : words;
  // The help is printed whatever else is wrong with the words.
  if (asksFor(command, rest, ['--help', '-h'])) {
    printHelp(command);
    return 0;
  }
  let invocation: Invocation | undefined;
  try {
    invocation = readArguments(command, rest, environment);
    // This is done here for all commands, so that no new command can forget it.
    warnOfExposedSecrets(invocation);
    return await command.run(invocation);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === 'uv_cwd')
      return refuse(
        ['the folder that this was started in is not there any more: change to another'],
        usageLine(command),
      );
    if (!(error instanceof UsageError)) return unexpected(error);
    // A program that reads the JSON gets the mistake in the fields of ProvisioningError, which it reads anyway.
    const lines = error.lines.map((line) => invocation?.asGiven(line) ?? line);
    if (invocation?.on('json') ?? asksFor(command, rest, ['--json'])) {
      const message = lines.join('\n');
      stdout.json({ error: { code: 'invalid-options', stage: 'options', retryable: false, message } });
    }
    return refuse(lines, usageLine(command), `mote ${command.name} --help`);
  }
}

/** Writes `-h broker` and `--host broker` as `broker`. */
function hostAsOperand(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => /^(?:-h|--host|--host=.*)$/s.test(word));
  const [flag = '', host] = words.slice(at, at + 2);
  if (flag.startsWith('--host=')) return [...words.slice(0, at), flag.slice(7), ...words.slice(at + 1)];
  return at < 0 || host === undefined || host.startsWith('-') ? words : [...words.slice(0, at), ...words.slice(at + 1)];
}

async function help(name: string | undefined, word: string | undefined): Promise<number> {
  const load = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load !== undefined) printHelp(await load());
  else if (name !== undefined && word === 'help' && !name.startsWith('-')) return await unknownCommand(name);
  else if (word === undefined) stderr.prose(...overview(await all()));
  else stdout.prose(...overview(await all()));
  return word === undefined ? 2 : 0;
}

async function all(): Promise<Command[]> {
  return await Promise.all(Object.values(COMMANDS).map((load) => load()));
}

/** Refuses an unknown command. If the word is a code or bytes, the command that reads such words is named. */
async function unknownCommand(word: string): Promise<number> {
  const near = /^ver/i.test(word)
    ? '; did you mean --version?'
    : didYouMean(word, Object.keys(COMMANDS)) || (await meant(word));
  const name = near.includes(word) ? JSON.stringify(word) : shown(word);
  return refuse([`unknown command ${name}${near || '; `mote --help` lists them'}`]);
}

/** Refuses a flag in the place of the command. Meant is --help or --version with a typing error, or a flag of the command after it. */
function flagFirst(word: string, words: readonly string[]): number {
  const command = words.find((one) => Object.hasOwn(COMMANDS, one));
  if (command !== undefined)
    return refuse([`${word} stands in front of the command: write \`mote ${command} … ${word}\``]);
  const near = /^-+v/i.test(word) ? '; did you mean --version?' : didYouMean(word, ['help', 'version'], '--');
  return refuse([`unknown flag ${word}${near || '; flags stand behind a command'}`]);
}

async function meant(word: string): Promise<string> {
  const { explain } = await import('./explain/explain.ts');
  if (explain(word) !== undefined) return `; did you mean \`mote explain ${word}\`?`;
  return /^(?:[\da-f]{2}){2,}$/i.test(word) ? `; did you mean \`mote inspect ${word}\`?` : '';
}

function printHelp(command: Command): void {
  const { head, flags, notes } = commandHelp(command);
  stdout.prose(head, HELP_INDENT);
  stdout.prose(flags.lines, flags.column);
  stdout.prose(notes);
}

/** Columns by which a wrapped line of the help's head is indented. */
const HELP_INDENT = 2;

function refuse(mistakes: readonly string[], usage = 'usage: mote COMMAND [FLAGS]', more = 'mote --help'): number {
  stderr.prose([...mistakes.map((mistake) => `mote: ${mistake}`), usage, `more: \`${more}\``]);
  return 2;
}

/**
 * Prints an error that no code expects, and returns exit code 1. Node would print the message as it is; but parts of it may come from
 * a peer, so it goes through our own output, which escapes control characters.
 */
export function unexpected(error: unknown): number {
  stderr.line('mote: this is a fault of Mote; please report it with these lines');
  stderr.lines(String((error instanceof Error && error.stack) || error).split('\n'));
  return 1;
}
