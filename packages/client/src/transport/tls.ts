import type { Socket } from 'node:net';
import type { SecureVersion, TLSSocket } from 'node:tls';
import { ProvisioningError } from '../core/error.ts';
import type { DialStage } from '../core/stage.ts';
import { type Sockets, withSockets } from './sockets.ts';
import { tlsFailure } from './tls-failure.ts';
import type { Connection, DialTarget, Transport, TransportEvents } from './transport.ts';

/** Brings a socket that leads to the target through its proxy, or the reason why not. Returns how to stop. */
export type Tunnel = (
  sockets: Sockets,
  target: DialTarget,
  events: TransportEvents,
  opened: (socket: Socket) => void,
) => () => void;

/** MQTT over TLS, without proxy. */
export const directTls: Transport = {
  name: 'tls',
  defaultPort: 8883,
  dial: (target, events) => withSockets(events, (sockets) => dialTls(sockets, target, events)),
};

export function dialTls(sockets: Sockets, target: DialTarget, events: TransportEvents, tunnel?: Tunnel): Connection {
  let socket: TLSSocket | undefined;
  let stop = (): void => {};
  const start = (through?: Socket): void => {
    socket = secure(sockets, target, events, through);
  };
  if (target.proxy === undefined || tunnel === undefined) start();
  else stop = tunnel(sockets, target, events, start);

  return {
    send(bytes, written) {
      // While the peer does not take our answers, we take none of its questions.
      if (socket?.write(bytes, written) === false) socket.pause();
    },
    close() {
      if (socket?.writable && socket.authorized) socket.end();
      else this.abort!();
    },
    abort() {
      stop();
      socket?.destroy();
    },
  };
}

function secure(sockets: Sockets, target: DialTarget, events: TransportEvents, through: Socket | undefined): TLSSocket {
  const { host, port } = target;
  let stage: DialStage = 'dns';
  let failure: unknown;
  const enter = (next: DialStage): void => {
    stage = next;
    events.stage(next);
  };
  if (through !== undefined) enter('tls');
  else enter(sockets.net.isIP(host) ? 'tcp' : 'dns');
  const socket = open(sockets, target, through);
  let secured = false;

  socket.on('lookup', (error: Error | null) => error ?? enter('tcp'));
  socket.on('connect', () => enter('tls'));
  socket.on('secureConnect', () => {
    secured = true;
    events.connected(socket.getProtocol() ?? undefined);
  });
  socket.on('data', (bytes: Uint8Array) => events.data(bytes));
  socket.on('drain', () => socket.resume());
  // Our goodbye is with the kernel: there is nothing more to wait for.
  socket.on('finish', () => socket.destroy());
  socket.on('end', () => socket.destroy());
  // Garbage behind the handshake gives `error` and leaves the socket open.
  socket.on('error', (error) => {
    failure ??= error;
    socket.destroy();
  });
  socket.on('close', () => events.closed(tlsFailure(failure, secured ? undefined : stage, `${host}:${port}`)));
  return socket;
}

function open(sockets: Sockets, { host, port, tls }: DialTarget, through: Socket | undefined): TLSSocket {
  const fixed = {
    host,
    port,
    // SNI takes no addresses; the certificate is checked against `host` all the same.
    ...(sockets.net.isIP(host) || tls['servername'] !== undefined ? {} : { servername: host }),
    ...(through === undefined ? {} : { socket: through }),
    // checkTlsOptions has let pass nothing lower.
    minVersion: (tls['minVersion'] as SecureVersion | undefined) ?? 'TLSv1.2',
    // Said outright, since NODE_TLS_REJECT_UNAUTHORIZED=0 would win otherwise.
    rejectUnauthorized: true,
  };
  try {
    return sockets.tls.connect({ ...tls, ...fixed });
  } catch (cause) {
    throw new ProvisioningError('invalid-options', 'options', 'Node refuses the TLS options', { cause });
  }
}
