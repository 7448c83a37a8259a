#!/usr/bin/env node
import { fileReason } from '@mote/emulator/files';
import { run, unexpected } from './run.ts';
import { stderr } from './terminal/output.ts';

const words = process.argv.slice(2);

// In `mote … | head` the reader ends first. That is no failure: the command ends, as SIGPIPE ends other programs. An emulator goes on,
// since its devices still need it. On a full disk there is no result, so the command has failed.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  const gone = error.code === 'EPIPE';
  if (!gone && !process.exitCode) stderr.line(`mote: cannot write the result: ${fileReason(error)}`);
  if (!gone) process.exitCode = 1;
  if (words[0] !== 'emulate') process.exit();
});
// Nobody reads what is said there any more.
process.stderr.on('error', () => {});

process.on('uncaughtException', (error) => process.exit(unexpected(error)));

// The exit code is set, and the process is not forced to end: so a socket or timer that a command forgot shows as a process that hangs.
process.exitCode = await run(words, process.env);
