/** Colours of one stream: codes on a terminal that wants them, nothing elsewhere. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
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

/** Honours NO_COLOR (no-color.org) and TERM=dumb. */
export function wantsColour(stream: Screen, environment: NodeJS.ProcessEnv = process.env): boolean {
  return stream.isTTY === true && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
}

export function paintFor(stream: Screen, environment: NodeJS.ProcessEnv = process.env): Paint {
  const wanted = wantsColour(stream, environment);
  const colour = (code: number) => (text: string) => (wanted ? `\x1b[${code}m${text}\x1b[0m` : text);
  return {
    good: colour(32),
    bad: colour(31),
    dim: colour(2),
    bold: colour(1),
    device: colour(36),
    service: colour(35),
  };
}
