import type { LookupFunction } from 'node:net';
import { inspect } from 'node:util';
import { type ProvisionOptions, provision, type Transport, tlsTransport, webSocketTransport } from '@mote/client';
import { expect } from 'vitest';
import type { TestAuthority } from '../hostile/certificates.ts';
import { HostileProxy } from '../hostile/proxy.ts';
import { type HostileServer, startHostile } from '../hostile/server.ts';
import { misbehaviourOf, proxyMisbehaviourOf, stepOf } from './cell-misbehaviour.ts';
import { checkProvisioning, type Verdict } from './check-provisioning.ts';
import { dialWithoutMemory, Environment, receiveWithoutMemory } from './environment.ts';
import { Late } from './late.ts';
import { PlantedSecrets } from './planted-secrets.ts';
import { type Cell, type Persistence, silentStages, verdicts } from './verdicts.ts';

/** Faults in which nothing comes. */
export const SILENT = ['stall', 'late', 'backpressure'];
const IN_DIAL = ['dns', 'tcp', 'tls', 'proxy', 'upgrade'];

/** One cell of the fault model, made of a server, a proxy if it takes one, and environment. */
class Ground {
  readonly #cell: Cell;
  readonly #persistence: Persistence;
  readonly #authority: TestAuthority;
  readonly #malformed: string;
  readonly #controller = new AbortController();
  readonly #late = new Late();
  readonly #environment = new Environment();
  readonly #others: Promise<unknown>[] = [];
  #times = 0;
  #over = false;
  #options: (ProvisionOptions & { readonly timeoutMs: number }) | undefined;

  constructor(cell: Cell, persistence: Persistence, authority: TestAuthority, malformed: string) {
    this.#cell = cell;
    this.#persistence = persistence;
    this.#authority = authority;
    this.#malformed = malformed;
  }

  async run(): Promise<Verdict> {
    const server = await this.#server();
    const proxy = this.#cell.stage === 'proxy' ? await this.#proxy() : undefined;
    const planted = new PlantedSecrets();
    const options = this.#optionsFor(server, proxy, planted);
    this.#options = options;
    this.#environment.wallClockMoves = this.#cell.fault === 'clock-wall';
    try {
      const { verdict, value } = await checkProvisioning({
        options,
        planted,
        environment: this.#environment,
        ports: [server.port, ...(proxy === undefined ? [] : [proxy.port])],
        // An alert comes of bytes that were changed on their way: they are not the client's.
        faults: () => (this.#cell.fault === 'tls-alert' ? [] : server.faults),
        settled: () => this.#settled(),
        recover: () => {
          server.recover(this.#authority.server());
          proxy?.recover();
        },
      });
      expect(verdicts(this.#cell, this.#persistence), inspect(value, { depth: 3 })).toContain(verdict);
      if (verdict === 'timed-out') expect(silentStages(this.#cell)).toContain((value as { stage: string }).stage);
      for (const other of this.#others) await expect(other).resolves.toMatchObject({ assignedHub: 'hub.test' });
      return verdict;
    } finally {
      await Promise.all([server.close(), proxy?.close()]);
    }
  }

  #server(): Promise<HostileServer> {
    const { stage, fault, transport } = this.#cell;
    const certificate = this.#authority.server();
    return startHostile({
      webSocket: transport === 'wss',
      tls:
        fault === 'tls-alert' && stage === 'tls'
          ? { ...certificate, maxVersion: 'TLSv1.1', minVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }
          : certificate,
      corruptible: fault === 'tls-alert' || stage === 'tls',
      step: stepOf(this.#cell),
      misbehave:
        fault === 'abort'
          ? () => this.#abort()
          : fault === 'late'
            ? this.#late.misbehaviour(stage)
            : misbehaviourOf(this.#cell, this.#malformed),
      times: this.#persistence === 'once' ? 1 : undefined,
      reached: (peer) => {
        this.#reached();
        if (fault === 'late' && this.#persistence === 'once' && this.#times === 2) this.#late.again(stage, peer);
      },
    });
  }

  #proxy(): Promise<HostileProxy> {
    const { fault } = this.#cell;
    const bad =
      fault === 'abort' ? () => this.#abort() : fault === 'late' ? this.#late.proxy() : proxyMisbehaviourOf(this.#cell);
    return new HostileProxy((socket, good, tunnel) => {
      this.#reached();
      if (bad !== undefined && this.#bad) return bad(socket, good, tunnel);
      this.#late.say();
      socket.write(good);
      tunnel();
    }).listen();
  }

  #optionsFor(
    server: HostileServer,
    proxy: HostileProxy | undefined,
    planted: PlantedSecrets,
  ): ProvisionOptions & { readonly timeoutMs: number } {
    const { fault, stage } = this.#cell;
    const silent = verdicts(this.#cell, this.#persistence).every(
      (verdict) => verdict === 'timed-out' || verdict === 'connection-lost',
    );
    const lookup = stage === 'dns' ? this.#lookup() : undefined;
    return {
      idScope: '0ne00ABCDEF',
      registrationId: 'device',
      attestation: planted.attestation(stage.length % 2 === 0 ? 'keys' : 'signer'),
      csr: planted.csr,
      endpoint: `localhost:${server.port}`,
      transport: this.#transport(),
      tls: { ca: this.#authority.ca, ...(lookup && { lookup }) },
      keepAlive: fault === 'half-open' || fault === 'tls-alert' ? 1 : 30,
      ...(proxy && { proxy: planted.proxy(proxy.url) }),
      timeoutMs:
        fault === 'clock-mono' ? 1_200_000 : silent && this.#persistence === 'always' ? silenceMs(stage) : 8000,
      signal: this.#controller.signal,
      // What happens once has to be noticed before the deadline.
      retry:
        this.#persistence === 'once' && SILENT.includes(fault)
          ? { attempts: 3, baseMs: 10, silenceMs: 700 }
          : { attempts: 1, baseMs: 10 },
    };
  }

  #transport(): Transport {
    const transport = this.#cell.transport === 'wss' ? webSocketTransport : tlsTransport;
    if (this.#cell.fault !== 'oom') return transport;
    return IN_DIAL.includes(this.#cell.stage)
      ? dialWithoutMemory(transport, () => !this.#over)
      : receiveWithoutMemory(transport, () => this.#times > 0 && !this.#over);
  }

  #lookup(): LookupFunction {
    const { fault } = this.#cell;
    return (_host, _options, done) => {
      const found = (): void => done(null, [{ address: '127.0.0.1', family: 4 }]);
      this.#reached();
      // Not at once: known.test.ts has that.
      if (fault === 'abort' && this.#bad) setImmediate(() => this.#abort());
      else if (fault === 'late' && this.#bad) this.#late.add(found);
      else if (fault !== 'stall' || !this.#bad) {
        this.#late.say();
        found();
      }
    };
  }

  /** It is still time to misbehave. */
  get #bad(): boolean {
    return !this.#over && (this.#persistence === 'always' || this.#times === 1);
  }

  #abort(): void {
    this.#controller.abort(new Error('the caller has had enough'));
  }

  #reached(): void {
    this.#times++;
    if (this.#cell.fault === 'clock-mono') this.#environment.slept = true;
    if (this.#cell.fault === 'double-call' && this.#others.length === 0 && this.#options !== undefined)
      this.#others.push(provision({ ...this.#options, registrationId: 'other' }));
  }

  async #settled(): Promise<void> {
    this.#over = true;
    if (this.#persistence === 'always') this.#late.say();
    await Promise.allSettled(this.#others);
  }
}

/** Time enough to come to this stage, however busy the machine: the pause before a poll takes a second of it. */
export function silenceMs(stage: string): number {
  return stage === 'wait' || stage === 'poll' ? 3500 : 2500;
}

/** Runs one provisioning through the fault. `malformed` is the packet, in hex, for the fault of this name. */
export function runCell(
  cell: Cell,
  persistence: Persistence,
  authority: TestAuthority,
  malformed: string,
): Promise<Verdict> {
  return new Ground(cell, persistence, authority, malformed).run();
}
