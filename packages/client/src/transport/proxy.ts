import type { Socket } from 'node:net';
import { ProvisioningError } from '../core/error.ts';
import { parseEndpoint } from '../endpoint.ts';
import { refuse } from '../refuse.ts';
import { HttpHeadReader } from './http-head.ts';
import type { Sockets } from './sockets.ts';
import { tlsFailure } from './tls-failure.ts';
import type { DialTarget, TransportEvents } from './transport.ts';

export interface Proxy {
  readonly host: string;
  readonly port: number;
  /** Of Proxy-Authorization. */
  readonly credentials: string | undefined;
}

/** Reads `http://user:pass@host:port`. Throws ProvisioningError `invalid-options`, without the URL in it. */
export function parseProxy(text: string): Proxy {
  let url: URL;
  try {
    url = new URL(text);
    const { host, port } = parseEndpoint(url.host, 'proxy');
    const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    if (url.protocol !== 'http:' || /[^\x20-\x7e\xa0-\uffff]/.test(user)) throw new Error();
    return { host, port: port ?? 80, credentials: user === ':' ? undefined : Buffer.from(user).toString('base64') };
  } catch {
    return refuse('proxy', 'http://user:password@host:port');
  }
}

/** Opens a tunnel through the proxy with CONNECT, and hands over its socket. Returns how to give up. */
export function openTunnel(
  { net }: Sockets,
  target: DialTarget,
  events: TransportEvents,
  opened: (socket: Socket) => void,
): () => void {
  const proxy = parseProxy(target.proxy!);
  const head = new HttpHeadReader();
  const socket = net.connect({ host: proxy.host, port: proxy.port });
  let stage: 'dns' | 'tcp' | 'proxy' = net.isIP(proxy.host) ? 'tcp' : 'dns';
  let failure: unknown;
  events.stage(stage);

  const onData = (bytes: Uint8Array): void => {
    try {
      const answer = head.push(bytes);
      if (answer === undefined) return;
      if (answer.status < 200 || answer.status > 299) throw refused(answer.status);
    } catch (error) {
      failure = error;
      socket.destroy();
      return;
    }
    // What came behind the answer is dropped: the server in a tunnel does not speak first.
    socket.off('data', onData).off('close', onClose).off('error', onError);
    opened(socket);
  };
  const onError = (error: Error): void => {
    failure ??= error;
  };
  const onClose = (): void => {
    events.closed(
      stage === 'proxy' ? broken(failure) : tlsFailure(failure, stage, `proxy ${proxy.host}:${proxy.port}`),
    );
  };
  const enter = (next: typeof stage): void => {
    stage = next;
    events.stage(next);
  };
  socket.on('lookup', (error: Error | null) => error ?? enter('tcp'));
  socket.on('connect', () => {
    enter('proxy');
    socket.write(connectRequest(target, proxy));
  });
  socket.on('data', onData).on('error', onError).on('close', onClose);
  return () => socket.destroy();
}

function connectRequest({ host, port }: DialTarget, { credentials }: Proxy): string {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const authorization = credentials === undefined ? '' : `Proxy-Authorization: Basic ${credentials}\r\n`;
  return `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${authorization}\r\n`;
}

function refused(statusCode: number): ProvisioningError {
  const hint =
    statusCode === 407 || statusCode === 401
      ? 'Are there user and password in the proxy URL, and are they right?'
      : 'Many proxies allow port 443 only: try the WebSocket transport.';
  return new ProvisioningError('proxy-failed', 'proxy', `the proxy answered ${statusCode}`, {
    statusCode,
    retryable: statusCode >= 500,
    hint,
  });
}

function broken(cause: unknown): ProvisioningError {
  if (cause instanceof ProvisioningError) return cause;
  // Node's errors have a code and come from the network; ours are about what the proxy said.
  const retryable = !(cause instanceof Error) || 'code' in cause;
  return new ProvisioningError(
    'proxy-failed',
    'proxy',
    cause instanceof Error ? cause.message : 'the proxy closed the connection',
    { cause, retryable },
  );
}
