import type { Socket } from 'node:net';
import { messageOf, quietly } from '../values.ts';
import { authority, type Endpoint, parseEndpoint } from './host-port.ts';
import { type HttpHead, httpHeadReader } from './http-head.ts';
import { dialSocket } from './socket.ts';
import type { Routed, Way } from './tls.ts';
import { tlsFailure } from './tls-failure.ts';
import type { DialTarget, Transport, TransportEvents } from './transport.ts';
import { TransportError } from './transport-error.ts';

interface Proxy extends Endpoint {
  readonly port: number;
  /** The line `Proxy-Authorization`; empty without credentials. */
  readonly authorization: string;
}

/**
 * The same transport through the HTTP proxy at this URL, `http://user:password@host:port`. Throws TransportError `options`.
 *
 * @example
 * const transport = throughProxy(tlsTransport, 'http://user:password@proxy.example:3128');
 */
export function throughProxy(transport: Transport, url: string): Transport {
  const through = wayThrough(url);
  const { name, defaultPort } = transport;
  const dial: Transport['dial'] = (target, events) => transport.dial({ ...target, through } as Routed, events);
  return { name, defaultPort, dial };
}

/**
 * Finds the way to a target: a tunnel through the proxy at this URL.
 *
 * @example
 * const way = wayThrough('http://user:password@proxy.example:3128');
 */
export function wayThrough(url: string): Way {
  const proxy = parseProxy(url);
  return (target, events, upgrade) =>
    dialSocket(
      proxy,
      target,
      events,
      (socket, stand) => askForTunnel(socket, proxy, target, events, () => stand(upgrade(socket))),
      (error, stage, address) => tlsFailure(error, stage, `proxy ${address}`),
    );
}

/** Asks for a tunnel and calls `opened` when it is open. */
function askForTunnel(
  socket: Socket,
  proxy: Proxy,
  target: DialTarget,
  events: TransportEvents,
  opened: () => void,
): void {
  const head = httpHeadReader(true);
  let failure: unknown;
  const onData = (bytes: Uint8Array): void => {
    try {
      const answer = head(bytes);
      if (answer === undefined) return;
      if (answer.status < 200 || answer.status > 299) throw refused(answer);
      // A server behind a tunnel does not speak first, so bytes behind the answer come from the proxy. It may repeat its answer, and no
      // more.
      httpHeadReader(true)(answer.rest);
      socket.off('data', onData).off('close', onClose).off('error', onError);
      opened();
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
}

/**
 * Reads `http://user:pass@host:port`. Throws TransportError `options`; the message does not hold the URL. `new URL` is not used, since
 * it repairs what should be refused: it reads `\` as `/`, so that the user becomes the host, and drops tabs.
 */
export function parseProxy(url: unknown): Proxy {
  const text = typeof url === 'string' ? url : '';
  const [, scheme = '', login = '', address = ''] =
    /^([a-z][a-z\d+.-]*):\/\/(?:([^/?#@]*)@)?([^/?#@]*)\/?$/i.exec(text) ?? [];
  const [name, ...words] = login.split(':');
  const user = quietly(() => `${decodeURIComponent(name!)}:${decodeURIComponent(words.join(':'))}`);
  const endpoint = parseEndpoint(address);
  const known = /^(https|socks.?.?)$/i.test(scheme);
  if (
    scheme.toLowerCase() !== 'http' ||
    !endpoint ||
    !user ||
    /[^\x21-\x5b\x5d-\x7e]/.test(text) ||
    /[^\x20-\x7e\xa0-\uffff]/.test(user)
  )
    throw new TransportError(
      'options',
      'options',
      known
        ? { reason: 'proxy-scheme', schemes: [scheme] }
        : { reason: /\\/.test(text) ? 'proxy-backslash' : 'proxy-url' },
      'proxy:',
    );
  const authorization = user === ':' ? '' : `Proxy-Authorization: Basic ${Buffer.from(user).toString('base64')}\r\n`;
  return { host: endpoint.host, port: endpoint.port ?? 80, authorization };
}

function connectRequest(target: DialTarget, { authorization }: Proxy): string {
  const host = authority(target);
  return `CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n${authorization}\r\n`;
}

/**
 * Schemes that are in use. Other words of the proxy are not repeated, since they could be our own credentials: they become `another
 * scheme`.
 */
const SCHEMES = 'Basic Digest NTLM Negotiate Kerberos Bearer'.split(' ');

/** The authentication schemes that an answer offers, in one header or several [RFC 9110 11.3, 11.6.1]. */
function schemesOf({ headers }: HttpHead): readonly string[] | undefined {
  const schemes = [headers.get('proxy-authenticate'), headers.get('www-authenticate')]
    .join()
    .replace(/"(?:\\.|[^"\\])*"?/g, '')
    .split(',')
    .flatMap((challenge) => {
      const word = /^\s*([^\s=]+)(\s(?!\s*=)|$)/.exec(challenge)?.[1]?.toLowerCase();
      return word ? (SCHEMES.find((scheme) => scheme.toLowerCase() === word) ?? 'another scheme') : [];
    });
  return schemes.length ? [...new Set(schemes)] : undefined;
}

function refused(answer: HttpHead): TransportError {
  const { status: statusCode } = answer;
  const schemes = schemesOf(answer);
  const reason = schemes ? 'proxy-schemes' : 'proxy-status';
  const retryable = statusCode >= 500;
  return new TransportError('proxy', 'proxy', { retryable, reason, statusCode, schemes });
}

function broken(cause: unknown): TransportError {
  if (cause instanceof TransportError) return cause;
  // Errors of Node have a code and come from the network. Errors without one are ours, about the proxy's answer.
  const retryable = cause === undefined || 'code' in Object(cause);
  const reason = messageOf(cause) ?? 'proxy-closed';
  return new TransportError('proxy', 'proxy', { retryable, reason, cause });
}
