import { escaped, jsonText } from '@mote/client/explain';
import { paintedAs } from './paint.ts';
import { asciiJson, plainAscii, wantsAscii } from './plain-ascii.ts';
import { wrapped } from './wrap.ts';

/** More of one line is of no use to a reader, and can push what he looks for off the screen. */
const MOST_OF_A_LINE = 8192;
const ERASE_LINE = '\r\x1b[2K';

/** Where an `Output` writes: a stream of Node, and how wide it is if it is a terminal. */
export interface Screen {
  /** False when the reader is slow: `drain` says when he is not. */
  write(chunk: string | Uint8Array): unknown;
  once?(event: 'drain', then: () => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/**
 * One stream of the command. Nothing else writes to it, so nothing that a peer, a file or a caller said reaches a terminal raw: what
 * is no colour of `paintFor` is escaped here, line feeds inside a line included.
 */
export class Output {
  readonly #screen: Screen;
  /** Whether the reader's locale or terminal knows no more than ASCII. */
  readonly #ascii: boolean;
  /** Columns that sentences may take, where the environment says so. */
  readonly #asked: string | undefined;

  constructor(screen: Screen, environment: Readonly<Record<string, string | undefined>> = process.env) {
    this.#screen = screen;
    this.#ascii = wantsAscii(environment);
    // COLUMNS is asked for by whoever exports it (POSIX, "COLUMNS"): a shell keeps its own to itself.
    this.#asked = /^[1-9]\d{0,4}$/.exec(environment['COLUMNS'] ?? '')?.[0];
  }

  /** One line, whatever is in it. Longer ones than `most` characters are cut, with a count. */
  line(text = '', most: number = MOST_OF_A_LINE): void {
    this.lines([text], most);
  }

  /** Lines that keep their shape: tables, bytes, commands to paste. */
  lines(texts: readonly string[], most: number = MOST_OF_A_LINE): void {
    this.#screen.write(texts.map((text) => `${this.#shown(text, most)}\n`).join(''));
  }

  /** Sentences: where the width is known they are broken at spaces, and indented by `indent` or as their first line is. */
  prose(texts: readonly string[], indent?: number): void {
    const { isTTY, columns } = this.#screen;
    const width = Number(this.#asked ?? ((isTTY && columns) || Number.POSITIVE_INFINITY));
    this.lines(texts.flatMap((text) => wrapped(text, width, indent)));
  }

  /** One value on one line of JSON. */
  json(value: unknown): void {
    const text = jsonText(value);
    this.#screen.write(`${this.#ascii ? asciiJson(text) : text}\n`);
  }

  /** The line that the cursor is on, written anew. Needs a terminal. */
  redraw(text: string): void {
    this.#screen.write(ERASE_LINE + this.#shown(text, MOST_OF_A_LINE));
  }

  /** The same, and the next text stands below it. */
  redrawn(text: string): void {
    this.#screen.write(ERASE_LINE);
    this.line(text);
  }

  /**
   * Bytes of a peer as they are, for a file or a program; a terminal gets them escaped. False when the reader is slow: `drain` of
   * the stream says when he is not.
   */
  bytes(bytes: Uint8Array): boolean {
    if (!this.#screen.isTTY) return this.#screen.write(bytes) !== false;
    const text = Buffer.from(bytes).toString();
    const [line, end] = text.endsWith('\n') ? [text.slice(0, -1), '\n'] : [text, ''];
    return this.#screen.write(this.#shown(line, MOST_OF_A_LINE) + end) !== false;
  }

  /** Resolves when the reader takes more. */
  drained(): Promise<void> {
    return new Promise((resolve) => void this.#screen.once?.('drain', resolve));
  }

  /** Constant text of our own, such as a script for a shell. */
  script(text: string): void {
    this.#screen.write(text);
  }

  #shown(text: string, most: number): string {
    const plain = this.#ascii ? (part: string) => plainAscii(escaped(part)) : escaped;
    if (text.length <= most) return paintedAs(text, plain);
    // A colour is not cut in two, so a line that is too long has none.
    const line = paintedAs(text, plain).replace(SGR, '');
    return line.length <= most ? line : plain(`${line.slice(0, most)}… (${line.length - most} more characters)`);
  }
}

export const stdout: Output = new Output(process.stdout);
export const stderr: Output = new Output(process.stderr);

// biome-ignore lint/suspicious/noControlCharactersInRegex: what is taken out are the escape sequences of our own colours
const SGR = /\x1b\[[\d;]+m/g;
