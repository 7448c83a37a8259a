import { observe } from '../values.ts';
import type { DialTarget, Transport } from './transport.ts';

/** A socket of web streams: what `connect()` returns on workers, for example. */
export interface StreamSocket {
  /** Bytes of the peer. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Bytes for the peer. */
  readonly writable: WritableStream<Uint8Array>;
  /** Closes both directions. */
  close(): unknown;
}

/**
 * A transport over web streams. `open` dials with TLS. It is called once for each connection.
 *
 * @example
 * const transport = webStreamTransport(({ host, port }) => worker.connect({ hostname: host, port }, { secureTransport: 'on' }));
 */
export function webStreamTransport(open: (target: DialTarget) => StreamSocket | Promise<StreamSocket>): Transport {
  return {
    name: 'web-streams',
    dial(target, events) {
      let closed = false;
      let writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
      let socket: StreamSocket | undefined;
      const end = (error?: unknown): void => {
        if (closed) return;
        closed = true;
        // When the socket ends, both streams reject. The first rejection has been reported.
        observe(() => socket?.close());
        events.closed(error);
      };
      const run = async (): Promise<void> => {
        socket = await open(target);
        if (closed) return observe(() => socket?.close());
        const reader = socket.readable.getReader();
        writer = socket.writable.getWriter();
        writer.closed.catch(end);
        events.connected();
        for (let part = await reader.read(); !part.done && !closed; part = await reader.read()) {
          events.data(part.value);
          // While the peer reads none of our answers, nothing more is read from it.
          await writer.ready;
        }
      };
      run().then(() => end(), end);
      return {
        send: (bytes, written) => void writer?.write(bytes).then(written, end),
        close: () => void (writer?.close() ?? Promise.resolve()).then(() => end(), end),
        abort: () => end(),
      };
    },
  };
}
