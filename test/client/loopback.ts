import { type ProvisionOptions, symmetricKey } from '@mote/client';
import { afterAll } from 'vitest';
import '../support/turn-clock.ts';
import { type Identity, TestAuthority } from './hostile/certificates.ts';
import { HostileProxy, type ProxyMisbehaviour } from './hostile/proxy.ts';
import { type HostileOptions, type HostileServer, startHostile } from './hostile/server.ts';

/** A hostile server on loopback for each test that wants one; all are closed at the end, so that tests may run at the same time. */
export class Loopback {
  readonly authority: TestAuthority = new TestAuthority();
  readonly identity: Identity = this.authority.server();
  #open: { close(): Promise<void> }[] = [];

  constructor() {
    afterAll(() => Promise.all(this.#open.splice(0).map((one) => one.close())));
  }

  async server(options: Partial<HostileOptions> = {}): Promise<HostileServer> {
    const server = await startHostile({ tls: this.identity, ...options });
    this.#open.push(server);
    return server;
  }

  async proxy(misbehave?: ProxyMisbehaviour, times?: number): Promise<HostileProxy> {
    const proxy = await new HostileProxy(misbehave, times).listen();
    this.#open.push(proxy);
    return proxy;
  }

  options(peer: { readonly port: number }, options: Partial<ProvisionOptions> = {}): ProvisionOptions {
    return {
      idScope: '0ne00ABCDEF',
      registrationId: 'device',
      attestation: symmetricKey(Buffer.alloc(32, 7).toString('base64')),
      endpoint: `localhost:${peer.port}`,
      tls: { ca: this.authority.ca },
      timeoutMs: 5000,
      retry: { attempts: 0 },
      ...options,
    };
  }
}

/** What a provisioning was refused with. */
export async function refusal(run: Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    await run;
  } catch (error) {
    return error as Record<string, unknown>;
  }
  throw new Error('nothing was refused');
}
