import { lookup } from 'node:dns/promises';
import { isIP, type Socket } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, connect as connectTls, type TLSSocket } from 'node:tls';
import { dialTcp, type TransportError, type Way, wayThrough } from '@mote/client';
import { explain } from '@mote/client/explain';

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

/** A TCP connection, or a tunnel through an HTTP proxy, as the client makes them. The caller destroys it. */
export async function openPath(
  host: string,
  port: number,
  proxy: string | undefined,
  timeoutMs: number,
): Promise<Socket | Failure> {
  try {
    return await dial(proxy === undefined ? direct : wayThrough(proxy), { host, port }, timeoutMs);
  } catch (error) {
    return failure(error);
  }
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

/** An address that is slow is not given up for the next [RFC 8305]. */
const direct: Way = ({ host, port }, events, upgrade) => ({
  send: () => undefined,
  close: dialTcp(
    { host, port },
    { stage: () => undefined, connected: upgrade, failed: (error) => events.closed(error) },
  ),
});

async function dial(way: Way, target: Parameters<Way>[0], timeoutMs: number): Promise<Socket | Failure> {
  return await new Promise((settle) => {
    const finish = (result: Socket | Failure) => {
      clearTimeout(timer);
      settle(result);
    };
    const nothing = () => undefined;
    const events = {
      stage: nothing,
      connected: nothing,
      data: nothing,
      closed: (error: unknown) => finish(failure(error)),
    };
    const connection = way(target, events, (socket) => {
      // Stays: a peer that resets the connection later must not end the process.
      socket.on('error', nothing);
      finish(socket);
      return { send: nothing, close: nothing };
    });
    const timer = setTimeout(() => {
      connection.close();
      finish({ failure: 'ETIMEDOUT' });
    }, timeoutMs);
  });
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
  const { code, message, reason, kind, statusCode, schemes } = error as NodeJS.ErrnoException & TransportError;
  if (kind === 'options') return { failure: explain({ code: 'invalid-options', message, reason, schemes }).message };
  if (statusCode !== undefined)
    return { failure: `it answers ${statusCode}${schemes === undefined ? '' : ` and wants ${schemes.join(' or ')}`}` };
  if (kind === 'proxy') return { failure: `it does not answer CONNECT (${reason ?? message})` };
  return { failure: reason ?? code ?? message };
}
