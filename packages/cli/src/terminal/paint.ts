/** Colours of one stream: marks on a terminal that wants them, nothing elsewhere. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  /** Neither good nor bad: unfinished, tried again. */
  readonly warn: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
  /** The device's side of an exchange. */
  readonly device: (text: string) => string;
  /** The service's side of an exchange. */
  readonly service: (text: string) => string;
}

export interface Screen {
  readonly isTTY?: boolean;
}

/**
 * What stands for a colour until `Output` writes it. No peer can guess it, so an escape sequence in a text of his is never taken for
 * one of ours.
 */
const MARK = `\ufdd0${crypto.randomUUID()}`;
const MARKS = new RegExp(`${MARK}([\\d;]+)m`);

/** Honours NO_COLOR (no-color.org), FORCE_COLOR (force-color.org) and TERM=dumb. */
export function wantsColour(stream: Screen, environment: NodeJS.ProcessEnv = process.env): boolean {
  if (environment['NO_COLOR']) return false;
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && environment['TERM'] !== 'dumb';
}

/** Colours text by the parameters of an SGR sequence (ECMA-48, 8.3.117), such as `97;41`. */
export function colour(parameters: string | number, wanted: boolean): (text: string) => string {
  return (text) => (wanted ? `${MARK}${parameters}m${text}${MARK}0m` : text);
}

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

/** The text with its colours as escape sequences, and what lies between them put through `plain`. */
export function paintedAs(text: string, plain: (text: string) => string): string {
  // `split` with a group gives text and parameters by turns.
  return text
    .split(MARKS)
    .map((part, index) => (index % 2 === 0 ? plain(part) : `\x1b[${part}m`))
    .join('');
}

/** The text as a reader sees it, for counting its columns. */
export function unpainted(text: string): string {
  return text
    .split(MARKS)
    .filter((_part, index) => index % 2 === 0)
    .join('');
}
