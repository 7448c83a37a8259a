#!/usr/bin/env node
import { run, unexpected } from './run.ts';

// `mote … | head`: that nobody reads any more is no failure, and an emulator goes on.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

process.on('uncaughtException', (error) => process.exit(unexpected(error)));

// The exit code is set, never forced: a handle that were left open would show as a process that does not end.
process.exitCode = await run(process.argv.slice(2), process.env);
