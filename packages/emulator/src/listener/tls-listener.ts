import { createServer, type TLSSocket } from 'node:tls';
import type { Clock } from '../clock.ts';
import type { Service } from '../service/service.ts';
import { flowOver } from './flow-over.ts';
import { type Listener, listen } from './listener.ts';
import { peerOf } from './peer-of.ts';
import type { RawConnection, RawSockets } from './raw-sockets.ts';
import { rsaBeside, type ServerIdentities } from './rsa-beside.ts';
import { type Link, serveConnection } from './serve-connection.ts';
import { tlsOptions } from './tls-options.ts';

/** Milliseconds that a device may take to close after us, before its connection is destroyed. */
export const CLOSE_MS = 1000;

/** What a listener for devices is made with. */
export interface ListenerOptions {
  readonly service: Service;
  readonly clock: Clock;
  readonly identities: ServerIdentities;
  readonly sockets: RawSockets;
  readonly host: string;
  readonly port: number;
}

/** MQTT over TLS. */
export function listenTls({ service, clock, identities, sockets, host, port }: ListenerOptions): Promise<Listener> {
  const { connectTimeoutMs } = service.settings.limits;
  const server = createServer({ ...tlsOptions([identities.ecdsa], connectTimeoutMs), noDelay: true });
  const front = rsaBeside(server, identities, connectTimeoutMs);
  sockets.watch(front);
  server.on('secureConnection', (socket) => {
    const raw = sockets.find(socket);
    if (raw === undefined) return void socket.destroy();
    raw.onAssigned();
    const served = serveConnection(service, peerOf(socket, 'tls', raw.acceptedAt), linkOver(socket, raw), clock);
    socket.on('data', (chunk: Buffer) => served.receive(chunk));
    socket.on('error', (error) => served.closed(error.message));
    socket.on('close', () => served.closed());
    return undefined;
  });
  server.on('tlsClientError', (error) => reportTlsFailure(service, clock, error));
  return listen(front, host, port);
}

/** Adds the event for a handshake that has failed. There is no connection yet, so its number is 0. */
export function reportTlsFailure(service: Service, clock: Clock, error: Error): void {
  service.settings.emit({ time: clock.now(), connection: 0, type: 'refused', stage: 'tls', reason: error.message });
}

function linkOver(socket: TLSSocket, raw: RawConnection): Link {
  return {
    ...flowOver(socket, raw),
    write: (bytes) => void socket.write(bytes),
    end() {
      socket.end();
      // Bytes that arrive from here on are read and dropped, so that the end is not turned into a reset.
      const timer = setTimeout(() => socket.destroy(), CLOSE_MS);
      socket.once('close', () => clearTimeout(timer));
    },
  };
}
