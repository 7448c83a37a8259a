import type { Socket } from 'node:net';
import { dialSocket, MOST_UNSENT, tcpTarget } from './tls.ts';
import { tlsFailure } from './tls-failure.ts';
import type { NetworkConnection, Transport, TransportEvents } from './transport.ts';

/** TCP without TLS: everyone on the path can read and change the bytes. Used only when it is named, and never as a fallback. */
export const tcpTransport: Transport = {
  name: 'tcp',
  defaultPort: 1883,
  dial: (target, events) =>
    dialSocket(
      tcpTarget(target, target),
      events,
      (socket, stand) => stand(plain(socket, events)),
      (error, stage) => tlsFailure(error, stage, `${target.host}:${target.port}`),
    ),
};

function plain(socket: Socket, events: TransportEvents): NetworkConnection {
  const destroy = (): void => void socket.destroy();
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
    .on('error', (error) => {
      failure ??= error;
    })
    .on('close', () => events.closed(failure));
  // After this function has returned: the machine answers on the connection that it returns.
  queueMicrotask(() => events.connected('TCP'));
  return {
    send(bytes, written) {
      const room = socket.write(bytes, written);
      // As with TLS: answers that the peer does not read cannot fill the memory.
      if (socket.writableLength > MOST_UNSENT) socket.pause();
      return room;
    },
    close: () => void socket.end(),
    abort: destroy,
  };
}
