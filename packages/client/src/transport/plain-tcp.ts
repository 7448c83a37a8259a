import type { Socket } from 'node:net';
import { dialSocket, tcpTarget } from './tls.ts';
import { tlsFailure } from './tls-failure.ts';
import type { NetworkConnection, Transport, TransportEvents } from './transport.ts';

/** TCP without TLS: everyone on the way reads and writes along. Asked for by name, and never a way out of another one. */
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
    .on('data', (bytes: Uint8Array) => events.data(bytes))
    .on('drain', () => events.drained?.())
    // Our goodbye is with the kernel: there is nothing more to wait for.
    .on('finish', destroy)
    .on('end', destroy)
    .on('error', (error) => {
      failure ??= error;
    })
    .on('close', () => events.closed(failure));
  // When this has been returned: the answer is sent on it.
  queueMicrotask(() => events.connected('TCP'));
  return {
    send: (bytes, written) => socket.write(bytes, written),
    close: () => void socket.end(),
    abort: destroy,
  };
}
