import { escaped, jsonText } from '@mote/client/explain';
import { paintedAs } from './paint.ts';

/** More of one line is of no use to a reader, and can push what he looks for off the screen. */
const MOST_OF_A_LINE = 8192;
const ERASE_LINE = '\r\x1b[2K';

/**
 * One stream of the command. Nothing else writes to it, so nothing that a peer, a file or a caller said reaches a terminal raw: what
 * is no colour of `paintFor` is escaped here, line feeds inside a line included.
 */
export class Output {
  readonly #stream: NodeJS.WritableStream;

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
  }

  /** One line, whatever is in it. Longer ones than `most` characters are cut, with a count. */
  line(text = '', most: number = MOST_OF_A_LINE): void {
    this.#stream.write(`${shown(text, most)}\n`);
  }

  lines(texts: readonly string[], most: number = MOST_OF_A_LINE): void {
    this.#stream.write(texts.map((text) => `${shown(text, most)}\n`).join(''));
  }

  /** One value on one line of JSON. */
  json(value: unknown): void {
    this.#stream.write(`${jsonText(value)}\n`);
  }

  /** The line that the cursor is on, written anew. Needs a terminal. */
  redraw(text: string): void {
    this.#stream.write(ERASE_LINE + shown(text, MOST_OF_A_LINE));
  }

  /** The same, and the next text stands below it. */
  redrawn(text: string): void {
    this.#stream.write(ERASE_LINE);
    this.line(text);
  }

  /**
   * Bytes of a peer as they are, for a file or a program; a terminal gets them escaped. False when the reader is slow: `drain` of
   * the stream says when he is not.
   */
  bytes(bytes: Uint8Array): boolean {
    if (!(this.#stream as { isTTY?: boolean }).isTTY) return this.#stream.write(bytes);
    const text = Buffer.from(bytes).toString();
    return this.#stream.write(
      text.endsWith('\n') ? `${shown(text.slice(0, -1), MOST_OF_A_LINE)}\n` : shown(text, MOST_OF_A_LINE),
    );
  }

  /** Resolves when the reader takes more. */
  drained(): Promise<void> {
    return new Promise((resolve) => this.#stream.once('drain', resolve));
  }

  /** Constant text of our own, such as a script for a shell. */
  script(text: string): void {
    this.#stream.write(text);
  }
}

export const stdout: Output = new Output(process.stdout);
export const stderr: Output = new Output(process.stderr);

function shown(text: string, most: number): string {
  if (text.length <= most) return paintedAs(text, escaped);
  // A colour is not cut in two, so a line that is too long has none.
  const plain = paintedAs(text, escaped).replace(SGR, '');
  return plain.length <= most ? plain : `${plain.slice(0, most)}… (${plain.length - most} more characters)`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: what is taken out are the escape sequences of our own colours
const SGR = /\x1b\[[\d;]+m/g;
