/** Most bytes of the head of an answer: Node's own limit. */
const MAX_BYTES = 16 * 1024;
/** Most header lines. Servers and proxies send about ten; each takes time and memory of its own. */
const MAX_LINES = 100;
const PREFIX = 'HTTP/1.';

/** The head of an HTTP answer. */
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
 * that [RFC 9110 15.2]; 101 is an answer. A folded header is read only if it `unfolds`. It throws Error `not-http`, `malformed-head` or
 * `head-too-large`, the last for all heads together.
 */
export function httpHeadReader(unfolds = false): (chunk: Uint8Array) => HttpHead | undefined {
  let text = '';
  /** Where the head that is being read begins. */
  let start = 0;
  return (chunk) => {
    const before = text.length;
    text += Buffer.from(chunk.subarray(0, MAX_BYTES - before)).toString('latin1');
    for (;;) {
      // A server that does not speak HTTP may never send an empty line, so the first bytes decide.
      if (!PREFIX.startsWith(text.slice(start, start + 7))) throw new Error('not-http');
      const end = text.indexOf('\r\n\r\n', start);
      if (end < 0) break;
      const lines = text.slice(start, end);
      // A line that begins with a space continues the one before. A user agent unfolds it [RFC 9112 5.2]; an upgrade has no use for one.
      const head = parsed(unfolds ? lines.replace(/\r\n[\t ]+/g, ' ') : lines, chunk.subarray(end + 4 - before));
      if (head.status < 100 || head.status > 199 || head.status === 101) return head;
      start = end + 4;
    }
    if (text.length === MAX_BYTES) throw new Error('head-too-large');
    return undefined;
  };
}

function parsed(text: string, rest: Uint8Array): HttpHead {
  const [statusLine, ...lines] = text.split('\r\n');
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
