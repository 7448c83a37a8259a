import type { Connection, TransportEvents } from './transport.ts';

/** The two modules of Node's that transports need. */
export interface Sockets {
  readonly net: typeof import('node:net');
  readonly tls: typeof import('node:tls');
}

/**
 * Dials once Node's sockets are loaded. They are not imported at the top: `node:tls` costs a tenth of starting Node, and a
 * program that only imports the package should not pay it.
 */
export function withSockets(events: TransportEvents, dial: (sockets: Sockets) => Connection): Connection {
  let connection: Connection | undefined;
  let ended = false;
  Promise.all([import('node:net'), import('node:tls')])
    .then(([net, tls]) => {
      if (!ended) connection = dial({ net, tls });
    })
    .catch((error: unknown) => events.closed(error));
  const end = (): void => {
    ended = true;
    events.closed();
  };
  return {
    send: (bytes, written) => connection?.send(bytes, written),
    close: () => (connection === undefined ? end() : connection.close()),
    abort: () => (connection === undefined ? end() : connection.abort?.()),
  };
}
