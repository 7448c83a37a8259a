#!/usr/bin/env node
import { fileReason } from '@mote/emulator/files';
import { run, unexpected } from './run.ts';
import { stderr } from './terminal/output.ts';

const words = process.argv.slice(2);

// Two commands go on when their output is closed, since others wait for what they do: an emulator serves its devices, and a device whose
// input has an end sends all of it.
const goesOn = words[0] === 'emulate' || (words[0] === 'device' && words.includes('--exit-on-eof'));
let unwritten = false;

// In `mote … | head` the reader ends first. That is no failure: the command ends, as SIGPIPE ends other programs. On a full disk there is
// no result, so the command has failed.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  const gone = error.code === 'EPIPE';
  if (!gone && !unwritten) stderr.line(`mote: cannot write the result: ${fileReason(error)}`);
  unwritten ||= !gone;
  if (unwritten) process.exitCode ||= 1;
  if (!goesOn) process.exit();
});
// There is no other place to report it.
process.stderr.on('error', () => {});

process.on('uncaughtException', (error) => process.exit(unexpected(error)));

// The exit code is set, and the process is not forced to end: so a socket or timer that a command forgot shows as a process that hangs.
const code = await run(words, process.env);
process.exitCode = code || (unwritten ? 1 : 0);
