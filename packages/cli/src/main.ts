#!/usr/bin/env node
import { run, unexpected } from './run.ts';

const words = process.argv.slice(2);

// In `mote … | head` the reader ends first. That is no failure: the command ends, as SIGPIPE ends other programs. An emulator goes on,
// since its devices still need it.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (stream === process.stdout && words[0] !== 'emulate') process.exit();
  });
}

process.on('uncaughtException', (error) => process.exit(unexpected(error)));

// The exit code is set, and the process is not forced to end: so a socket or timer that a command forgot shows as a process that hangs.
process.exitCode = await run(words, process.env);
