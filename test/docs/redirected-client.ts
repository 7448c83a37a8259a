import { fileURLToPath } from 'node:url';
import type * as Client from '@mote/client';
import type * as Lean from '@mote/client/lean';
import type * as Tls from '@mote/client/tls';
import type { LoopbackServer } from '../client/mqtt/server.ts';
import type { DocumentedService } from './service.ts';

// Code that the documents show dials the public service, a hub of Azure, or a broker of somebody. Here it is led to an emulator and to a
// server of ours; nothing else of it is changed.

/** Where it is led. Filled by `start`, which a test calls before the code runs. */
export interface Stand {
  service?: DocumentedService;
  broker?: LoopbackServer;
}

/** Files that the code writes. */
export const CACHE = fileURLToPath(new URL('../../.cache/code-blocks/', import.meta.url));

/** `@mote/client`, led. */
export function led(client: typeof Client, stand: Stand): typeof Client {
  const dps = () => stand.service!.dps;
  const endpoint = () => `${dps().host}:${dps().port}`;
  const toBroker = (options: Client.ConnectOptions): Client.ConnectOptions => ({
    ...options,
    host: '127.0.0.1',
    port: stand.broker!.port,
    transport: 'tcp',
  });
  return {
    ...client,
    provision: (options) =>
      client.provision(
        options.endpoint === undefined ? { ...options, endpoint: endpoint(), tls: { ca: dps().ca } } : options,
      ),
    openDevice: (options) =>
      client.openDevice(
        options.endpoint === undefined
          ? {
              ...options,
              endpoint: endpoint(),
              tls: { ca: dps().ca },
              cache: undefined,
              hub: { ...options.hub, endpoint: endpoint() },
            }
          : options,
      ),
    connectHub: (options) => client.connectHub({ ...options, endpoint: endpoint(), tls: { ca: dps().ca } }),
    connect: (options) => client.connect(toBroker(options)),
    createClient: (options) => client.createClient(toBroker(options)),
    journalStore: (name) => client.journalStore(`${CACHE}${name}`),
    fileCache: (name, options) => client.fileCache(`${CACHE}${name}`, options),
  };
}

/** `@mote/client/lean`, led. */
export function ledLean(lean: typeof Lean, stand: Stand): typeof Lean {
  const dps = () => stand.service!.dps;
  const endpoint = () => `${dps().host}:${dps().port}`;
  const toBroker = (options: Client.LeanConnectOptions): Client.LeanConnectOptions => ({
    ...options,
    host: '127.0.0.1',
    port: stand.broker!.port,
    transport: lean.tcpTransport,
  });
  return {
    ...lean,
    provision: (options) => lean.provision({ ...options, endpoint: endpoint(), tls: { ca: dps().ca } }),
    openDevice: (options) =>
      lean.openDevice({ ...options, endpoint: endpoint(), tls: { ca: dps().ca }, hub: { endpoint: endpoint() } }),
    connectHub: (options) => lean.connectHub({ ...options, endpoint: endpoint(), tls: { ca: dps().ca } }),
    connect: (options) => lean.connect(toBroker(options)),
    createClient: (options) => lean.createClient(toBroker(options)),
    fileCache: (name, options) => lean.fileCache(`${CACHE}${name}`, options),
  };
}

/** `@mote/client/tls`, led. */
export function ledTls(tls: typeof Tls, stand: Stand): typeof Tls {
  return {
    ...tls,
    provision: (options) => {
      const { host, port, ca } = stand.service!.dps;
      return tls.provision({ ...options, endpoint: `${host}:${port}`, tls: { ca } });
    },
  };
}
