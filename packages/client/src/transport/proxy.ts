import type { Socket } from 'node:net';
import { errorFrom, ProvisioningError } from '../core/error.ts';
import { quietly } from '../core/quietly.ts';
import { authority, type Endpoint, parseEndpoint } from '../endpoint.ts';
import { refuse } from '../refuse.ts';
import { type HttpHead, httpHeadReader } from './http-head.ts';
import { dialSocket, secure, secureContext, tcpTarget } from './tls.ts';
import { tlsFailure } from './tls-failure.ts';
import { abort, type Connection, type DialTarget, type TransportEvents } from './transport.ts';

interface Proxy extends Endpoint {
  readonly port: number;
  /** Of Proxy-Authorization, as a line; empty without credentials. */
  readonly authorization: string;
}

/** Dials with TLS through the tunnel that the proxy at this URL opens. */
export function dialThroughProxy(url: string, target: DialTarget, events: TransportEvents): Connection {
  const proxy = parseProxy(url);
  const context = secureContext(target);
  return dialSocket(
    tcpTarget(proxy, target),
    events,
    (socket) => tunnel(socket, proxy, target, events, (through) => secure(through, context, target, events)),
    (error, stage) => tlsFailure(error, stage, `proxy ${proxy.host}:${proxy.port}`),
  );
}

/** Asks for the tunnel, and once it is there, goes on with what `upgrade` makes of it. */
function tunnel(
  socket: Socket,
  proxy: Proxy,
  target: DialTarget,
  events: TransportEvents,
  upgrade: (socket: Socket) => Connection,
): Connection {
  const head = httpHeadReader();
  const destroy = (): void => void socket.destroy();
  let connection: Connection = { send() {}, close: destroy };
  let failure: unknown;
  const onData = (bytes: Uint8Array): void => {
    try {
      const answer = head(bytes);
      if (answer === undefined) return;
      if (answer.status < 200 || answer.status > 299) throw refused(answer, proxy);
      // In a tunnel the server does not speak first, so what is behind the answer is the proxy's. It may say it twice, and no more.
      httpHeadReader()(answer.rest);
      socket.off('data', onData).off('close', onClose).off('error', onError);
      connection = upgrade(socket);
    } catch (error) {
      failure = error;
      socket.destroy();
    }
  };
  const onError = (error: Error): void => {
    failure ??= error;
  };
  const onClose = (): void => events.closed(broken(failure));
  socket.on('data', onData).on('error', onError).on('close', onClose);
  events.stage('proxy');
  socket.write(connectRequest(target, proxy));
  return {
    send: (bytes, written) => connection.send(bytes, written),
    close: () => connection.close(),
    abort: () => abort(connection),
  };
}

/**
 * Reads `http://user:pass@host:port`. Throws ProvisioningError `invalid-options`, without the URL in it.
 * Not by `new URL`, which repairs what is better refused: it takes `\` for `/`, so that the user becomes the host, and drops tabs.
 */
export function parseProxy(text: string): Proxy {
  const wanted = 'http://user:password@host:port';
  if (typeof text !== 'string') return refuse('proxy', wanted);
  const [, scheme = '', login, address = ''] =
    /^([a-z][a-z\d+.-]*):\/\/(?:([^/?#@]*)@)?([^/?#@]*)\/?$/i.exec(text) ?? [];
  if (/^(https|socks(4a?|5h?)?)$/i.test(scheme)) refuse('proxy', `${wanted}; ${scheme}:// is not spoken here`);
  if (text.includes('\\')) refuse('proxy', `${wanted}; a backslash in the user name is written %5C`);
  const endpoint = parseEndpoint(address);
  const [name, ...words] = (login ?? '').split(':');
  const user = quietly(() => `${decodeURIComponent(name!)}:${decodeURIComponent(words.join(':'))}`);
  if (
    scheme.toLowerCase() !== 'http' ||
    !endpoint ||
    !user ||
    /[^\x21-\x7e]/.test(text) ||
    /[^\x20-\x7e\xa0-\uffff]/.test(user)
  )
    return refuse('proxy', `${wanted}, other characters percent-encoded`);
  const authorization = user === ':' ? '' : `Proxy-Authorization: Basic ${Buffer.from(user).toString('base64')}\r\n`;
  return { host: endpoint.host, port: endpoint.port ?? 80, authorization };
}

function connectRequest(target: DialTarget, { authorization }: Proxy): string {
  const host = authority(target);
  return `CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n${authorization}\r\n`;
}

/** Of the registry of IANA and in use. A word that is none of these is not repeated: it could be one of ours. */
const SCHEMES = [
  'Basic',
  'Digest',
  'NTLM',
  'Negotiate',
  'Kerberos',
  'Bearer',
  'OAuth',
  'HOBA',
  'Mutual',
  'SCRAM-SHA-256',
];

/** The authentication schemes that a 401 or 407 offers [RFC 9110 11.3, 11.6.1]: in one header or several. */
function schemesOf({ headers }: HttpHead): readonly string[] {
  const challenges = `${headers.get('proxy-authenticate') ?? ''},${headers.get('www-authenticate') ?? ''}`;
  const words = challenges
    .replace(/"(?:\\.|[^"\\])*"?/g, '')
    .split(',')
    .map((challenge) => /^\s*([^\s=]+)(?!\s*=)(?=\s|$)/.exec(challenge)?.[1]?.toLowerCase());
  return SCHEMES.filter((scheme) => words.includes(scheme.toLowerCase()));
}

function refused(answer: HttpHead, { authorization }: Proxy): ProvisioningError {
  const statusCode = answer.status;
  const schemes = schemesOf(answer);
  const asks =
    statusCode !== 407 && statusCode !== 401 ? '' : schemes.length > 0 ? ` and asks for ${schemes.join(', ')}` : '';
  const hint =
    statusCode !== 407 && statusCode !== 401
      ? 'Many proxies allow port 443 only: try the WebSocket transport.'
      : schemes.length > 0 && !schemes.includes('Basic')
        ? `Only Basic is spoken here: allow it at the proxy, or run a local proxy that speaks ${schemes[0]}.`
        : authorization
          ? 'Are user and password in the proxy URL right?'
          : 'Put user and password into the proxy URL: http://user:password@host:port.';
  const message = `the proxy answered ${statusCode}${asks}`;
  return new ProvisioningError('proxy-failed', 'proxy', message, { statusCode, retryable: statusCode >= 500, hint });
}

function broken(cause: unknown): ProvisioningError {
  // Node's errors have a code and come from the network; ours are about what the proxy said.
  const retryable = cause === undefined || 'code' in Object(cause);
  return errorFrom(cause, 'proxy-failed', 'proxy', { retryable }, 'the proxy closed the connection');
}
