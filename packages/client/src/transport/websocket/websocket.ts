import { randomBytes } from 'node:crypto';
import { ProvisioningError } from '../../core/error.ts';
import { HttpHeadReader } from '../http-head.ts';
import type { Connection, DialTarget, Transport, TransportEvents } from '../transport.ts';
import { BINARY, CLOSE, encodeFrame, PONG } from './frame.ts';
import { FrameReader } from './frame-reader.ts';
import { checkUpgrade, upgradeRequest } from './handshake.ts';

/** A WebSocket client [RFC 6455] over what `inner` dials: Node 20 has none of its own. */
export function dialWebSocket(inner: Transport, target: DialTarget, events: TransportEvents): Connection {
  const key = randomBytes(16).toString('base64');
  let head: HttpHeadReader | undefined = new HttpHeadReader();
  let protocol: string | undefined;
  let failure: unknown;

  const write = (opcode: number, payload: Uint8Array, written?: () => void): void => {
    connection.send(encodeFrame(opcode, payload, randomBytes(4)), written);
  };
  const frames = new FrameReader({
    data: (bytes) => events.data(bytes),
    ping: (payload) => write(PONG, payload),
    closed: (code) => end(code === 1005 ? 1000 : code, new Error(`WebSocket close code ${code}`)),
    failed: (code, message) =>
      end(code, new ProvisioningError('protocol-violation', 'upgrade', `WebSocket: ${message}`)),
  });
  const end = (code: number, error: Error): void => {
    failure = error;
    write(CLOSE, closePayload(code));
    events.closed(error);
  };
  const onHead = (bytes: Uint8Array): void => {
    try {
      const answer = head!.push(bytes);
      if (answer === undefined) return;
      checkUpgrade(answer, key);
      head = undefined;
      events.connected(protocol);
      frames.push(answer.rest);
    } catch (error) {
      failure =
        error instanceof ProvisioningError
          ? error
          : new ProvisioningError('websocket-failed', 'upgrade', (error as Error).message);
      abort(connection);
    }
  };
  const connection = inner.dial(target, {
    stage: (stage) => events.stage(stage),
    connected(name) {
      protocol = name;
      events.stage('upgrade');
      connection.send(Buffer.from(upgradeRequest(target.host, target.port, key)));
    },
    data(bytes) {
      if (failure !== undefined) return;
      if (head === undefined) frames.push(bytes);
      else onHead(bytes);
    },
    closed: (error) =>
      events.closed(
        failure ?? (head === undefined || error instanceof ProvisioningError ? error : lostInUpgrade(error)),
      ),
  });
  return {
    send: (bytes, written) => write(BINARY, bytes, () => written?.()),
    close() {
      if (head === undefined && failure === undefined) write(CLOSE, closePayload(1000));
      connection.close();
    },
    abort: () => abort(connection),
  };
}

function abort(connection: Connection): void {
  if (connection.abort === undefined) connection.close();
  else connection.abort();
}

function closePayload(code: number): Uint8Array {
  return Uint8Array.of(code >> 8, code & 255);
}

function lostInUpgrade(cause: unknown): ProvisioningError {
  const message = cause instanceof Error ? cause.message : 'closed by the peer';
  return new ProvisioningError('connection-lost', 'upgrade', `during the upgrade: ${message}`, {
    retryable: true,
    cause,
  });
}
