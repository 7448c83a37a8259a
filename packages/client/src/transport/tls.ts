import type { Socket } from 'node:net';
import type { ConnectionOptions, SecureContext } from 'node:tls';
import { net, tls } from '../node.ts';
import { dialTcp, type TcpTarget } from './tcp.ts';
import { tlsFailure } from './tls-failure.ts';
import {
  abort,
  type DialStage,
  type DialTarget,
  type NetworkConnection,
  type Transport,
  type TransportEvents,
} from './transport.ts';
import { TransportError } from './transport-error.ts';

/** Bytes that wait for the peer before nothing more is read of it. */
const MOST_UNSENT = 1024 * 1024;

/** TLS without proxy. */
export const directTls: Transport = { name: 'tls', defaultPort: 8883, dial: dialTls };

/** Those of a lean entry, which takes them as values; whether they are any is not looked at here. */
export function transportsOf(
  options: { readonly transport?: Transport | readonly Transport[] | undefined } | undefined,
): readonly Transport[] {
  return [options?.transport === undefined ? directTls : options.transport].flat();
}

export function dialTls(target: DialTarget, events: TransportEvents): NetworkConnection {
  const context = secureContext(target);
  const { through = direct } = target as Routed;
  return through(target, events, (socket) => secure(socket, context, target, events));
}

/** A target that another function finds the way to: through a proxy. */
export interface Routed extends DialTarget {
  readonly through?: Way;
}

/** Finds the way to a target, and goes on with what `upgrade` makes of the socket. */
export type Way = (
  target: DialTarget,
  events: TransportEvents,
  upgrade: (socket: Socket) => NetworkConnection,
) => NetworkConnection;

const direct: Way = (target, events, upgrade) =>
  dialSocket(
    tcpTarget(target, target),
    events,
    (socket, stand) => stand(upgrade(socket)),
    (error, stage) => tlsFailure(error, stage, `${target.host}:${target.port}`),
  );

/** Where to connect, by the names and resolver that the caller has set. */
export function tcpTarget({ host, port }: { host: string; port: number }, { tls = {} }: DialTarget): TcpTarget {
  const { lookup, family } = tls;
  return { host, port, lookup, family };
}

/** A TCP connection, and from then on the one that `onSocket` lets `stand` for it. */
export function dialSocket(
  target: TcpTarget,
  events: TransportEvents,
  onSocket: (socket: Socket, stand: (connection: NetworkConnection) => void) => void,
  failed: (error: unknown, stage: DialStage) => unknown,
): NetworkConnection {
  let stage: DialStage = 'dns';
  const cancel = dialTcp(target, {
    stage(next) {
      stage = next;
      events.stage(next);
    },
    connected: (socket) =>
      onSocket(socket, (standing) => {
        connection = standing;
      }),
    failed: (error) => events.closed(failed(error, stage)),
  });
  let connection: NetworkConnection = {
    send() {},
    close() {
      cancel();
      queueMicrotask(() => events.closed());
    },
  };
  return {
    send: (bytes, written) => connection.send(bytes, written),
    close: () => connection.close(),
    abort: () => abort(connection),
  };
}

/** Makes TLS of a socket that leads to the target. */
export function secure(
  through: Socket,
  context: SecureContext,
  { host, port, tls: { servername } = {} }: DialTarget,
  events: TransportEvents,
): NetworkConnection {
  // Without the dot at its end, which SNI [RFC 6066 3] and certificates leave out, though a resolver heeds it.
  const name = host.replace(/\.$/, '');
  const socket = tls().connect({
    socket: through,
    secureContext: context,
    host: name,
    // SNI takes no addresses; the certificate is checked against `host` all the same.
    servername: servername ?? (net().isIP(name) ? undefined : name),
    // Without the common name, which Node takes where there is no DNS name in the certificate, and RFC 9525 6.3 does not.
    checkServerIdentity: (wanted, certificate) =>
      tls().checkServerIdentity(wanted, { ...certificate, subject: { ...certificate.subject, CN: '' } }),
    // Said outright, since NODE_TLS_REJECT_UNAUTHORIZED=0 would win otherwise.
    rejectUnauthorized: true,
  });
  const destroy = (): void => void socket.destroy();
  /** False once the handshake is over. */
  let shaking = true;
  let failure: unknown;
  socket
    // Once: a renegotiation of TLS 1.2 ends with this event, too.
    .once('secureConnect', () => {
      shaking = false;
      events.connected(socket.getProtocol() ?? undefined);
    })
    .on('data', (bytes: Uint8Array) => events.data(bytes))
    .on('drain', () => {
      socket.resume();
      events.drained?.();
    })
    // Our goodbye is with the kernel: there is nothing more to wait for.
    .on('finish', destroy)
    .on('end', destroy)
    // Garbage behind the handshake gives `error` and leaves the socket open.
    .on('error', (error) => {
      failure ??= error;
      destroy();
    })
    .on('close', () => events.closed(tlsFailure(failure, shaking ? 'tls' : undefined, `${host}:${port}`)));
  events.stage('tls');
  return {
    send(bytes, written) {
      const room = socket.write(bytes, written);
      // Nobody heeded what `send` returned: a peer that takes none of our answers gets no more of its questions read.
      if (socket.writableLength > MOST_UNSENT) socket.pause();
      return room;
    },
    close: () => void (shaking ? destroy() : socket.end()),
    abort: destroy,
  };
}

/** Made before anything is dialled, so that what Node refuses is told before it. */
export function secureContext({ tls: options = {} }: DialTarget): SecureContext {
  const { ciphers, minVersion = 'TLSv1.2' } = options;
  try {
    // What a group name such as HIGH brings along without encryption or without a certificate is struck out.
    const strong = ciphers && { ciphers: `${ciphers}:!eNULL:!aNULL` };
    return tls().createSecureContext({ ...(options as ConnectionOptions), ...strong, minVersion });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new TransportError('options', 'options', { reason: code, cause }, 'tls:');
  }
}
