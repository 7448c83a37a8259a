/** The colours of one stream. Each function marks a text; where no colour is wanted it returns the text as it is. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  /** Neither good nor bad: unfinished, or tried again. */
  readonly warn: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
  /** What comes from the device. */
  readonly device: (text: string) => string;
  /** What comes from the service. */
  readonly service: (text: string) => string;
}

/** A stream that may be a terminal. */
export interface Screen {
  readonly isTTY?: boolean;
}

/**
 * Stands for the begin of a colour until `Output` writes it. It is random, so no peer can guess it and have its own escape sequences
 * taken for ours.
 */
const MARK = `\ufdd0${crypto.randomUUID()}`;
const MARKS = new RegExp(`${MARK}([\\d;]+)m`);

/** Whether a stream gets colours, by NO_COLOR (no-color.org), FORCE_COLOR (force-color.org), TERM=dumb, and whether it is a terminal. */
export function wantsColour(stream: Screen, environment: NodeJS.ProcessEnv = process.env): boolean {
  if (environment['NO_COLOR']) return false;
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && environment['TERM'] !== 'dumb';
}

/** Returns what marks a text with the parameters of an SGR sequence (ECMA-48, 8.3.117), such as `97;41`. */
export function colour(parameters: string | number, wanted: boolean): (text: string) => string {
  return (text) => (wanted ? `${MARK}${parameters}m${text}${MARK}0m` : text);
}

/** The colours for a stream. */
export function paintFor(stream: Screen, environment: NodeJS.ProcessEnv = process.env): Paint {
  const wanted = wantsColour(stream, environment);
  return {
    good: colour(32, wanted),
    bad: colour(31, wanted),
    warn: colour(33, wanted),
    dim: colour(2, wanted),
    bold: colour(1, wanted),
    device: colour(36, wanted),
    service: colour(35, wanted),
  };
}

/** Writes the marks of a text as escape sequences, and passes all text between them through `plain`. */
export function paintedAs(text: string, plain: (text: string) => string): string {
  // `split` by a pattern with a group returns text and parameters in turn.
  return text
    .split(MARKS)
    .map((part, index) => (index % 2 === 0 ? plain(part) : `\x1b[${part}m`))
    .join('');
}

/** The text without its marks: its length is the number of columns. */
export function unpainted(text: string): string {
  return text
    .split(MARKS)
    .filter((_part, index) => index % 2 === 0)
    .join('');
}
