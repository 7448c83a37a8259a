import type { Server } from 'node:net';

/** A server that listens. */
export interface Listener {
  readonly port: number;
  /** Takes no more connections. Resolves when the last one has ended. */
  close(): Promise<void>;
}

/** Resolves when the server listens. Rejects with the reason, such as EADDRINUSE. */
export async function listen(server: Server, host: string, port: number): Promise<Listener> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // EMFILE and the like: the connection is lost, the listener is not.
  server.on('error', () => {});
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
