import { fstatSync } from 'node:fs';
import { fileReason } from '@mote/emulator/files';
import { UsageError } from '../command.ts';

/**
 * The bytes of standard input as they come. Iterating rejects with the reason of `signal` when that aborts: a terminal or pipe that says
 * nothing for hours must not hold a command back. Throws UsageError for what cannot be read.
 */
export function standardInput(signal?: AbortSignal): AsyncIterable<Uint8Array | string> {
  // To Node a folder is an input that has ended, so that nothing would be sent, and exit code 0 would say that all was.
  if (isFolder(0)) throw unreadable({ code: 'EISDIR' });
  return chunks(signal);
}

function isFolder(file: number): boolean {
  try {
    return fstatSync(file).isDirectory();
  } catch {
    return false; // reading will tell
  }
}

async function* chunks(signal: AbortSignal | undefined): AsyncGenerator<Uint8Array | string, void, void> {
  const stop = (): void => void process.stdin.destroy(signal?.reason);
  signal?.addEventListener('abort', stop);
  try {
    for await (const chunk of process.stdin) yield chunk;
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall === 'read' ? unreadable(error) : error;
  } finally {
    // Nobody listens for errors of the stream any more: the reason of a later abort would end the process as one that nobody expects.
    signal?.removeEventListener('abort', stop);
  }
}

const unreadable = (error: unknown): UsageError => new UsageError(`cannot read standard input: ${fileReason(error)}`);
