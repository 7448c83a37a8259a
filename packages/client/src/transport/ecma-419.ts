import type { DialTarget, NetworkConnection, Transport, TransportEvents } from './transport.ts';

/**
 * A socket as ECMA-419 defines it. Bytes are read when the socket says how many there are, and written when it has room. Its TLS sockets
 * have the same shape.
 */
export interface Ecma419Socket {
  /** Returns bytes that have come. */
  read(count: number): ArrayBuffer | Uint8Array | undefined;
  /** Writes bytes. */
  write(bytes: ArrayBuffer): unknown;
  /** Closes the socket at once. */
  close(): void;
}

/** What an ECMA-419 socket calls. */
export interface Ecma419Callbacks {
  /** `count` bytes can be read. */
  onReadable(count: number): void;
  /** `count` bytes can be written. The first call means that the connection is open. */
  onWritable(count: number): void;
  /** The connection has ended, normally or not. */
  onError(error?: unknown): void;
}

/**
 * A transport over ECMA-419 sockets. `open` makes a TLS socket with these callbacks. They must not be called before it has returned.
 *
 * @example
 * const transport = ecma419Transport(({ host, port }, callbacks) => sockets.secure(host, port, callbacks));
 */
export function ecma419Transport(open: (target: DialTarget, callbacks: Ecma419Callbacks) => Ecma419Socket): Transport {
  return { name: 'ecma-419', dial: (target, events) => dialled(open, target, events) };
}

function dialled(
  open: (target: DialTarget, callbacks: Ecma419Callbacks) => Ecma419Socket,
  target: DialTarget,
  events: TransportEvents,
): NetworkConnection {
  const waiting: { bytes: Uint8Array; readonly written: (() => void) | undefined }[] = [];
  let room = 0;
  let stands = false;
  let blocked = false;
  let closing = false;
  let over = false;

  const end = (error?: unknown): void => {
    if (over) return;
    over = true;
    waiting.length = 0;
    socket.close();
    events.closed(error);
  };
  const pump = (): void => {
    for (let next = waiting[0]; next && room > 0 && !over; next = waiting[0]) {
      const part = next.bytes.subarray(0, room);
      next.bytes = next.bytes.subarray(part.length);
      room -= part.length;
      // A copy in an ArrayBuffer of its own: the socket writes whole ArrayBuffers.
      socket.write(part.slice().buffer);
      if (next.bytes.length > 0) continue;
      waiting.shift();
      next.written?.();
    }
    if (waiting.length > 0 || over) return;
    if (closing) end();
    else if (blocked) {
      blocked = false;
      events.drained?.();
    }
  };
  /** A socket that calls back knows nothing of errors here: one that it throws itself ends the connection. */
  const attempt = (call: () => void): void => {
    try {
      call();
    } catch (error) {
      end(error);
    }
  };
  const socket = open(target, {
    onReadable(count) {
      attempt(() => {
        const bytes = over ? undefined : socket.read(count);
        if (bytes) events.data(new Uint8Array(bytes));
      });
    },
    onWritable(count) {
      if (over) return;
      room = count;
      if (!stands) {
        stands = true;
        events.connected();
      }
      attempt(pump);
    },
    onError: end,
  });
  return {
    send(bytes, written) {
      if (over) return true;
      waiting.push({ bytes, written });
      pump();
      blocked = waiting.length > 0;
      return !blocked;
    },
    close() {
      closing = true;
      if (waiting.length === 0 || !stands) end();
    },
    abort: () => end(),
  };
}
