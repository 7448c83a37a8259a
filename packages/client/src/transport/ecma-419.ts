import type { DialTarget, NetworkConnection, Transport, TransportEvents } from './transport.ts';

/** A socket with the shape of ECMA-419: bytes are fetched when there are some, and given when there is room. Its TLS has the same shape. */
export interface Ecma419Socket {
  read(count: number): ArrayBuffer | Uint8Array | undefined;
  write(bytes: ArrayBuffer): unknown;
  close(): void;
}

export interface Ecma419Callbacks {
  /** So many bytes can be read. */
  onReadable(count: number): void;
  /** So many bytes can be written; the first call says that the connection stands. */
  onWritable(count: number): void;
  /** The connection has ended, be it in good order or not. */
  onError(error?: unknown): void;
}

/** A transport over sockets of ECMA-419. `open` makes one, with TLS, and gives it the callbacks, which come after it has returned. */
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
      // A buffer of its own: the socket takes whole ones.
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
  const socket = open(target, {
    onReadable(count) {
      const bytes = over ? undefined : socket.read(count);
      if (bytes) events.data(new Uint8Array(bytes));
    },
    onWritable(count) {
      if (over) return;
      room = count;
      if (!stands) {
        stands = true;
        events.connected();
      }
      pump();
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
