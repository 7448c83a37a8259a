import type { Socket } from 'node:net';
import { dialTcp } from './tcp.ts';
import { tlsFailure } from './tls-failure.ts';
import { abort, type DialStage, type DialTarget, type NetworkConnection, type TransportEvents } from './transport.ts';

/** When this many bytes wait for the peer, nothing more is read from it. */
const MOST_UNSENT = 1024 * 1024;

/**
 * Dials TCP to this address, with resolver and family of the target. When it connects, `onSocket` may replace it by another connection with
 * `stand`. `failed` makes the error if it does not connect.
 */
export function dialSocket(
  { host, port }: { readonly host: string; readonly port: number },
  { tls: { lookup, family } = {} }: DialTarget,
  events: TransportEvents,
  onSocket: (socket: Socket, stand: (connection: NetworkConnection) => void) => void,
  failed: (error: unknown, stage: DialStage, address: string) => unknown = tlsFailure,
): NetworkConnection {
  let stage: DialStage = 'dns';
  let cancel: () => unknown = dialTcp(
    { host, port, lookup, family },
    {
      stage(next) {
        stage = next;
        events.stage(next);
      },
      connected(socket) {
        // Lets go of the dial. From here on the socket tells its own end, also to what closes it from within an event.
        connection.close = cancel = () => socket.destroy();
        onSocket(socket, (standing) => {
          connection = standing;
        });
      },
      failed: (error) => events.closed(failed(error, stage, `${host}:${port}`)),
    },
  );
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

/**
 * Carries bytes over an open socket, with or without TLS. `failed` makes of the first error of the socket, or of undefined, the
 * one that `closed` reports.
 */
export function carry(
  socket: Socket,
  events: TransportEvents,
  failed: (error: unknown) => unknown,
  close: () => unknown = () => socket.end(),
): NetworkConnection {
  const destroy = (): unknown => socket.destroy();
  let failure: unknown;
  socket
    .on('data', events.data)
    .on('drain', () => {
      socket.resume();
      events.drained?.();
    })
    // The kernel has our last bytes: there is nothing more to wait for.
    .on('finish', destroy)
    .on('end', destroy)
    // Bytes that are not TLS behind the handshake raise `error` and leave the socket open.
    .on('error', (error) => {
      failure ??= error;
      destroy();
    })
    .on('close', () => events.closed(failed(failure)));
  return {
    send(bytes, written) {
      const room = socket.write(bytes, written);
      // A peer that reads none of our answers is not read any more, so that they cannot fill the memory.
      if (socket.writableLength > MOST_UNSENT) socket.pause();
      return room;
    },
    close,
    abort: destroy,
  };
}
