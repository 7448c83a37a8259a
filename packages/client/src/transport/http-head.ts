/** Node's own limit for a block of headers. */
const MAX_BYTES = 16 * 1024;
const MAX_LINES = 100;
const PREFIX = 'HTTP/1.';

export interface HttpHead {
  /** `1.1` for instance. */
  readonly version: string;
  readonly status: number;
  /** Values by lower-case name, a header that came twice having two. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** What came behind the empty line. */
  readonly rest: Uint8Array;
}

/** Gathers the head of an HTTP answer, in linear time and bounded memory however it arrives. */
export class HttpHeadReader {
  readonly #bytes = new Uint8Array(MAX_BYTES);
  #size = 0;

  /** The head when it is whole, undefined before. Throws Error when it is none, or too large. */
  push(chunk: Uint8Array): HttpHead | undefined {
    const before = this.#size;
    const taken = chunk.subarray(0, MAX_BYTES - before);
    this.#bytes.set(taken, before);
    this.#size += taken.length;
    // Something that is not HTTP may never send an empty line, so it is told by its first bytes.
    const start = latin1(this.#bytes.subarray(0, Math.min(this.#size, PREFIX.length)));
    if (!PREFIX.startsWith(start)) throw new Error('the answer is not HTTP');
    for (let at = Math.max(before - 3, 0); at + 4 <= this.#size; at++) {
      if (isBlankLine(this.#bytes, at))
        return parsed(latin1(this.#bytes.subarray(0, at)), chunk.subarray(at + 4 - before));
    }
    if (this.#size === MAX_BYTES) throw new Error(`the head of the answer has more than ${MAX_BYTES} bytes`);
    return undefined;
  }
}

function isBlankLine(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 13 && bytes[at + 1] === 10 && bytes[at + 2] === 13 && bytes[at + 3] === 10;
}

function parsed(text: string, rest: Uint8Array): HttpHead {
  const [statusLine, ...lines] = text.split('\r\n');
  const status = /^HTTP\/(\d\.\d) (\d{3})(?: |$)/.exec(statusLine!);
  if (status === null) throw new Error('the status line of the answer is malformed');
  if (lines.length > MAX_LINES) throw new Error(`the answer has more than ${MAX_LINES} headers`);
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
    // A line that begins with a space would continue the one before, which RFC 9112 5.2 does not allow any more.
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(line))
      throw new Error('a header of the answer is malformed');
    const values = headers.get(name) ?? [];
    headers.set(name, values);
    values.push(line.slice(colon + 1).trim());
  }
  return { version: status[1]!, status: Number(status[2]), headers, rest };
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
