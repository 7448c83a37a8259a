import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { ProvisioningError } from '../core/error.ts';
import type { DialStage } from '../core/stage.ts';
import { net, tls } from '../node.ts';
import { dialTcp, type TcpTarget } from './tcp.ts';
import { tlsFailure } from './tls-failure.ts';
import type { Connection, DialTarget, Transport, TransportEvents } from './transport.ts';

/** MQTT over TLS, without proxy. */
export const directTls: Transport = { name: 'tls', defaultPort: 8883, dial: dialTls };

export function dialTls(target: DialTarget, events: TransportEvents): Connection {
  const context = secureContext(target);
  return dialSocket(
    tcpTarget(target, target),
    events,
    (socket) => secure(socket, context, target, events),
    (error, stage) => tlsFailure(error, stage, `${target.host}:${target.port}`),
  );
}

/** Where to connect, by the names and resolver that the caller has set. */
export function tcpTarget({ host, port }: { host: string; port: number }, { tls }: DialTarget): TcpTarget {
  const { lookup, family } = tls as Pick<TcpTarget, 'lookup' | 'family'>;
  return { host, port, lookup, family };
}

/** A TCP connection, and on it what `upgrade` makes of it. */
export function dialSocket(
  target: TcpTarget,
  events: TransportEvents,
  upgrade: (socket: Socket) => Connection,
  failed: (error: unknown, stage: DialStage) => unknown,
): Connection {
  let connection: Connection | undefined;
  let stage: DialStage = 'dns';
  const cancel = dialTcp(target, {
    stage(next) {
      stage = next;
      events.stage(next);
    },
    connected(socket) {
      connection = upgrade(socket);
    },
    failed: (error) => events.closed(failed(error, stage)),
  });
  const close = (end: (connection: Connection) => void): void => {
    if (connection) end(connection);
    else {
      cancel();
      queueMicrotask(() => events.closed());
    }
  };
  return {
    send: (bytes, written) => connection?.send(bytes, written),
    close: () => close((open) => open.close()),
    abort: () => close((open) => open.abort?.()),
  };
}

/** Makes TLS of a socket that leads to the target. */
export function secure(
  through: Socket,
  context: SecureContext,
  { host, port, tls: { servername } }: DialTarget,
  events: TransportEvents,
): Connection {
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
    .on('drain', () => socket.resume())
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
      // While the peer does not take our answers, we take none of its questions.
      if (!socket.write(bytes, written)) socket.pause();
    },
    close: () => void (shaking ? destroy() : socket.end()),
    abort: destroy,
  };
}

/** Made before anything is dialled, so that what Node refuses is told before it. */
export function secureContext({ tls: options }: DialTarget): SecureContext {
  const { ciphers, minVersion = 'TLSv1.2' } = options;
  try {
    // What a group name such as HIGH brings along without encryption or without a certificate is struck out.
    const strong = ciphers && { ciphers: `${ciphers}:!eNULL:!aNULL` };
    return tls().createSecureContext({ ...options, ...strong, minVersion });
  } catch (cause) {
    throw new ProvisioningError('invalid-options', 'options', 'Node refuses the TLS options', { cause });
  }
}
