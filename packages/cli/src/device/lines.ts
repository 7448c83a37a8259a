/** Bytes: the most that a hub takes as one message (256 KiB). The bytes of a longer line are not kept. */
export const MOST_OF_A_LINE = 262_144;
/** Line feed and carriage return in ASCII. */
const LF = 10;
const CR = 13;

/** One line of a stream. */
export interface Line {
  /** Number of the line, from 1 on. */
  readonly number: number;
  /** Undefined if the line was too long to keep. */
  readonly bytes: Uint8Array | undefined;
}

/** The lines of a stream without LF or CR LF; the last line needs no end. Memory holds one line at a time, of at most `most` bytes. */
export async function* linesOf(
  input: AsyncIterable<Uint8Array | string>,
  most: number = MOST_OF_A_LINE,
): AsyncGenerator<Line, void, void> {
  let parts: Uint8Array[] = [];
  let size = 0;
  let number = 0;
  const end = (): Line => {
    const whole = size > most ? undefined : Buffer.concat(parts);
    parts = [];
    size = 0;
    return { number: ++number, bytes: whole?.at(-1) === CR ? whole.subarray(0, -1) : whole };
  };
  for await (const chunk of input) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    let start = 0;
    for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, start)) {
      keep(bytes.subarray(start, at));
      yield end();
      start = at + 1;
    }
    keep(bytes.subarray(start));
  }
  if (size > 0) yield end();

  function keep(part: Uint8Array): void {
    size += part.length;
    if (size <= most) parts.push(part);
    else parts = [];
  }
}
