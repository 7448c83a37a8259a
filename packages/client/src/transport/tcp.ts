import type { Socket } from 'node:net';
import { dns, net } from '../node.ts';
import type { Lookup } from './transport.ts';

/** RFC 8305 5: so long the attempt before has a head start. Node's own default ends that attempt after this time. */
const HEAD_START_MS = 250;

export interface TcpTarget {
  readonly host: string;
  readonly port: number;
  /** Instead of the resolver of the operating system. It is asked for all addresses. */
  readonly lookup?: Lookup | undefined;
  /** 4 or 6 to leave the others out. */
  readonly family?: 0 | 4 | 6 | undefined;
}

/** One call of `connected` or `failed` ends it; none comes before `dialTcp` has returned. */
export interface TcpEvents {
  stage(stage: 'dns' | 'tcp'): void;
  /** The socket is the caller's from now on. */
  connected(socket: Socket): void;
  /** The error of the address that failed last, or of the lookup. */
  failed(error: unknown): void;
}

/**
 * Connects to a host that may have several addresses, as RFC 8305 has it: families in turn, each attempt 250 ms after the one
 * before or as soon as that has failed, and those under way go on until the first connects. Returns a function that calls it off.
 */
export function dialTcp({ host, port, lookup, family = 0 }: TcpTarget, events: TcpEvents): () => void {
  const attempts = new Set<Socket>();
  let waiting: readonly string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failure: unknown;
  let done = false;

  function end(report?: () => void): void {
    if (done) return;
    done = true;
    clearTimeout(timer);
    for (const attempt of attempts) attempt.destroy();
    report?.();
  }

  function tryNext(): void {
    clearTimeout(timer);
    const [address, ...others] = waiting;
    waiting = others;
    if (address !== undefined) attempt(address);
    else if (attempts.size === 0) end(() => events.failed(failure));
    if (others.length > 0) timer = setTimeout(tryNext, HEAD_START_MS);
  }

  function attempt(address: string): void {
    // A packet that follows another at once would wait for its acknowledgement otherwise, 40 ms at most peers.
    const socket = net().connect({ host: address, port, noDelay: true });
    const onError = (error: unknown): void => {
      failure = error;
    };
    attempts.add(socket);
    socket.on('error', onError);
    socket.once('close', () => {
      attempts.delete(socket);
      if (!done) tryNext();
    });
    socket.once('connect', () => {
      attempts.delete(socket);
      socket.off('error', onError);
      end(() => events.connected(socket));
    });
  }

  function dialAll(addresses: readonly string[]): void {
    if (done || attempts.size > 0) return;
    waiting = addresses;
    failure = new Error(`no address for ${host}`);
    events.stage('tcp');
    tryNext();
  }

  if (net().isIP(host)) dialAll([host]);
  else {
    events.stage('dns');
    const find = lookup ?? (dns().lookup as Lookup);
    // A function of the caller's may throw, answer at once or twice, or return a promise that rejects.
    new Promise((settle) =>
      settle(
        find(host, { all: true, family }, (error, found) =>
          queueMicrotask(() => (error ? end(() => events.failed(error)) : dialAll(addressesOf(found)))),
        ),
      ),
    ).catch((error: unknown) => end(() => events.failed(error)));
  }
  return end;
}

/** Families in turn, the first of them first [RFC 8305 4]. What is no IP address is passed over. */
function addressesOf(found: unknown): readonly string[] {
  const addresses = [found]
    .flat()
    .map((entry) => (typeof entry === 'string' ? entry : Object(entry).address))
    .filter((address) => typeof address === 'string' && net().isIP(address));
  const first = addresses.filter((address) => net().isIP(address) === net().isIP(addresses[0]));
  const second = addresses.filter((address) => !first.includes(address));
  return addresses.flatMap((_, turn) => [first[turn], second[turn]]).filter((address) => address !== undefined);
}
