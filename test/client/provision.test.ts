import { type ProvisionOptions, provision, symmetricKey } from '@mote/client';
import { afterEach, expect, test } from 'vitest';
import { TestAuthority } from './hostile/certificates.ts';
import { type HostileOptions, type HostileServer, startHostile } from './hostile/server.ts';

const authority = new TestAuthority();
const identity = authority.server();
const servers: HostileServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function server(options: Partial<HostileOptions> = {}): Promise<HostileServer> {
  const started = await startHostile({ tls: identity, ...options });
  servers.push(started);
  return started;
}

function optionsFor(peer: HostileServer, options: Partial<ProvisionOptions> = {}): ProvisionOptions {
  return {
    idScope: '0ne00ABCDEF',
    registrationId: 'device',
    attestation: symmetricKey(Buffer.alloc(32, 7).toString('base64')),
    endpoint: `localhost:${peer.port}`,
    tls: { ca: authority.ca },
    timeoutMs: 5000,
    ...options,
  };
}

test.each(['tls', 'websocket'] as const)(
  'a device is provisioned over %s, and the server saw nothing amiss',
  async (transport) => {
    const peer = await server({ webSocket: transport === 'websocket' });
    const assignment = await provision(optionsFor(peer, { transport }));
    expect(assignment).toMatchObject({ assignedHub: 'hub.test', deviceId: 'device', registrationId: 'device' });
    expect(peer.faults).toEqual([]);
    expect(peer.peers.map(({ heard }) => heard)).toEqual([
      ['connect', 'subscribe', 'publish', 'puback', 'publish', 'puback', 'disconnect'],
    ]);
  },
);
