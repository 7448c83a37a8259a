import { existsSync, readFileSync } from 'node:fs';
import { UsageError } from '../command.ts';
import { type Piece, readPieces } from './reading/capture.ts';
import { InputError } from './reading/input-error.ts';

/** Bytes from the words of the command line: `-` is stdin; what reads as hex is hex, else a file of that name, else base64. */
export function readOperand(words: readonly string[]): Piece[] {
  const text = words.join(' ');
  if (text === '-') return fromContent(readFileSync(process.stdin.fd));
  const hex = /^[\s0-9a-f:,_-]*$/i.test(text) || /0x/i.test(text);
  if (!hex && words.length === 1 && existsSync(text)) return fromContent(readFile(text));
  try {
    return readPieces(text);
  } catch (error) {
    throw new UsageError(`${(error as InputError).message}${hex ? '' : ', and no file has that name'}`);
  }
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}`);
  }
}

/** Text is read as text. Every MQTT packet that is no text holds a control character or ill-formed UTF-8, so nothing is guessed. */
function fromContent(content: Buffer): Piece[] {
  const text = textOf(content);
  if (text === undefined) return [{ bytes: new Uint8Array(content) }];
  try {
    return readPieces(text);
  } catch (error) {
    if (error instanceof InputError) throw new UsageError(error.message);
    throw error;
  }
}

function textOf(content: Buffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(content);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells binary from text
    return /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
