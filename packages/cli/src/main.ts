#!/usr/bin/env node
import { run, unexpected } from './run.ts';

const words = process.argv.slice(2);

// `mote … | head`: that nobody reads any more is no failure. It ends the command, as SIGPIPE ends others, but not an emulator, whose
// devices go on.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (stream === process.stdout && words[0] !== 'emulate') process.exit();
  });
}

process.on('uncaughtException', (error) => process.exit(unexpected(error)));

// The exit code is set, never forced: a handle that were left open would show as a process that does not end.
process.exitCode = await run(words, process.env);
