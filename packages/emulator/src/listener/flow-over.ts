import type { TLSSocket } from 'node:tls';
import type { RawConnection } from './raw-sockets.ts';
import type { Link } from './serve-connection.ts';

/** The parts of a Link that are the same with a WebSocket over TLS and without. */
export function flowOver(socket: TLSSocket, raw: RawConnection): Pick<Link, 'unsentBytes' | 'reset'> {
  return {
    unsentBytes: () => socket.writableLength,
    reset: () => void raw.socket.resetAndDestroy(),
  };
}
