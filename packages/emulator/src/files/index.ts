// Reading and writing of files that somebody names, for the emulator and the command: nothing here waits without a limit.
export { fileReason } from './file-reason.ts';
export { fileStem } from './file-stem.ts';
export { type ReadLimits, readWhole } from './read-whole.ts';
export { makeFolder, openToWrite, PRIVATE, writeWhole } from './write-whole.ts';
