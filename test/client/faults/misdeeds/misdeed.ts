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
import { TODAY, testAbreast, todays } from '../abreast.ts';
import { Canaries } from '../canaries.ts';
import { undergo, type Verdict } from '../trial.ts';
import { until } from '../until.ts';

/** One thing that a peer may do to us, and how the provisioning has to end. */
export interface Misdeed extends ScriptOptions<Peer> {
  readonly name: string;
  /** More than one where the kernel decides which comes first. `assigned` is to the good server's hub. */
  readonly ends: Verdict | readonly Verdict[];
  /** Fields of the error or the assignment. */
  readonly with?: Readonly<Record<string, unknown>>;
  /** Over both unless told. */
  readonly over?: 'tls' | 'wss';
  readonly options?: Partial<ProvisionOptions> & { readonly timeoutMs?: number };
  /** Milliseconds that the call may take, where it has to end before its deadline. */
  readonly within?: number;
  /** The keys for TLS and the signer for WebSocket unless told. */
  readonly proof?: 'keys' | 'signer';
  readonly withCsr?: boolean;
  /** The caller aborts when it hears this. */
  readonly abortAt?: ProgressEvent['type'];
  readonly tls?: TlsOptions;
  /** In place of a good one. */
  readonly certificate?: (authority: TestAuthority) => Identity;
  readonly corruptible?: boolean;
  readonly proxy?: ProxyMisbehaviour;
  /** Holds what the server saw, and what progress told, against more. */
  readonly check?: (server: HostileServer, progress: readonly ProgressEvent[]) => void;
}

export interface Lodged {
  readonly subject: string;
  readonly misdeed: Misdeed;
  readonly transport: 'tls' | 'wss';
}

/** For those that end in silence: time enough to come so far, however busy the machine. */
export const SILENCE = { timeoutMs: 2500 };
/** Rows of docs/reliability.md, from all that this file tried. */
const tried: string[] = [];
const LOOPBACK = { address: '127.0.0.1', family: 4 };

/** A test for each, by subject, over each transport; in `pnpm test`, for a part of them over one. `width` are tried at a time. */
export function tryEach(subjects: Readonly<Record<string, readonly Misdeed[]>>, width?: number): void {
  const authority = new TestAuthority();
  const identity = authority.server();
  const all = Object.entries(subjects).flatMap(([subject, misdeeds]) =>
    misdeeds.map((misdeed) => ({ subject, misdeed })),
  );
  const lodged = (ALL ? all : todays(all)).flatMap(({ subject, misdeed }, i) =>
    transportsOf(misdeed, i).map((transport): Lodged => ({ subject, misdeed, transport })),
  );
  testAbreast(
    lodged,
    ({ subject, misdeed, transport }) => `${subject}: ${misdeed.name}, over ${transport}`,
    (one) => tryOut(one, authority, identity),
    width,
  );
  afterAll(() => {
    for (const [subject, { length }] of Object.entries(subjects))
      tried.push(`| ${subject} | ${length} | ${lodged.filter((one) => one.subject === subject).length} |`);
    recordTable('misdeeds', ['', 'misdeeds', 'runs'], tried);
  });
}

function transportsOf({ over }: Misdeed, index: number): readonly Lodged['transport'][] {
  if (over !== undefined) return [over];
  if (ALL) return ['tls', 'wss'];
  return [(index + TODAY) % 2 === 0 ? 'tls' : 'wss'];
}

export async function tryOut(
  { misdeed, transport }: Lodged,
  authority: TestAuthority,
  identity: Identity,
): Promise<void> {
  const canaries = new Canaries();
  const progress: ProgressEvent[] = [];
  const controller = new AbortController();
  const server = await startHostile({
    answer: () => ({ status: 200, body: ASSIGNED }),
    ...misdeed,
    webSocket: transport === 'wss',
    tls: { ...(misdeed.certificate?.(authority) ?? identity), ...misdeed.tls },
  });
  let over = false;
  const wrong = misdeed.options?.tls?.lookup;
  const lookup: LookupFunction | undefined =
    wrong && ((host, asked, done) => (over ? done(null, [LOOPBACK]) : wrong(host, asked, done)));
  const proxy = misdeed.proxy && (await new HostileProxy(misdeed.proxy).listen());
  const options = {
    idScope: '0ne00ABCDEF',
    registrationId: 'device',
    attestation: canaries.attestation(misdeed.proof ?? (transport === 'tls' ? 'keys' : 'signer')),
    ...(misdeed.withCsr && { csr: canaries.csr }),
    endpoint: `localhost:${server.port}`,
    transport: transport === 'wss' ? ('websocket' as const) : ('tls' as const),
    retry: { attempts: 1, baseMs: 5 },
    timeoutMs: 5000,
    signal: controller.signal,
    onProgress(event: ProgressEvent) {
      progress.push(event);
      if (misdeed.abortAt === event.type) controller.abort('seen enough');
    },
    ...(proxy && { proxy: canaries.proxy(proxy.url) }),
    ...misdeed.options,
    tls: { ca: authority.ca, ...misdeed.options?.tls, ...(lookup && { lookup }) },
  };
  try {
    const { verdict, value, tookMs } = await undergo({
      options,
      canaries,
      ports: [server.port, ...(proxy === undefined ? [] : [proxy.port])],
      faults: () => server.faults,
      judged: async () => {
        await until(() => server.idle);
        misdeed.check?.(server, progress);
      },
      recover: () => {
        over = true;
        server.recover(identity);
        proxy?.recover();
      },
    });
    const what = inspect(value, { depth: 3 });
    expect([misdeed.ends].flat(), what).toContain(verdict);
    if (verdict === 'assigned') expect(value).toMatchObject({ assignedHub: 'hub.test' });
    if (misdeed.with) expect(value).toMatchObject(misdeed.with);
    if (misdeed.within) expect(tookMs, what).toBeLessThan(misdeed.within);
  } finally {
    await Promise.all([server.close(), proxy?.close()]);
  }
}
