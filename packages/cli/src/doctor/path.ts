import { lookup } from 'node:dns/promises';
import { isIP, type Socket } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, connect as connectTls, type TLSSocket } from 'node:tls';
import { dialTcp, type TransportError, type Way, wayThrough } from '@mote/client';
import { explain } from '@mote/client/explain';

/** Why a step on the way to the service failed: a code of Node, or words. */
export interface Failure {
  readonly failure: string;
}

/** Whether a step has failed. */
export const failed = (result: object): result is Failure => 'failure' in result;

/** All addresses of a host. An address resolves to itself. */
export async function resolve(host: string): Promise<readonly string[] | Failure> {
  if (isIP(host) !== 0) return [host];
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (error) {
    return failure(error);
  }
}

/** Opens a TCP connection, or a tunnel through an HTTP proxy, with the code of the client. The caller destroys the socket. */
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

/** Makes a TLS handshake, without MQTT and credentials. It accepts every certificate: the caller reads `authorized`. */
export async function handshake(
  socket: Socket,
  options: ConnectionOptions,
  timeoutMs: number,
): Promise<TLSSocket | Failure> {
  const secure = connectTls({
    ...options,
    socket,
    // Only the subjectAltName counts, as in the client. Without one Node would also accept the common name.
    checkServerIdentity: (name, certificate) =>
      checkServerIdentity(name, { ...certificate, subject: { ...certificate.subject, CN: '' } }),
    rejectUnauthorized: false,
  });
  return await outcome(secure, 'secureConnect', timeoutMs);
}

/** A direct connection. Like the client, it tries the next address without giving up a slow one [RFC 8305]. */
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
      // This listener stays. Without one an error of the socket, such as a reset later on, would end the process.
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

/** The answer of the peer up to the first empty line, or what came until it closed, failed, or the time was up. */
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
      // Headers have no size limit of their own. A peer that never sends the empty line is cut off at 16 KiB.
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
    // This listener stays, too.
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
