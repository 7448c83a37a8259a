import type { Socket } from 'node:net';
import type { ConnectionOptions, SecureContext } from 'node:tls';
import { net, tls } from '../node.ts';
import { carry, dialSocket } from './socket.ts';
import { tlsFailure } from './tls-failure.ts';
import type { DialTarget, NetworkConnection, Transport, TransportEvents } from './transport.ts';
import { TransportError } from './transport-error.ts';

/** TLS without a proxy. */
export const directTls: Transport = { name: 'tls', defaultPort: 8883, dial: dialTls };

/** The transports of a lean entry, which are given as values. They are checked by the caller. */
export function transportsOf({ transport = directTls }: { readonly transport?: unknown }): readonly Transport[] {
  return [transport].flat() as readonly Transport[];
}

/** Dials TLS. Throws TransportError `options` for a proxy, which only `throughProxy` or the full entry gives. */
export function dialTls(target: DialTarget, events: TransportEvents): NetworkConnection {
  // Whoever names a proxy counts on it: a way around it, or through another one, would be a leak.
  if (target.proxy) throw new TransportError('options', 'options', {}, 'proxy: no such option');
  const context = secureContext(target);
  const { through = direct } = target as Routed;
  return through(target, events, (socket) => secure(socket, context, target, events));
}

/** A target that is reached by another way than the direct one, for example through a proxy. */
export interface Routed extends DialTarget {
  readonly through?: Way;
}

/** Opens a socket to a target and lets `upgrade` make TLS of it. */
export type Way = (
  target: DialTarget,
  events: TransportEvents,
  upgrade: (socket: Socket) => NetworkConnection,
) => NetworkConnection;

const direct: Way = (target, events, upgrade) =>
  dialSocket(target, target, events, (socket, stand) => stand(upgrade(socket)));

/** Makes a TLS connection of a socket that leads to the target. */
export function secure(
  through: Socket,
  context: SecureContext,
  { host, port, tls: { servername } = {} }: DialTarget,
  events: TransportEvents,
): NetworkConnection {
  // Without the dot at the end of a full host name: resolvers use it, but SNI [RFC 6066 3] and certificates leave it out.
  const name = host.replace(/\.$/, '');
  const socket = tls().connect({
    socket: through,
    secureContext: context,
    host: name,
    // SNI takes no IP addresses. The certificate is checked against `host` all the same.
    servername: servername ?? (net().isIP(name) ? undefined : name),
    // Node accepts the common name when a certificate has no DNS name. RFC 9525 6.3 forbids it, so it is left out here.
    checkServerIdentity: (wanted, certificate) =>
      tls().checkServerIdentity(wanted, { ...certificate, subject: { ...certificate.subject, CN: '' } }),
    // Set explicitly: otherwise NODE_TLS_REJECT_UNAUTHORIZED=0 would turn verification off.
    rejectUnauthorized: true,
  });
  /** Undefined when the handshake is over. */
  let stage: 'tls' | undefined = 'tls';
  // `once`, since a renegotiation of TLS 1.2 raises this event again.
  socket.once('secureConnect', () => {
    stage = undefined;
    events.connected(socket.getProtocol() ?? undefined);
  });
  events.stage(stage);
  return carry(
    socket,
    events,
    (error) => tlsFailure(error, stage, `${host}:${port}`),
    () => (stage ? socket.destroy() : socket.end()),
  );
}

/** Makes the TLS context before anything is dialled, so that options that Node refuses fail first. */
export function secureContext({ tls: options = {} }: DialTarget): SecureContext {
  const { ciphers, minVersion = 'TLSv1.2' } = options;
  try {
    // A group name such as HIGH may add ciphers without encryption or certificate: they are removed.
    const strong = ciphers && { ciphers: `${ciphers}:!eNULL:!aNULL` };
    return tls().createSecureContext({ ...(options as ConnectionOptions), ...strong, minVersion });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new TransportError('options', 'options', { reason: code, cause }, 'tls:');
  }
}
