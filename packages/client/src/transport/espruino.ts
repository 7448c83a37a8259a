import type { DialTarget, Transport } from './transport.ts';

/** A socket as Espruino has it: bytes are the characters of a string, and events have names. */
export interface EspruinoSocket {
  /** Adds a listener. */
  on(event: 'data', heard: (text: string) => void): unknown;
  on(event: 'drain' | 'close' | 'end', heard: () => void): unknown;
  on(event: 'error', heard: (error?: unknown) => void): unknown;
  /** Returns false when it is full; `drain` then says when there is room again. */
  write(text: string): unknown;
  /** Closes the socket when everything is sent. */
  end(): unknown;
}

/**
 * A transport over callback sockets. `open` dials with TLS: `(target, connected) => require('tls').connect({ host: target.host, port:
 * target.port, ca }, connected)`. It returns the socket if it has one at once; errors of the dial can only be heard on that.
 *
 * @example
 * const transport = espruinoTransport(({ host, port }, connected) => tls.connect({ host, port }, connected));
 */
export function espruinoTransport(
  open: (target: DialTarget, connected: (socket: EspruinoSocket) => void) => EspruinoSocket | undefined,
): Transport {
  return {
    name: 'espruino',
    dial(target, events) {
      let socket: EspruinoSocket | undefined;
      let over = false;
      const end = (error?: unknown): void => {
        if (over) return;
        over = true;
        socket?.end();
        events.closed(error);
      };
      const listen = (opened: EspruinoSocket): void => {
        if (socket === opened) return;
        socket = opened;
        opened.on('data', (text) => {
          if (!over) events.data(bytesOfText(text));
        });
        opened.on('drain', () => {
          if (!over) events.drained?.();
        });
        opened.on('error', end);
        opened.on('end', () => end());
        opened.on('close', () => end());
      };
      const early = open(target, (opened) => {
        listen(opened);
        // The dial was given up before it connected.
        if (over) opened.end();
        else events.connected();
      });
      if (early) listen(early);
      return {
        send(bytes, written) {
          const more = over || socket?.write(textOfBytes(bytes)) !== false;
          written?.();
          return more;
        },
        close: () => end(),
        abort: () => end(),
      };
    },
  };
}

function bytesOfText(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function textOfBytes(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}
