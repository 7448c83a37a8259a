import { errorFrom, ProvisioningError } from '../core/error.ts';
import { quietly } from '../core/quietly.ts';
import type { DialStage } from '../core/stage.ts';
import { authority, type Endpoint, parseEndpoint } from '../endpoint.ts';
import { net } from '../node.ts';
import { refuse } from '../refuse.ts';
import { httpHeadReader } from './http-head.ts';
import { dialTls } from './tls.ts';
import { tlsFailure } from './tls-failure.ts';
import { abort, type Connection, type DialTarget, type TransportEvents } from './transport.ts';

interface Proxy extends Endpoint {
  /** Of Proxy-Authorization, as a line. */
  readonly authorization: string;
}

/** Dials with TLS through the tunnel that the proxy at this URL opens. */
export function dialThroughProxy(url: string, target: DialTarget, events: TransportEvents): Connection {
  const proxy = parseProxy(url);
  const socket = net().connect(proxy);
  const head = httpHeadReader();
  let connection: Connection = { send() {}, close: () => socket.destroy() };
  let stage: DialStage;
  let failure: unknown;
  const enter = (next: DialStage): void => {
    stage = next;
    events.stage(next);
  };
  const onData = (bytes: Uint8Array): void => {
    try {
      const answer = head(bytes);
      if (answer === undefined) return;
      if (answer.status < 200 || answer.status > 299) throw refused(answer.status);
      // In a tunnel the server does not speak first, so what is behind the answer is the proxy's. It may say it twice, and no more.
      httpHeadReader()(answer.rest);
      connection = dialTls(target, events, socket);
      socket.off('data', onData).off('close', onClose).off('error', onError);
    } catch (error) {
      failure = error;
      socket.destroy();
    }
  };
  const onError = (error: Error): void => {
    failure ??= error;
  };
  const onClose = (): void =>
    events.closed(
      stage === 'proxy' ? broken(failure) : tlsFailure(failure, stage, `proxy ${proxy.host}:${proxy.port}`),
    );

  enter(net().isIP(proxy.host) ? 'tcp' : 'dns');
  socket.on('lookup', (error: Error | null) => error ?? enter('tcp'));
  socket.on('connect', () => {
    enter('proxy');
    socket.write(connectRequest(target, proxy));
  });
  socket.on('data', onData).on('error', onError).on('close', onClose);
  return {
    send: (bytes, written) => connection.send(bytes, written),
    close: () => connection.close(),
    abort: () => abort(connection),
  };
}

/** Reads `http://user:pass@host:port`. Throws ProvisioningError `invalid-options`, without the URL in it. */
export function parseProxy(text: string): Proxy & { readonly port: number } {
  const url = quietly(() => new URL(text));
  const endpoint = url?.protocol === 'http:' ? parseEndpoint(url.host) : undefined;
  const user = url && quietly(() => `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`);
  if (!endpoint || !user || /[^\x20-\x7e\xa0-\uffff]/.test(user))
    return refuse('proxy', 'http://user:password@host:port');
  const authorization = user === ':' ? '' : `Proxy-Authorization: Basic ${Buffer.from(user).toString('base64')}\r\n`;
  return { host: endpoint.host, port: endpoint.port ?? 80, authorization };
}

function connectRequest(target: DialTarget, { authorization }: Proxy): string {
  const host = authority(target);
  return `CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n${authorization}\r\n`;
}

function refused(statusCode: number): ProvisioningError {
  const hint =
    statusCode === 407 || statusCode === 401
      ? 'Are there user and password in the proxy URL, and are they right?'
      : 'Many proxies allow port 443 only: try the WebSocket transport.';
  const retryable = statusCode >= 500;
  return new ProvisioningError('proxy-failed', 'proxy', `the proxy answered ${statusCode}`, {
    statusCode,
    retryable,
    hint,
  });
}

function broken(cause: unknown): ProvisioningError {
  // Node's errors have a code and come from the network; ours are about what the proxy said.
  const retryable = !(cause instanceof Error) || 'code' in cause;
  return errorFrom(cause, 'proxy-failed', 'proxy', { retryable }, 'the proxy closed the connection');
}
