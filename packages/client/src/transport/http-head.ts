/** Most bytes of the head of an answer: Node's own limit. */
const MAX_BYTES = 16 * 1024;
const MAX_LINES = 100;
const PREFIX = 'HTTP/1.';

export interface HttpHead {
  /** For example `1.1`. */
  readonly version: string;
  readonly status: number;
  /** Values by lower-case name. Values of a repeated header are joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
  /** The bytes behind the empty line. */
  readonly rest: Uint8Array;
}

/** Returns a function that takes the bytes of an HTTP answer and returns its head when it is complete. It throws Error `not-http`, `malformed-head` or `head-too-large`. */
export function httpHeadReader(): (chunk: Uint8Array) => HttpHead | undefined {
  let text = '';
  return (chunk) => {
    const before = text.length;
    text += Buffer.from(chunk.subarray(0, MAX_BYTES - before)).toString('latin1');
    // A server that does not speak HTTP may never send an empty line, so the first bytes decide.
    if (!PREFIX.startsWith(text.slice(0, PREFIX.length))) throw new Error('not-http');
    const end = text.indexOf('\r\n\r\n');
    if (end >= 0) return parsed(text.slice(0, end), chunk.subarray(end + 4 - before));
    if (text.length === MAX_BYTES) throw new Error('head-too-large');
    return undefined;
  };
}

function parsed(text: string, rest: Uint8Array): HttpHead {
  const [statusLine, ...lines] = text.split('\r\n');
  const [, version, status] = /^HTTP\/(\d\.\d) (\d{3})(?: |$)/.exec(statusLine!) ?? [];
  if (version === undefined || lines.length > MAX_LINES) throw new Error('malformed-head');
  const headers = new Map<string, string>();
  for (const line of lines) {
    // A line that begins with a space would continue the one before: RFC 9112 5.2 forbids it.
    const [, name, value] = /^([!#$%&'*+.^`|~\w-]+):[\t ]*([\t\x20-\x7e\x80-\xff]*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error('malformed-head');
    const earlier = headers.get(name.toLowerCase());
    headers.set(name.toLowerCase(), (earlier === undefined ? '' : `${earlier},`) + value.trim());
  }
  return { version, status: Number(status), headers, rest };
}
