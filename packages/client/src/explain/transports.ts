import type { Setting } from './failure.ts';
import { causeHint, type Hint, type Hints } from './hints.ts';
import type { Sentences } from './sentences.ts';

// Sentences and hints about proxies and WebSocket.

const WRONG_HEADER = 'the upgrade was answered with a wrong or missing {reason}';
const PROXY_URL = 'proxy: http://user:password@host:port';

/** Clauses by reason. */
export const TRANSPORT_SENTENCES: Sentences = {
  'proxy-url': `${PROXY_URL}, other characters percent-encoded`,
  'proxy-scheme': `${PROXY_URL}; {schemes}:// is not spoken here`,
  'proxy-backslash': `${PROXY_URL}; a backslash in the user name is written %5C`,
  'proxy-status': 'the proxy answered {statusCode}',
  'proxy-schemes': 'the proxy answered {statusCode} and asks for {schemes}',
  'proxy-closed': 'the proxy closed the connection',
  'upgrade-status': 'the upgrade was answered with {statusCode}',
  'http-version': 'the upgrade was answered with another version than HTTP/1.1',
  Upgrade: WRONG_HEADER,
  Connection: WRONG_HEADER,
  'Sec-WebSocket-Accept': WRONG_HEADER,
  'Sec-WebSocket-Protocol': WRONG_HEADER,
  'Sec-WebSocket-Extensions': 'the upgrade was answered with a Sec-WebSocket-Extensions that nobody asked for',
  'not-http': 'the answer is not HTTP',
  'malformed-head': 'the head of the HTTP answer is malformed',
  'head-too-large': 'the head of the HTTP answer is too large',
  'reserved-bit': 'WebSocket: a reserved bit is set',
  'reserved-opcode': 'WebSocket: an opcode is reserved',
  'masked-frame': 'WebSocket: a frame of the server is masked',
  'frame-length': 'WebSocket: a length is not in its shortest form, or has its highest bit set',
  'frame-too-large': 'WebSocket: a frame of more than 1 MB',
  'frame-order': 'WebSocket: a message is not continued, or never began',
  'text-frame': 'WebSocket: a text frame [MQTT-6.0.0-1]',
  'long-control-frame': 'WebSocket: a control frame of more than 125 bytes',
  'fragmented-control-frame': 'WebSocket: a control frame is fragmented',
  'close-code': 'WebSocket: a close code that may not be on the wire',
  'close-reason': 'WebSocket: the reason of a close is no UTF-8',
};

const PORTAL = 'A web server or a sign-in page of the network may have answered: check `endpoint`.';
const OWN_PROXY = 'Is the address in `proxy` that of an HTTP proxy?';
const WEB_SOCKET_PORT = 'Is the port in `endpoint` for WebSocket?';

const firewall = ({ transport, proxy }: Setting): string =>
  proxy
    ? 'Does the proxy answer, and may this device reach it?'
    : transport === 'tls'
      ? "Behind a firewall, try `transport: 'auto'` or `proxy`."
      : 'Behind a firewall, try `proxy`.';

const silence: Hint = (setting, { stage }) => {
  if (stage === 'proxy') return OWN_PROXY;
  if (stage === 'upgrade') return WEB_SOCKET_PORT;
  return stage === 'tls' || stage === 'tcp' ? firewall(setting) : undefined;
};

/** Hints by code, which come before the general ones. */
export const TRANSPORT_HINTS: Hints = {
  'connect-failed': (setting, failure) => causeHint(setting, failure) ?? firewall(setting),
  'proxy-failed': ({ proxy, transport }, { statusCode = 0, schemes }) => {
    if (schemes && !schemes.includes('Basic'))
      return `Only Basic is spoken here: allow it at the proxy, or run a local proxy that speaks ${schemes[0]}.`;
    if (statusCode === 407 || statusCode === 401)
      return `Are user and password in \`proxy\`${proxy === 'open' ? '? It wants both.' : ', and are they right?'}`;
    if (statusCode > 499) return 'The proxy cannot reach the service: is `endpoint` right, and its port allowed?';
    if (statusCode === 403 && transport !== 'websocket')
      return "Many proxies allow port 443 only: try `transport: 'websocket'`.";
    return OWN_PROXY;
  },
  'websocket-failed': PORTAL,
  'connection-lost': (setting, failure) => (failure.stage === 'tcp' ? undefined : silence(setting, failure)),
  'protocol-violation': ({ transport }, { stage, cause }) => {
    if (stage === 'upgrade') return PORTAL;
    // The first byte of "HTTP", 0x48, read as MQTT is a PUBACK with flags 8.
    const isHttp = (cause as { readonly packetType?: unknown } | undefined)?.packetType === 4;
    return stage === 'connect' && isHttp && transport !== 'websocket'
      ? "HTTP answered: is that the port for `transport: 'websocket'`?"
      : undefined;
  },
  'timed-out': (setting, failure) => (failure.retryAfter ? undefined : silence(setting, failure)),
};
