import { escaped, jsonText } from '@mote/client/explain';
import { paintedAs } from './paint.ts';
import { asciiJson, plainAscii, wantsAscii } from './plain-ascii.ts';
import { wrapped } from './wrap.ts';

/** Characters. A longer line tells a reader nothing more, and would push other lines off the screen. */
const MOST_OF_A_LINE = 8192;
/** Moves the cursor to the first column and erases its line [ECMA-48, EL]. */
const ERASE_LINE = '\r\x1b[2K';

/** Where an `Output` writes: a stream of Node. `columns` is the width of a terminal. */
export interface Screen {
  /** Returns false if the reader is slow. `drain` follows when there is room again. */
  write(chunk: string | Uint8Array): unknown;
  once?(event: 'drain', then: () => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** A line, and by how many columns it is indented where it is continued. */
export interface Row {
  readonly text: string;
  readonly indent: number | undefined;
}

/**
 * One stream of the command. All code writes through it, so no text of a peer, file or caller reaches a terminal as it is: control
 * characters are escaped here, also line feeds within a line. Only the colours of `paintFor` become escape sequences.
 */
export class Output {
  readonly #screen: Screen;
  /** Whether locale or terminal know only ASCII. */
  readonly #ascii: boolean;
  /** The width of sentences, if the environment gives one. */
  readonly #asked: string | undefined;

  constructor(screen: Screen, environment: Readonly<Record<string, string | undefined>> = process.env) {
    this.#screen = screen;
    this.#ascii = wantsAscii(environment);
    // Who exports COLUMNS asks for this width (POSIX, "COLUMNS"). Shells set it, too, but do not export it.
    this.#asked = /^[1-9]\d{0,4}$/.exec(environment['COLUMNS'] ?? '')?.[0];
  }

  /** Writes one sentence or one row of a table, as `prose` does. */
  line(text: string, indent?: number): void {
    this.prose([text], indent);
  }

  /**
   * Writes lines that are not wrapped: results, pictures, commands to paste. One of more than `most` characters is cut, and the number of
   * the others is appended.
   */
  lines(texts: readonly string[], most: number = MOST_OF_A_LINE): void {
    this.#screen.write(texts.map((text) => `${this.#shown(text, most)}\n`).join(''));
  }

  /**
   * Writes sentences, and rows of tables. If the width is known they are broken at blanks. The further lines are indented by `indent`
   * columns, or like the first line.
   */
  prose(texts: readonly (string | Row)[], indent?: number, most?: number): void {
    const { width } = this;
    const rows = texts.map((text) => (typeof text === 'string' ? { text, indent } : text));
    this.lines(
      rows.flatMap((row) => wrapped(row.text, width, row.indent)),
      most,
    );
  }

  /** Columns of a line: those that the environment asks for, or those of the terminal. Infinity if nobody has said. */
  get width(): number {
    const { isTTY, columns } = this.#screen;
    return Number(this.#asked ?? ((isTTY && columns) || Number.POSITIVE_INFINITY));
  }

  /** Writes a value as one line of JSON. */
  json(value: unknown): void {
    const text = jsonText(value);
    this.#screen.write(`${this.#ascii ? asciiJson(text) : text}\n`);
  }

  /** Replaces the line of the cursor. Needs a terminal. */
  redraw(text: string): void {
    this.#screen.write(ERASE_LINE + this.#shown(text, MOST_OF_A_LINE));
  }

  /** Replaces the line of the cursor and ends it, so that the next text is below. */
  redrawn(text: string, indent?: number): void {
    this.#screen.write(ERASE_LINE);
    this.line(text, indent);
  }

  /**
   * Writes bytes of a peer: to a file or a program as they are, to a terminal escaped. Returns false if the reader is slow: `drained`
   * resolves when there is room again.
   */
  bytes(bytes: Uint8Array): boolean {
    if (!this.#screen.isTTY) return this.#screen.write(bytes) !== false;
    const text = Buffer.from(bytes).toString();
    const [line, end] = text.endsWith('\n') ? [text.slice(0, -1), '\n'] : [text, ''];
    return this.#screen.write(this.#shown(line, MOST_OF_A_LINE) + end) !== false;
  }

  /** Resolves when the stream has room again. */
  drained(): Promise<void> {
    return new Promise((resolve) => void this.#screen.once?.('drain', resolve));
  }

  /** Writes a text of our own without escaping, such as a script for a shell. */
  script(text: string): void {
    this.#screen.write(text);
  }

  #shown(text: string, most: number): string {
    const plain = this.#ascii ? (part: string) => plainAscii(escaped(part)) : escaped;
    if (text.length <= most) return paintedAs(text, plain);
    // A line that is too long loses its colours, since the cut could fall into an escape sequence.
    const line = paintedAs(text, plain).replace(SGR, '');
    return line.length <= most ? line : plain(`${line.slice(0, most)}… (${line.length - most} more characters)`);
  }
}

/** For results. */
export const stdout: Output = new Output(process.stdout);
/** For progress, warnings and errors. */
export const stderr: Output = new Output(process.stderr);

// biome-ignore lint/suspicious/noControlCharactersInRegex: what is taken out are the escape sequences of our own colours
const SGR = /\x1b\[[\d;]+m/g;
