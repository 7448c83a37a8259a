import type { TLSSocket } from 'node:tls';
import type { RawConnection } from './raw-sockets.ts';
import type { Link } from './serve-connection.ts';

/** What TLS does alike with a WebSocket on it and without. */
export function flowOver(socket: TLSSocket, raw: RawConnection): Pick<Link, 'unsentBytes' | 'reset'> {
  return {
    unsentBytes: () => socket.writableLength,
    reset: () => void raw.socket.resetAndDestroy(),
  };
}
