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

/**
 * Returns a function that takes the bytes of an HTTP answer and returns its head when it is complete. It passes over heads of 1xx before
 * that [RFC 9110 15.2]; 101 is an answer. It throws Error `not-http`, `malformed-head` or `head-too-large`.
 */
export function httpHeadReader(): (chunk: Uint8Array) => HttpHead | undefined {
  let text = '';
  return function read(chunk): HttpHead | undefined {
    const before = text.length;
    text += Buffer.from(chunk.subarray(0, MAX_BYTES - before)).toString('latin1');
    // A server that does not speak HTTP may never send an empty line, so the first bytes decide.
    if (!PREFIX.startsWith(text.slice(0, 7))) throw new Error('not-http');
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) {
      if (text.length === MAX_BYTES) throw new Error('head-too-large');
      return undefined;
    }
    const head = parsed(text.slice(0, end), chunk.subarray(end + 4 - before));
    text = '';
    return head.status < 200 && head.status !== 101 ? read(head.rest) : head;
  };
}

function parsed(text: string, rest: Uint8Array): HttpHead {
  // A line that begins with a space continues the one before [RFC 9112 5.2].
  const [statusLine, ...lines] = text.replace(/\r\n[\t ]+/g, ' ').split('\r\n');
  const [, version, status] = /^HTTP\/(\d\.\d) (\d{3})(?: |$)/.exec(statusLine!) ?? [];
  if (!version || lines.length > MAX_LINES) throw new Error('malformed-head');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = /^([!#$%&'*+.^`|~\w-]+):([\t -~\x80-\xff]*)$/.exec(line) ?? [];
    if (!name) throw new Error('malformed-head');
    const key = name.toLowerCase();
    headers.set(key, (headers.has(key) ? `${headers.get(key)},` : '') + value!.trim());
  }
  return { version, status: Number(status), headers, rest };
}
