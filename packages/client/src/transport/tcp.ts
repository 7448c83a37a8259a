import type { Socket } from 'node:net';
import { dns, net } from '../node.ts';
import type { Lookup } from './transport.ts';

/** Milliseconds between the starts of two attempts [RFC 8305 5]. Node's own option of this kind ends an attempt after that time. */
const HEAD_START_MS = 250;

/** Where `dialTcp` connects. */
export interface TcpTarget {
  readonly host: string;
  readonly port: number;
  /** Used in place of the resolver of the operating system. It is asked for all addresses. */
  readonly lookup?: Lookup | undefined;
  /** 4 or 6 uses only addresses of this family. */
  readonly family?: 0 | 4 | 6 | undefined;
}

/** One of the two is called, once, and never before `dialTcp` has returned. */
export interface TcpEvents {
  /** The dial has reached this stage. */
  stage(stage: 'dns' | 'tcp'): void;
  /** Connected. The socket belongs to the caller from now on. */
  connected(socket: Socket): void;
  /** All addresses have failed: the error is that of the last one, or of the lookup. */
  failed(error: unknown): void;
}

/**
 * Connects to a host that may have several addresses, as RFC 8305 describes. The families take turns. An attempt starts 250 ms after
 * the one before, or when that has failed; attempts run side by side until the first connects. Returns a function that cancels this.
 *
 * @example
 * const callOff = dialTcp(
 *   { host: 'localhost', port: 1883 },
 *   { stage: () => {}, connected: (socket) => socket.end(), failed: (error) => console.error(error) },
 * );
 * callOff();
 */
export function dialTcp({ host, port, lookup, family = 0 }: TcpTarget, events: TcpEvents): () => void {
  const attempts = new Set<Socket>();
  let waiting: readonly string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Of the address that failed last. An error made in advance would stay as long as the connection: 1 KB. */
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
    else if (attempts.size === 0) end(() => events.failed(failure ?? new Error(`no address for ${host}`)));
    if (others.length > 0) timer = setTimeout(tryNext, HEAD_START_MS);
  }

  function attempt(address: string): void {
    // Without this a packet that follows another at once would wait for an acknowledgement of TCP, 40 ms with most peers.
    const socket = net().connect({ host: address, port, noDelay: true });
    const onError = (error: unknown): void => {
      failure = error;
    };
    const onClose = (): void => {
      attempts.delete(socket);
      if (!done) tryNext();
    };
    attempts.add(socket);
    socket.on('error', onError).on('close', onClose);
    socket.once('connect', () => {
      attempts.delete(socket);
      // The listeners would keep all of this dial as long as the connection: 1 KB.
      socket.off('error', onError).off('close', onClose);
      end(() => events.connected(socket));
    });
  }

  function dialAll(addresses: readonly string[]): void {
    if (done || attempts.size > 0) return;
    waiting = addresses;
    events.stage('tcp');
    // Whoever hears of the stage may cancel.
    if (!done) tryNext();
  }

  if (net().isIP(host)) dialAll([host]);
  else {
    events.stage('dns');
    const find = lookup ?? (dns().lookup as Lookup);
    const fail = (error: unknown): void => end(() => events.failed(error));
    // A lookup of the caller's may throw, answer at once or twice, with anything, or return a promise that rejects.
    new Promise((settle) =>
      settle(
        find(host, { all: true, family }, (error, found) =>
          Promise.resolve()
            .then(() => (error ? fail(error) : dialAll(addressesOf(found))))
            .catch(fail),
        ),
      ),
    ).catch(fail);
  }
  return end;
}

/** Sorts addresses so that families take turns, beginning with that of the first [RFC 8305 4]. What is not an IP address is left out. */
function addressesOf(found: unknown): readonly string[] {
  const addresses = [found]
    .flat()
    .map((entry) => (typeof entry === 'string' ? entry : Object(entry).address))
    .filter((address) => typeof address === 'string' && net().isIP(address));
  const first = addresses.filter((address) => net().isIP(address) === net().isIP(addresses[0]));
  const second = addresses.filter((address) => !first.includes(address));
  return addresses.flatMap((_, turn) => [first[turn], second[turn]]).filter((address) => address !== undefined);
}
