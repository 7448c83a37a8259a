import type { LookupFunction } from 'node:net';
import { inspect } from 'node:util';
import {
  type ProvisioningErrorCode,
  type ProvisionOptions,
  provision,
  type Stage,
  symmetricKey,
  type Transport,
  tlsTransport,
  webSocketTransport,
} from '@mote/client';
import { expect } from 'vitest';
import malformed from '../../vectors/malformed.json' with { type: 'json' };
import type { TestAuthority } from '../hostile/certificates.ts';
import { MISBEHAVIOURS } from '../hostile/misbehaviours.ts';
import { HostileProxy, type ProxyMisbehaviour } from '../hostile/proxy.ts';
import { type HostileOptions, type Misbehaviour, type Peer, type Step, startHostile } from '../hostile/server.ts';

export interface Cell {
  readonly stage: string;
  readonly fault: string;
  readonly transport: string;
}

/** How often a fault happens: `once` it is to be survived where the client retries. */
export type Persistence = 'always' | 'once';

type Verdict = 'assigned' | 'aborted' | ProvisioningErrorCode;

/** Bytes that would be found in any form if they leaked. */
const CANARY = Buffer.from('canary-0123456789-canary-0123456').toString('base64');
const REJECTED = malformed.entries.filter(
  ({ expected, direction, layer }) => expected === 'reject' && direction !== 'c2s' && layer === 'codec',
);
const AFTER_THE_RESULT = ['final-ack', 'disconnect', 'close'];
const STAGE_OF: Readonly<Record<string, readonly Stage[]>> = {
  'register-answer': ['register'],
  // A pause ends with a poll that nobody answers.
  wait: ['wait', 'poll'],
  // It may be asked before it stops to read.
  register: ['register', 'poll'],
  // Accepting is the kernel's part: a server that does no more is silent in the handshake.
  tcp: ['tcp', 'tls'],
};

/** The outcomes that the fault model allows for a cell. */
export function verdicts({ stage, fault }: Cell, persistence: Persistence): readonly Verdict[] {
  const after = AFTER_THE_RESULT.includes(stage);
  if (fault === 'abort') return after ? ['assigned'] : ['aborted'];
  if (after) return ['assigned'];
  const lost: readonly Verdict[] =
    stage === 'tcp' || stage === 'tls'
      ? ['connect-failed', 'connection-lost']
      : stage === 'proxy'
        ? ['proxy-failed']
        : ['connection-lost'];
  const broken: readonly Verdict[] =
    stage === 'proxy'
      ? ['proxy-failed']
      : stage === 'tls'
        ? ['tls-failed', 'connection-lost']
        : stage === 'upgrade'
          ? ['websocket-failed']
          : ['protocol-violation'];
  switch (fault) {
    case 'rst':
    case 'fin':
      // The operation is taken up on a new connection, which has no pause for the fault to wait in; but a reset may swallow
      // the answer that was under way.
      if (stage === 'wait') return ['assigned', ...lost];
      return persistence === 'once' ? ['assigned'] : lost;
    case 'tls-alert':
      return stage === 'tls'
        ? ['tls-failed']
        : persistence === 'once' || stage === 'wait' || stage === 'poll'
          ? ['assigned']
          : ['connection-lost'];
    case 'stall':
    case 'late':
    case 'backpressure':
      return ['timed-out'];
    case 'half-open':
      // No keep-alive before CONNACK.
      return ['tcp', 'proxy', 'tls', 'upgrade', 'connect'].includes(stage)
        ? ['timed-out']
        : persistence === 'once'
          ? ['assigned']
          : ['connection-lost', 'timed-out'];
    case 'garbage':
    case 'oversize':
    case 'malformed':
      return broken;
    case 'drip':
      return stage === 'tls' ? ['assigned', 'timed-out'] : ['assigned'];
    case 'duplicate':
      // Behind the upgrade there are frames, and an HTTP answer is none.
      return stage === 'connect' || stage === 'upgrade' ? ['protocol-violation'] : ['assigned'];
    case 'coalesce':
      return ['assigned'];
    case 'unsolicited':
      return stage === 'connect'
        ? ['protocol-violation']
        : stage === 'upgrade'
          ? ['websocket-failed']
          : stage === 'proxy'
            ? ['proxy-failed']
            : ['assigned'];
    case 'wrong-id':
      return stage === 'upgrade' ? ['websocket-failed'] : ['protocol-violation'];
    case 'oom':
      return ['protocol-violation', 'connect-failed'];
    default:
      return ['assigned'];
  }
}

/** Runs one provisioning through the fault and holds the invariants of the fault model against it. */
export async function runCell(cell: Cell, persistence: Persistence, authority: TestAuthority): Promise<Verdict> {
  const webSocket = cell.transport === 'wss';
  const controller = new AbortController();
  const reason = new Error('the caller has had enough');
  const misbehave = misbehaviour(cell, () => controller.abort(reason));
  const wanted = verdicts(cell, persistence);
  const certificate = authority.server();
  let reached = false;
  let settled = 0;
  const inHandshake = ['dns', 'tcp', 'tls', 'proxy', 'upgrade'].includes(cell.stage);
  const server = await startHostile({
    webSocket,
    tls:
      cell.fault === 'tls-alert' && cell.stage === 'tls'
        ? { ...certificate, maxVersion: 'TLSv1.1', minVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }
        : certificate,
    corruptible: cell.fault === 'tls-alert' || cell.stage === 'tls',
    step: stepOf(cell),
    reached: () => {
      if (cell.fault === 'clock-mono' && !reached && settled === 0) jump();
      reached = true;
      if (cell.fault === 'double-call') second();
    },
    ...(misbehave && { misbehave }),
    ...(persistence === 'once' && { times: 1 }),
  } satisfies HostileOptions);
  const abort = (): void => controller.abort(reason);
  const proxy =
    cell.stage === 'proxy'
      ? await new HostileProxy(proxyMisbehaviour(cell, abort), persistence === 'once' ? 1 : undefined).listen()
      : undefined;
  const lookup = cell.stage === 'dns' ? lookupFor(cell, abort) : undefined;
  const timesOut =
    wanted.every((verdict) => verdict === 'timed-out' || verdict === 'connection-lost') && persistence === 'always';
  const timeoutMs = cell.fault === 'clock-mono' ? 1_200_000 : timesOut ? 2000 : 8000;
  const transport = webSocket ? webSocketTransport : tlsTransport;
  const events: unknown[] = [];
  const options: ProvisionOptions = {
    idScope: '0ne00ABCDEF',
    registrationId: 'device',
    attestation: symmetricKey(CANARY),
    endpoint: `localhost:${server.port}`,
    transport: cell.fault !== 'oom' ? transport : inHandshake ? withoutMemory : losingMemory(transport, () => reached),
    tls: { ca: authority.ca, ...(lookup && { lookup }) },
    keepAlive: cell.fault === 'half-open' || cell.fault === 'tls-alert' ? 1 : 30,
    ...(proxy && { proxy: proxy.url }),
    timeoutMs,
    signal: controller.signal,
    retry: { attempts: 1, baseMs: 10 },
    onProgress: (event) => events.push(event),
    onPacket: (direction, packet) => events.push(direction, packet),
  };
  const others: Promise<unknown>[] = [];
  const second = (): void =>
    void (others.length === 0 && others.push(provision({ ...options, registrationId: 'other' })));
  const restore = surroundings(cell);
  const began = performance.now();
  let outcome: unknown;
  try {
    outcome = await provision(options).finally(() => settled++);
  } catch (error) {
    outcome = error;
  } finally {
    restore();
  }
  const took = cell.fault === 'clock-mono' ? 0 : performance.now() - began;
  const verdict = verdictOf(outcome, reason);
  try {
    expect(settled).toBe(1);
    expect(wanted, `${inspect(outcome, { depth: 3 })}`).toContain(verdict);
    expect(took, 'late').toBeLessThan(timeoutMs + 250);
    if (verdict === 'timed-out')
      expect(STAGE_OF[cell.stage] ?? [cell.stage]).toContain((outcome as { stage: string }).stage);
    for (const text of [
      inspect(outcome, { depth: 9, showHidden: true }),
      inspect(events, { depth: 9 }),
      JSON.stringify([outcome, events]),
    ]) {
      expect(text).not.toContain(CANARY.slice(4, 20));
      expect(text).not.toContain('&sig=');
    }
    if (cell.fault !== 'tls-alert') expect(server.faults).toEqual([]);
    for (const other of others) await expect(other).resolves.toMatchObject({ assignedHub: 'hub.test' });
  } finally {
    await Promise.all([server.close(), proxy?.close()]);
  }
  return verdict;
}

/** The machine slept for ten minutes: the monotonic clock has gone on, and no timer. */
function jump(): void {
  const now = performance.now.bind(performance);
  performance.now = () => now() + 600_000;
}

function verdictOf(outcome: unknown, reason: Error): Verdict {
  if (outcome === reason) return 'aborted';
  return outcome instanceof Error && 'code' in outcome ? (outcome.code as ProvisioningErrorCode) : 'assigned';
}

/** Where the server has to act: for an alert, before the client sends the record that is to be tampered with. */
function stepOf({ stage, fault, transport }: Cell): Step {
  if (fault !== 'tls-alert') return stage as Step;
  if (stage === 'connect') return transport === 'wss' ? 'upgrade' : 'tls';
  const before: Readonly<Record<string, Step>> = {
    upgrade: 'tls',
    subscribe: 'connect',
    register: 'subscribe',
    wait: 'register-answer',
    poll: 'register-answer',
  };
  return before[stage] ?? (stage as Step);
}

function misbehaviour({ stage, fault, transport }: Cell, abort: () => void): Misbehaviour | undefined {
  if (fault === 'abort') return abort;
  if (fault === 'tls-alert') return stage === 'tls' ? undefined : (peer, good) => alert(stage, transport, peer, good);
  if (fault === 'malformed') return (peer) => peer.write(Buffer.from(anyRejected(), 'hex'));
  if (fault === 'reorder') return (peer, good) => peer.write(good);
  if (['clock-wall', 'clock-mono', 'double-call', 'oom'].includes(fault)) return undefined;
  if (stage === 'tls' || stage === 'tcp') return (peer) => misbehaveInHandshake(fault, peer);
  if (stage === 'upgrade') return (peer, good) => misbehaveInUpgrade(fault, peer, good);
  return MISBEHAVIOURS[fault];
}

function alert(stage: string, transport: string, peer: Peer, good: Buffer): void {
  // The last of the client's handshake, or CONNECT if they come together.
  if (stage === 'upgrade' || (stage === 'connect' && transport === 'tls')) peer.flipChunk = 2;
  if (peer.flipChunk === 2) peer.secure();
  else peer.corrupt();
  if (stage === 'connect' && transport === 'wss') peer.upgrade(good);
  else if (stage !== 'register-answer') peer.write(good);
}

function misbehaveInHandshake(fault: string, peer: Peer): void {
  if (fault === 'rst') peer.reset();
  else if (fault === 'fin') peer.raw.end();
  else if (fault === 'garbage') peer.raw.write('HTTP/1.1 400 Bad Request\r\n\r\n');
  else if (['drip', 'split', 'coalesce'].includes(fault)) {
    if (fault !== 'coalesce') peer.slices = { size: fault === 'drip' ? 8 : 1, everyMs: fault === 'drip' ? 2 : 0 };
    peer.secure();
  }
}

function misbehaveInUpgrade(fault: string, peer: Peer, good: Buffer): void {
  const bare = {
    mute: () => {},
    again: (bytes: Uint8Array) => peer.writeBare(bytes),
    write: (bytes: Uint8Array) => peer.writeBare(bytes),
    reset: () => peer.reset(),
    end: () => peer.end(),
    stopReading: () => peer.stopReading(),
  };
  peer.upgrade('');
  if (fault === 'oversize') peer.writeBare(`HTTP/1.1 101 Switching Protocols\r\nX: ${'a'.repeat(20_000)}`);
  else if (fault === 'coalesce') peer.writeBare(Buffer.concat([good, Buffer.from('8900', 'hex')]));
  else if (fault === 'wrong-id')
    peer.writeBare(good.toString().replace(/Accept: .*/, 'Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA='));
  else MISBEHAVIOURS[fault]!(bare as Peer, good);
}

function proxyMisbehaviour({ fault }: Cell, abort: () => void): ProxyMisbehaviour | undefined {
  const answer =
    (...parts: string[]): ProxyMisbehaviour =>
    (socket, _good, tunnel) => {
      for (const part of parts) socket.write(part);
      tunnel();
    };
  const good = 'HTTP/1.1 200 Connection established\r\n\r\n';
  switch (fault) {
    case 'abort':
      return abort;
    case 'rst':
      return (socket) => socket.resetAndDestroy();
    case 'fin':
      return (socket) => void socket.end();
    case 'drip':
    case 'split':
      return answer(...good);
    case 'coalesce':
    case 'duplicate':
      return answer(good + good);
    case 'unsolicited':
    case 'garbage':
      return (socket) => void socket.write(Buffer.from('d000300a0004', 'hex'));
    case 'oversize':
      return (socket) => void socket.write(`${good.slice(0, -2)}X: ${'a'.repeat(20_000)}`);
    case 'stall':
    case 'late':
    case 'backpressure':
    case 'half-open':
      return () => {};
    default:
      return undefined;
  }
}

function lookupFor({ fault }: Cell, abort: () => void): LookupFunction | undefined {
  if (fault === 'abort') return abort;
  return fault === 'stall' || fault === 'late' ? () => {} : undefined;
}

/** Moves the clocks while the cell runs. Returns how to put them back. */
function surroundings({ fault }: Cell): () => void {
  const wall = Date.now;
  const monotonic = performance.now;
  let calls = 0;
  if (fault === 'clock-wall') Date.now = () => wall() + (calls++ % 2 === 0 ? 86_400_000 : -86_400_000);
  return () => {
    Date.now = wall;
    performance.now = monotonic;
  };
}

/** A dial for which there is no memory. */
const withoutMemory: Transport = {
  name: 'tls',
  dial: () => {
    throw new RangeError('Array buffer allocation failed');
  },
};

/** The same for what is received from now on. */
function losingMemory(inner: Transport, lost: () => boolean): Transport {
  return {
    ...inner,
    dial: (target, events) =>
      inner.dial(target, {
        stage: (stage) => events.stage(stage),
        connected: (protocol) => events.connected(protocol),
        closed: (error) => events.closed(error),
        data: (bytes) => events.data(lost() ? new Proxy(bytes, { get: outOfMemory }) : bytes),
      }),
  };
}

function outOfMemory(): never {
  throw new RangeError('Array buffer allocation failed');
}

function anyRejected(): string {
  return REJECTED[Math.floor(Math.random() * REJECTED.length)]!.hex;
}
