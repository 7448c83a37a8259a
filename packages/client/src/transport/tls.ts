import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { ProvisioningError } from '../core/error.ts';
import type { DialStage } from '../core/stage.ts';
import { net, tls } from '../node.ts';
import { tlsFailure } from './tls-failure.ts';
import type { Connection, DialTarget, Transport, TransportEvents } from './transport.ts';

/** MQTT over TLS, without proxy. */
export const directTls: Transport = { name: 'tls', defaultPort: 8883, dial: dialTls };

/** Dials with TLS, or makes TLS of a socket that leads to the target. */
export function dialTls(target: DialTarget, events: TransportEvents, through?: Socket): Connection {
  const address = `${target.host}:${target.port}`;
  const socket = open(target, through);
  const destroy = (): void => void socket.destroy();
  /** Undefined once the handshake is over. */
  let stage: DialStage | undefined;
  let failure: unknown;
  const enter = (next: DialStage): void => {
    stage = next;
    events.stage(next);
  };
  enter(through ? 'tls' : net().isIP(target.host) ? 'tcp' : 'dns');
  socket
    .on('lookup', (error: Error | null) => error ?? enter('tcp'))
    .on('connect', () => enter('tls'))
    // Once: a renegotiation of TLS 1.2 ends with this event, too.
    .once('secureConnect', () => {
      stage = undefined;
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
    .on('close', () => events.closed(tlsFailure(failure, stage, address)));
  return {
    send(bytes, written) {
      // While the peer does not take our answers, we take none of its questions.
      if (!socket.write(bytes, written)) socket.pause();
    },
    close: () => void (stage ? destroy() : socket.end()),
    abort: destroy,
  };
}

function open({ host, port, tls: options }: DialTarget, through: Socket | undefined): TLSSocket {
  const { lookup } = options;
  try {
    return tls().connect({
      ...options,
      host,
      port,
      socket: through,
      // SNI takes no addresses; the certificate is checked against `host` all the same.
      servername: options.servername ?? (net().isIP(host) ? undefined : host),
      minVersion: options.minVersion ?? 'TLSv1.2',
      // One that answers at once would do so before anybody listens for it.
      lookup:
        lookup && ((name, wanted, done) => lookup(name, wanted, (...found) => queueMicrotask(() => done(...found)))),
      // Without the common name, which Node takes where there is no DNS name in the certificate, and RFC 9525 6.3 does not.
      checkServerIdentity: (name, certificate) =>
        tls().checkServerIdentity(name, { ...certificate, subject: { ...certificate.subject, CN: '' } }),
      // Said outright, since NODE_TLS_REJECT_UNAUTHORIZED=0 would win otherwise.
      rejectUnauthorized: true,
    });
  } catch (cause) {
    throw new ProvisioningError('invalid-options', 'options', 'Node refuses the TLS options', { cause });
  }
}
