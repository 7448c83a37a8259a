import { statSync } from 'node:fs';
import { fileReason, readWhole } from '@mote/emulator/files';
import { UsageError } from '../command.ts';
import { InputError } from '../packets/input-error.ts';
import { MORE_TEXTS } from '../packets/more-texts.ts';
import { readContent, readWords } from '../packets/read-content.ts';
import type { Reading } from '../packets/reading.ts';

/** Bytes of a file: 256 MiB, a capture of hours. */
const MOST_CONTENT = 268_435_456;

/**
 * Reads the words of the command line. `-` is standard input. One word that is the name of a file is that file, even if it could be
 * bytes, as `c000` could. All else is bytes written as text. Throws InputError or UsageError.
 */
export function readOperand(words: readonly string[]): Reading {
  const text = words.join(' ');
  if (text === '-') return readContent(readFile('-'), MORE_TEXTS);
  const kind = words.length === 1 ? kindOf(text) : undefined;
  if (kind === 'file') {
    const reading = readContent(readFile(text), MORE_TEXTS);
    return isAlsoBytes(text)
      ? { ...reading, notes: [`read the file ${text}; 0x${text} would be the bytes`, ...reading.notes] }
      : reading;
  }
  if (kind === 'folder' && !isAlsoBytes(text)) throw new UsageError(`cannot read ${text}: it is a folder (EISDIR)`);
  try {
    return readWords(text, MORE_TEXTS);
  } catch (error) {
    throw withoutFile(error, words);
  }
}

function kindOf(path: string): 'file' | 'folder' | undefined {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file';
  } catch {
    return undefined;
  }
}

/** Reads a file, or waits for standard input without limit: somebody may type there, and Ctrl-C ends it. */
function readFile(path: string): Uint8Array {
  try {
    return readWhole(path, { most: MOST_CONTENT, ...(path === '-' && { silenceMs: Number.POSITIVE_INFINITY }) });
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${fileReason(error)}`);
  }
}

function isAlsoBytes(name: string): boolean {
  return /^(?:[0-9a-f]{2})+$/i.test(name);
}

/** Adds to an error that no file has the name, if the word looks like a file name. */
function withoutFile(error: unknown, words: readonly string[]): unknown {
  const [word = ''] = words;
  if (!(error instanceof InputError) || words.length > 1 || !/^[\w./\\:-]+$/.test(word) || /^[0-9a-f]+$/i.test(word))
    return error;
  return new InputError(error.message.replace(/(?=\. What can be read)|$/, ', and no file has that name'));
}
