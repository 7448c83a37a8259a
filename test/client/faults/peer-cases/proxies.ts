import type { Socket } from 'node:net';
import type { ProxyMisbehaviour } from '../../hostile/proxy.ts';
import { type PeerCase, SILENCE } from './peer-case.ts';

// What may stand between a device and the service: proxies that refuse, dawdle, talk too much, or are no proxies.

const says =
  (...parts: (string | Buffer)[]): ProxyMisbehaviour =>
  (socket) => {
    for (const part of parts) socket.write(part);
  };
/** Says it, and opens the tunnel. */
const opens =
  (...parts: (string | Buffer)[]): ProxyMisbehaviour =>
  (socket, _good, tunnel) => {
    for (const part of parts) socket.write(part);
    tunnel();
  };
const GOOD = 'HTTP/1.1 200 Connection established\r\n\r\n';

const REFUSALS: readonly PeerCase[] = [
  [
    '407 with a body and a connection that stays',
    407,
    'Proxy-Authenticate: Basic realm="x"\r\nContent-Length: 6\r\n\r\nplease',
  ],
  ['401', 401, '\r\n'],
  ['403 with a page', 403, 'Content-Type: text/html\r\n\r\n<html>no</html>'],
  ['302 to elsewhere', 302, 'Location: http://elsewhere.test/\r\n\r\n'],
  ['404 in chunks', 404, 'Transfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n'],
  ['502', 502, '\r\n'],
  ['504 with 100 KB of a page', 504, `\r\n${'x'.repeat(100_000)}`],
  ['101', 101, 'Upgrade: x\r\n\r\n'],
  ['600', 600, '\r\n'],
  ['999', 999, '\r\n'],
  ['000', '000', '\r\n'],
].map(([name, status, rest]) => ({
  name: `a proxy that answers ${name}`,
  proxy: says(`HTTP/1.1 ${status} No\r\n${rest}`),
  ends: 'proxy-failed' as const,
  with: { statusCode: Number(status), stage: 'proxy' },
}));

const BROKEN: readonly PeerCase[] = [
  ['is a SOCKS 5 server', Buffer.from('0501', 'hex')],
  ['is an SSH server', 'SSH-2.0-x\r\n'],
  ['speaks TLS', Buffer.from('15030100020228', 'hex')],
  ['speaks HTTP/2', Buffer.from('00000c0400000000000003000000640004ffff0000', 'hex')],
  ['writes in lower case', 'http/1.1 200 ok\r\n\r\n'],
  ['speaks HTTP/9.9', 'HTTP/9.9 200 OK\r\n\r\n'],
  ['has a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
  ['has a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
  ['has a space too many', 'HTTP/1.1  200 OK\r\n\r\n'],
  ['has a NUL in a header', 'HTTP/1.1 200 OK\r\nA: \u0000\r\n\r\n'],
  ['has a bare CR in a header', 'HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n'],
  ['has a header without colon', 'HTTP/1.1 200 OK\r\nA\r\n\r\n'],
  ['has a header without name', 'HTTP/1.1 200 OK\r\n: b\r\n\r\n'],
  ['has a space before the colon', 'HTTP/1.1 200 OK\r\nA : b\r\n\r\n'],
  ['has 1,000 headers', `HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(1000)}\r\n`],
  ['has 64 KB of headers', `HTTP/1.1 200 OK\r\nA: ${'b'.repeat(65_536)}\r\n\r\n`],
  ['has 1 MB of spaces', `HTTP/1.1 200 OK\r\nA:${' '.repeat(2 ** 20)}`],
  ['has a reason without end', `HTTP/1.1 200 ${'OK '.repeat(10_000)}`],
].map(([what, bytes]) => ({
  name: `a proxy that ${what as string}`,
  proxy: says(bytes!),
  ends: 'proxy-failed' as const,
  with: { stage: 'proxy', retryable: false },
}));

const GOOD_ENOUGH: readonly PeerCase[] = [
  { name: 'a proxy that answers without a reason', proxy: opens('HTTP/1.1 200\r\n\r\n'), ends: 'assigned' },
  { name: 'a proxy of HTTP/1.0', proxy: opens('HTTP/1.0 200 OK\r\n\r\n'), ends: 'assigned' },
  { name: 'a proxy that answers 204', proxy: opens('HTTP/1.1 204 OK\r\n\r\n'), ends: 'assigned' },
  { name: 'a proxy that answers 299', proxy: opens('HTTP/1.1 299 OK\r\n\r\n'), ends: 'assigned' },
  {
    name: 'a proxy with 99 headers',
    proxy: opens(`HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(99)}\r\n`),
    ends: 'assigned',
  },
  {
    name: 'a proxy that gives its 200 a length, which does not count',
    proxy: opens('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n'),
    ends: 'assigned',
  },
  {
    name: 'a proxy that answers a byte at a time',
    proxy: (socket, good, tunnel) => {
      const bytes = [...good];
      const timer = setInterval(() => {
        socket.write(bytes.shift()!);
        if (bytes.length > 0) return;
        clearInterval(timer);
        tunnel();
      }, 3);
    },
    ends: 'assigned',
  },
  {
    name: 'a proxy that has a page behind its 200, in the same write',
    proxy: opens(`${GOOD}<html>`),
    // In a tunnel the server does not speak first. That one write is two reads is for the kernel to decide.
    ends: ['tls-failed', 'proxy-failed'],
  },
  {
    name: 'a proxy that has a page behind its 200, in the next write',
    proxy: (socket) => {
      socket.write(GOOD);
      setTimeout(() => socket.write('<html>you are not allowed to</html>'), 20);
    },
    ends: ['tls-failed', 'proxy-failed'],
  },
  // RFC 9110 15.2: a client takes any number of 1xx before the answer, whether it expects them or not.
  ...[
    ['100', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['102 with a header', 'HTTP/1.1 102 Processing\r\nX: y\r\n\r\n'],
    ['103 with a folded header', 'HTTP/1.1 103 Early Hints\r\nLink: </x>;\r\n rel=preload\r\n\r\n'],
    ['199', 'HTTP/1.1 199 No\r\n\r\n'],
    ['100, 102 and 103', 'HTTP/1.1 100 C\r\n\r\nHTTP/1.0 102 P\r\n\r\nHTTP/1.1 103 E\r\nLink: x\r\n\r\n'],
    ['500 times 100', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(500)],
  ].map(
    ([what, before]): PeerCase => ({
      name: `a proxy that answers ${what} before 200`,
      proxy: opens(`${before}${GOOD}`),
      ends: 'assigned',
    }),
  ),
  {
    name: 'a proxy that answers 103, and 200 later',
    proxy: (socket, good, tunnel) => {
      socket.write('HTTP/1.1 103 Early Hints\r\n\r');
      setTimeout(() => {
        socket.write(`\n${good}`);
        tunnel();
      }, 20);
    },
    ends: 'assigned',
  },
  // RFC 9112 5.2: in a response a user agent takes it for a space.
  ...[
    ['a header', 'A: b\r\n c\r\n'],
    ['a header by a tab', 'A: b\r\n\tc\r\n'],
    ['a header twice', 'A: b\r\n c\r\n   d\r\nE: f\r\n'],
    ['an empty header', 'A:\r\n b\r\n'],
    ['its status line', ' established\r\nA: b\r\n'],
  ].map(
    ([what, headers]): PeerCase => ({
      name: `a proxy that folds ${what}`,
      proxy: opens(`HTTP/1.1 200 OK\r\n${headers}\r\n`),
      ends: 'assigned',
    }),
  ),
];

const ENDS: readonly PeerCase[] = [
  {
    name: 'a proxy that answers 100 without end',
    proxy: opens(`${'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1000)}${GOOD}`),
    ends: 'proxy-failed',
  },
  {
    name: 'a proxy that answers 100 and hangs up',
    proxy: (socket) => void socket.end('HTTP/1.1 100 Continue\r\n\r\n'),
    ends: 'proxy-failed',
    with: { stage: 'proxy', retryable: true, message: 'the proxy closed the connection' },
  },
  {
    name: 'a proxy that answers 100 before 407',
    proxy: says('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 407 No\r\nProxy-Authenticate:\r\n NTLM\r\n\r\n'),
    ends: 'proxy-failed',
    with: { statusCode: 407, message: 'the proxy answered 407 and asks for NTLM' },
  },
  {
    name: 'a proxy that never answers',
    proxy: () => {},
    options: SILENCE,
    ends: 'timed-out',
    with: { stage: 'proxy' },
  },
  {
    name: 'a proxy that never ends a line',
    proxy: says('HTTP/1.1 200 OK\n\n'),
    options: SILENCE,
    ends: ['timed-out', 'proxy-failed'],
    with: { stage: 'proxy' },
  },
  {
    name: 'a proxy that stops in the middle of its answer',
    proxy: says('HTTP/1.1 200 Connec'),
    options: SILENCE,
    ends: 'timed-out',
    with: { stage: 'proxy' },
  },
  {
    name: 'a proxy that hangs up in the middle of its answer',
    proxy: (socket) => void socket.end('HTTP/1.1 200 Connec'),
    ends: 'proxy-failed',
    with: { stage: 'proxy', retryable: true },
  },
  {
    name: 'a proxy that opens the tunnel and hangs up',
    proxy: (socket) => void socket.end(GOOD),
    ends: 'connection-lost',
    with: { stage: 'tls' },
  },
  {
    name: 'a proxy that opens the tunnel and resets it',
    proxy: (socket) => {
      socket.write(GOOD);
      setImmediate(() => socket.resetAndDestroy());
    },
    ends: ['connection-lost', 'proxy-failed'],
  },
  {
    name: 'a proxy that opens a tunnel to nowhere',
    proxy: says(GOOD),
    options: SILENCE,
    ends: 'timed-out',
    with: { stage: 'tls' },
  },
  {
    name: 'a proxy that opens a tunnel into garbage',
    proxy: opensInto((socket) => socket.write(Buffer.alloc(64, 0xff))),
    ends: 'tls-failed',
  },
  {
    name: 'a proxy that repeats its credentials to everybody',
    proxy: (socket) => {
      const page = `HTTP/1.1 407 user Proxy-Authorization: Basic dXNlcjp4\r\nX-Echo: user:password\r\n\r\n`;
      socket.end(page);
    },
    ends: 'proxy-failed',
    with: { message: 'the proxy answered 407' },
  },
];

function opensInto(after: (socket: Socket) => void): ProxyMisbehaviour {
  return (socket) => {
    socket.write(GOOD);
    socket.once('data', () => after(socket));
  };
}

export const PROXIES: readonly PeerCase[] = [...REFUSALS, ...BROKEN, ...GOOD_ENOUGH, ...ENDS];
