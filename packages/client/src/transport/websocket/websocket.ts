import { crypto } from '../../node.ts';
import { messageOf } from '../../values.ts';
import { httpHeadReader } from '../http-head.ts';
import { directTls } from '../tls.ts';
import { abort, type DialTarget, type NetworkConnection, type Transport, type TransportEvents } from '../transport.ts';
import { TransportError } from '../transport-error.ts';
import { BINARY, CLOSE, encodeFrame, PONG } from './frame.ts';
import { frameReader } from './frame-reader.ts';
import { checkUpgrade, upgradeRequest } from './handshake.ts';

/** WebSocket over TLS, without a proxy. */
export const leanWebSocket: Transport = {
  name: 'websocket',
  defaultPort: 443,
  dial: (target, events) => dialWebSocket(directTls, target, events),
};

/** A WebSocket client [RFC 6455] over the connection that `inner` dials. Node 20 has none of its own. */
export function dialWebSocket(inner: Transport, target: DialTarget, events: TransportEvents): NetworkConnection {
  const { randomBytes } = crypto();
  const key = randomBytes(16).toString('base64');
  const head = httpHeadReader();
  let open = false;
  let protocol: string | undefined;
  let failure: Error | undefined;
  let closing = false;

  const write = (opcode: number, payload: Uint8Array, written?: () => void) => {
    // Nothing may follow CLOSE [RFC 6455 5.5.1], not even a pong.
    if (closing) return written?.();
    closing = opcode === CLOSE;
    return connection.send(encodeFrame(opcode, payload, randomBytes(4)), written);
  };
  const writeClose = (code: number): void => void write(CLOSE, Uint8Array.of(code >> 8, code & 255));
  const frames = frameReader({
    data: (bytes) => events.data(bytes),
    ping: (payload) => void write(PONG, payload),
    ended(code, reason) {
      failure = reason;
      // Our own CLOSE follows the last bytes; the socket reports when both have left.
      if (closing) return;
      writeClose(code);
      events.closed(reason);
    },
  });
  const onHead = (bytes: Uint8Array): void => {
    try {
      const answer = head(bytes);
      if (answer === undefined) return;
      checkUpgrade(answer, key, target.protocols);
      open = true;
      events.connected(protocol);
      frames(answer.rest);
    } catch (error) {
      failure = error instanceof TransportError ? error : failed('upgrade', error);
      abort(connection);
    }
  };
  const connection = inner.dial(target, {
    stage: (stage) => events.stage(stage),
    connected(name) {
      protocol = name;
      events.stage('upgrade');
      connection.send(Buffer.from(upgradeRequest(target, key)));
    },
    data(bytes) {
      if (failure === undefined) (open ? frames : onHead)(bytes);
    },
    closed: (error) =>
      events.closed(failure ?? (open || error instanceof TransportError ? error : failed('closed', error))),
    drained: () => events.drained?.(),
  });
  return {
    send: (bytes, written) => write(BINARY, bytes, () => written?.()),
    close() {
      if (open) writeClose(1000);
      connection.close();
    },
    abort: () => abort(connection),
  };
}

function failed(kind: 'upgrade' | 'closed', cause: unknown): TransportError {
  const reason = messageOf(cause) ?? 'closed by the peer';
  const retryable = kind === 'closed';
  return new TransportError(kind, 'upgrade', { reason, retryable, cause }, retryable ? 'WebSocket:' : kind);
}
