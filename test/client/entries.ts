import * as full from '@mote/client';
import * as lean from '@mote/client/lean';
import * as tls from '@mote/client/tls';

// The entries of the client that provision. What the full one takes by name, the others take as a value.

type Provision = (options: full.ProvisionOptions) => Promise<full.Assignment>;

export const ENTRIES: readonly (readonly [name: string, provision: Provision])[] = [
  ['@mote/client', full.provision],
  ['@mote/client/lean', async (options) => lean.provision(inValues(options))],
  ['@mote/client/tls', async (options) => tls.provision(inValues(options))],
];

function inValues({ transport = 'tls', proxy, csr, ...others }: full.ProvisionOptions): lean.LeanProvisionOptions {
  const named = {
    tls: [lean.tlsTransport],
    websocket: [lean.webSocketTransport],
    auto: [lean.tlsTransport, lean.webSocketTransport],
  };
  const transports = typeof transport === 'string' ? named[transport] : [transport];
  return {
    ...others,
    ...(csr === undefined ? {} : { csr: String(csr) }),
    transport: transports.map((one) => (proxy === undefined ? one : lean.throughProxy(one, proxy))),
  };
}
