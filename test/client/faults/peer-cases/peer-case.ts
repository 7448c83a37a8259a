import type { LookupFunction } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { inspect } from 'node:util';
import type { ProgressEvent, ProvisionOptions } from '@mote/client';
import { afterAll, expect } from 'vitest';
import { ALL, recordTable } from '../../figures.ts';
import { type Identity, TestAuthority } from '../../hostile/certificates.ts';
import { HostileProxy, type ProxyMisbehaviour } from '../../hostile/proxy.ts';
import type { ScriptOptions } from '../../hostile/script.ts';
import { ASSIGNED, type HostileServer, type Peer, startHostile } from '../../hostile/server.ts';
import { checkProvisioning, type Verdict } from '../check-provisioning.ts';
import { TODAY, testConcurrently, todays } from '../concurrent.ts';
import { PlantedSecrets } from '../planted-secrets.ts';
import { until } from '../until.ts';

/** One thing that a peer may do, and how the provisioning has to end then. */
export interface PeerCase extends ScriptOptions<Peer> {
  readonly name: string;
  /** More than one, if the kernel decides which comes first. `assigned`: the hub is that of the good server. */
  readonly ends: Verdict | readonly Verdict[];
  /** Fields of the error or the assignment. */
  readonly with?: Readonly<Record<string, unknown>>;
  /** Default: over both. */
  readonly over?: 'tls' | 'wss';
  readonly options?: Partial<ProvisionOptions> & { readonly timeoutMs?: number };
  /** Milliseconds that the call may take, if it must end before its deadline. */
  readonly within?: number;
  /** Default: keys over TLS, the signer over WebSocket. */
  readonly proof?: 'keys' | 'signer';
  readonly withCsr?: boolean;
  /** The caller aborts when it hears this. */
  readonly abortAt?: ProgressEvent['type'];
  readonly tls?: TlsOptions;
  /** A certificate in place of a good one. */
  readonly certificate?: (authority: TestAuthority) => Identity;
  readonly corruptible?: boolean;
  readonly proxy?: ProxyMisbehaviour;
  /** More checks, of what the server has seen and of the progress. */
  readonly check?: (server: HostileServer, progress: readonly ProgressEvent[]) => void;
}

/** A case with its subject, over one transport. */
export interface TransportCase {
  readonly subject: string;
  readonly peerCase: PeerCase;
  readonly transport: 'tls' | 'wss';
}

/** The options of cases that end in silence: enough time to get there, also on a busy machine. */
export const SILENCE = { timeoutMs: 2500 };
/** Rows of docs/reliability.md, from all that this file tried. */
const tried: string[] = [];
const LOOPBACK = { address: '127.0.0.1', family: 4 };

/** A test for each, by subject, over each transport; in `pnpm test`, for a part of them over one. `width` are tried at a time. */
export function tryEach(subjects: Readonly<Record<string, readonly PeerCase[]>>, width?: number): void {
  const authority = new TestAuthority();
  const identity = authority.server();
  const all = Object.entries(subjects).flatMap(([subject, peerCases]) =>
    peerCases.map((peerCase) => ({ subject, peerCase })),
  );
  const cases = (ALL ? all : todays(all)).flatMap(({ subject, peerCase }, i) =>
    transportsOf(peerCase, i).map((transport): TransportCase => ({ subject, peerCase, transport })),
  );
  testConcurrently(
    cases,
    ({ subject, peerCase, transport }) => `${subject}: ${peerCase.name}, over ${transport}`,
    (one) => tryOut(one, authority, identity),
    width,
  );
  afterAll(() => {
    for (const [subject, { length }] of Object.entries(subjects))
      tried.push(`| ${subject} | ${length} | ${cases.filter((one) => one.subject === subject).length} |`);
    recordTable('peer-cases', ['', 'cases', 'runs'], tried);
  });
}

function transportsOf({ over }: PeerCase, index: number): readonly TransportCase['transport'][] {
  if (over !== undefined) return [over];
  if (ALL) return ['tls', 'wss'];
  return [(index + TODAY) % 2 === 0 ? 'tls' : 'wss'];
}

export async function tryOut(
  { peerCase, transport }: TransportCase,
  authority: TestAuthority,
  identity: Identity,
): Promise<void> {
  const planted = new PlantedSecrets();
  const progress: ProgressEvent[] = [];
  const controller = new AbortController();
  const server = await startHostile({
    answer: () => ({ status: 200, body: ASSIGNED }),
    ...peerCase,
    webSocket: transport === 'wss',
    tls: { ...(peerCase.certificate?.(authority) ?? identity), ...peerCase.tls },
  });
  let over = false;
  const wrong = peerCase.options?.tls?.lookup;
  const lookup: LookupFunction | undefined =
    wrong && ((host, asked, done) => (over ? done(null, [LOOPBACK]) : wrong(host, asked, done)));
  const proxy = peerCase.proxy && (await new HostileProxy(peerCase.proxy).listen());
  const options = {
    idScope: '0ne00ABCDEF',
    registrationId: 'device',
    attestation: planted.attestation(peerCase.proof ?? (transport === 'tls' ? 'keys' : 'signer')),
    ...(peerCase.withCsr && { csr: planted.csr }),
    endpoint: `localhost:${server.port}`,
    transport: transport === 'wss' ? ('websocket' as const) : ('tls' as const),
    retry: { attempts: 1, baseMs: 5 },
    timeoutMs: 5000,
    signal: controller.signal,
    onProgress(event: ProgressEvent) {
      progress.push(event);
      if (peerCase.abortAt === event.type) controller.abort('seen enough');
    },
    ...(proxy && { proxy: planted.proxy(proxy.url) }),
    ...peerCase.options,
    tls: { ca: authority.ca, ...peerCase.options?.tls, ...(lookup && { lookup }) },
  };
  try {
    const { verdict, value, tookMs } = await checkProvisioning({
      options,
      planted,
      ports: [server.port, ...(proxy === undefined ? [] : [proxy.port])],
      faults: () => server.faults,
      judged: async () => {
        await until(() => server.idle);
        peerCase.check?.(server, progress);
      },
      recover: () => {
        over = true;
        server.recover(identity);
        proxy?.recover();
      },
    });
    const what = inspect(value, { depth: 3 });
    expect([peerCase.ends].flat(), what).toContain(verdict);
    if (verdict === 'assigned') expect(value).toMatchObject({ assignedHub: 'hub.test' });
    if (peerCase.with) expect(value).toMatchObject(peerCase.with);
    if (peerCase.within) expect(tookMs, what).toBeLessThan(peerCase.within);
  } finally {
    await Promise.all([server.close(), proxy?.close()]);
  }
}
