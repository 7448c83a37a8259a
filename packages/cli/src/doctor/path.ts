import { lookup } from 'node:dns/promises';
import { isIP, type Socket } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, connect as connectTls, type TLSSocket } from 'node:tls';
import { dialTcp } from '@mote/client';

/** Why a step towards the service failed: Node's code, or words. */
export interface Failure {
  readonly failure: string;
}

export const failed = (result: object): result is Failure => 'failure' in result;

export async function resolve(host: string): Promise<readonly string[] | Failure> {
  if (isIP(host) !== 0) return [host];
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (error) {
    return failure(error);
  }
}

/** A TCP connection, or a tunnel through an HTTP proxy; the caller destroys it. */
export async function openPath(
  host: string,
  port: number,
  proxy: string | undefined,
  timeoutMs: number,
): Promise<Socket | Failure> {
  if (proxy === undefined) return await dial(host, port, timeoutMs);
  const url = URL.canParse(proxy) ? new URL(proxy) : undefined;
  if (url?.protocol !== 'http:') return { failure: 'its URL is not http://host:port' };
  const socket = await dial(url.hostname, Number(url.port || 80), timeoutMs);
  return failed(socket) ? socket : await tunnel(socket, url, `${host}:${port}`, timeoutMs);
}

/** The handshake alone: no MQTT, no credentials. Whether the certificate is trusted is for the caller to see. */
export async function handshake(
  socket: Socket,
  options: ConnectionOptions,
  timeoutMs: number,
): Promise<TLSSocket | Failure> {
  const secure = connectTls({
    ...options,
    socket,
    // By the subjectAltName alone, as the client judges it.
    checkServerIdentity: (name, certificate) =>
      checkServerIdentity(name, { ...certificate, subject: { ...certificate.subject, CN: '' } }),
    rejectUnauthorized: false,
  });
  return await outcome(secure, 'secureConnect', timeoutMs);
}

/** As the client does it: an address that is slow is not given up for the next [RFC 8305]. */
async function dial(host: string, port: number, timeoutMs: number): Promise<Socket | Failure> {
  return await new Promise((settle) => {
    const timer = setTimeout(() => {
      cancel();
      settle({ failure: 'ETIMEDOUT' });
    }, timeoutMs);
    const finish = (result: Socket | Failure) => {
      clearTimeout(timer);
      settle(result);
    };
    const cancel = dialTcp(
      { host, port },
      {
        stage: () => undefined,
        connected: (socket) => {
          // Stays: a peer that resets the connection later must not end the process.
          socket.on('error', () => undefined);
          finish(socket);
        },
        failed: (error) => finish(failure(error)),
      },
    );
  });
}

async function tunnel(socket: Socket, proxy: URL, authority: string, timeoutMs: number): Promise<Socket | Failure> {
  const user = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const login = proxy.username === '' ? '' : `Proxy-Authorization: Basic ${Buffer.from(user).toString('base64')}\r\n`;
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${login}\r\n`);
  const answer = await answerHead(socket, timeoutMs);
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1];
  if (status === '200') return socket;
  socket.destroy();
  if (status === undefined) return { failure: 'it does not answer CONNECT' };
  const schemes = schemesOf(answer);
  return { failure: `it answers ${status}${schemes.length === 0 ? '' : ` and wants ${schemes.join(' or ')}`}` };
}

/** Of `Proxy-Authenticate` [RFC 9110 11.7.1], those that people have; a word that is none of them is not repeated. */
function schemesOf(answer: string): string[] {
  const values = [...answer.matchAll(/^proxy-authenticate:(.*)$/gim)].map(([, value = '']) => value).join(',');
  const names = [...values.matchAll(/(?:^|,)\s*(Basic|Digest|NTLM|Negotiate|Kerberos|Bearer)\b/gi)];
  return [...new Set(names.map(([, name = '']) => name))];
}

/** What the peer says up to the first empty line; what it said, when it ends or stays silent before. */
export async function answerHead(socket: Socket, timeoutMs: number): Promise<string> {
  return await new Promise((settle) => {
    let text = '';
    const finish = () => {
      clearTimeout(timer);
      socket.off('data', collect).off('close', finish).off('error', finish);
      settle(text);
    };
    const collect = (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (text.includes('\r\n\r\n') || text.length > 16_384) finish();
    };
    const timer = setTimeout(finish, timeoutMs);
    socket.on('data', collect).on('close', finish).on('error', finish);
  });
}

async function outcome<Kind extends Socket>(socket: Kind, event: string, timeoutMs: number): Promise<Kind | Failure> {
  return await new Promise((settle) => {
    const finish = (result: Kind | Failure) => {
      clearTimeout(timer);
      socket.off('close', closed).off(event, opened);
      if (failed(result)) socket.destroy();
      settle(result);
    };
    const opened = () => finish(socket);
    const closed = () => finish({ failure: 'closed by the peer' });
    const timer = setTimeout(() => finish({ failure: 'ETIMEDOUT' }), timeoutMs);
    // Stays: a peer that resets the connection later must not end the process.
    socket.on('error', (error) => finish(failure(error)));
    socket.once(event, opened).once('close', closed);
  });
}

function failure(error: unknown): Failure {
  const { code, message } = error as NodeJS.ErrnoException;
  return { failure: code ?? message };
}
