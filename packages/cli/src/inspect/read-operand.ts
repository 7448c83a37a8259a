import { existsSync, readFileSync } from 'node:fs';
import { UsageError } from '../command.ts';
import { fileReason } from '../file-reason.ts';
import { type Piece, readPieces } from './reading/capture.ts';
import { InputError } from './reading/input-error.ts';

/**
 * Bytes from the words of the command line. `-` is stdin; what reads as hex is hex, even where a file has that name, since
 * `dead` is a packet every day; else a file of that name; else base64, by the rule of `readByteText`.
 */
export function readOperand(words: readonly string[]): Piece[] {
  const pieces = piecesOf(words.join(' '), words.length);
  const size = pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (size > MOST_BYTES) throw tooMany(`${size} bytes`);
  return pieces;
}

/** What a `Framer` takes for one packet unless told. All zeros, the worst of it, make 786,432 lines in 1.8 s (Node 20, two cores). */
const MOST_BYTES = 262_144;
/** `hexdump -C` takes five characters for a byte, a capture less than three. */
const MOST_TEXT = 8 * MOST_BYTES;

const tooMany = (what: string): UsageError =>
  new UsageError(`${what} are too many to name each: \`head -c ${MOST_BYTES} FILE | mote inspect -\` reads the first`);

function piecesOf(text: string, words: number): Piece[] {
  if (text === '-') return fromContent(readFileSync(process.stdin.fd));
  const hex = /^[\s0-9a-f:,_-]*$/i.test(text) || /0x/i.test(text);
  const named = words === 1 && existsSync(text);
  if (!hex && named) return fromContent(readFile(text));
  try {
    return readPieces(text);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const file = named ? `; the file of that name is ./${text}` : hex ? '' : ', and no file has that name';
    throw new UsageError(`${error.message}${file}`);
  }
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${fileReason(error)}`);
  }
}

/** Text is read as text. Every MQTT packet that is no text holds a control character or ill-formed UTF-8, so nothing is guessed. */
function fromContent(content: Buffer): Piece[] {
  if (content.length > MOST_TEXT) throw tooMany(`${content.length} bytes`);
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
