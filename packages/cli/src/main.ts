#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { readArguments } from './arguments.ts';
import { type Command, UsageError } from './command.ts';
import { COMMANDS } from './commands.ts';
import { commandHelp, overview, usageLine } from './help.ts';
import { didYouMean } from './likeness.ts';

// `mote … | head`: that nobody reads any more is no failure, and an emulator goes on.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

// The exit code is set, never forced: a handle that were left open would show as a process that does not end.
process.exitCode = await run(process.argv.slice(2));

async function run([word, ...rest]: string[]): Promise<number> {
  if (word === undefined || word === '--help' || word === '-h' || word === 'help') return await help(rest[0], word);
  if (word === '--version' || word === '-V') {
    const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    console.log(manifest.version);
    return 0;
  }
  const load = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
  if (load === undefined) return unknownCommand(word);
  const command = await load();
  const end = rest.indexOf('--');
  if (rest.slice(0, end < 0 ? rest.length : end).some((flag) => flag === '--help' || flag === '-h')) {
    console.log(commandHelp(command));
    return 0;
  }
  try {
    return await command.run(readArguments(command, rest, process.env));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return refuse(error.message, usageLine(command));
  }
}

async function help(name: string | undefined, word: string | undefined): Promise<number> {
  const load = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load !== undefined) console.log(commandHelp(await load()));
  else if (name !== undefined && word === 'help') return unknownCommand(name);
  else if (word === undefined) console.error(overview(await all()));
  else console.log(overview(await all()));
  return word === undefined ? 2 : 0;
}

async function all(): Promise<Command[]> {
  return await Promise.all(Object.values(COMMANDS).map((load) => load()));
}

function unknownCommand(word: string): number {
  const near = didYouMean(word, Object.keys(COMMANDS));
  return refuse(`unknown command ${JSON.stringify(word)}${near || '; `mote --help` lists them'}`);
}

function refuse(message: string, usage = 'usage: mote COMMAND [FLAGS]'): number {
  console.error(`mote: ${message}\n${usage}`);
  return 2;
}
