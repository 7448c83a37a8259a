import { createHash } from 'node:crypto';
import { ProvisioningError } from '../../core/error.ts';
import type { HttpHead } from '../http-head.ts';

/** The one of three paths that the service documents, for its hubs. */
const PATH = '/$iothub/websocket';

/** The request of RFC 6455 4.1, with sub-protocol `mqtt` [MQTT-6.0.0-3] and no extension. `key` is base64 of 16 random bytes. */
export function upgradeRequest(host: string, port: number, key: string): string {
  const authority = (host.includes(':') ? `[${host}]` : host) + (port === 443 ? '' : `:${port}`);
  return `GET ${PATH} HTTP/1.1\r\nHost: ${authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n`;
}

/** Throws ProvisioningError `websocket-failed` unless the answer opens the WebSocket we asked for. */
export function checkUpgrade({ version, status, headers }: HttpHead, key: string): void {
  if (status !== 101) throw refused(status);
  const one = (name: string): string | undefined =>
    headers.get(name)?.length === 1 ? headers.get(name)![0] : undefined;
  const connection = (headers.get('connection') ?? [])
    .join()
    .toLowerCase()
    .split(',')
    .map((token) => token.trim());
  const fault =
    version !== '1.1'
      ? `HTTP/${version}`
      : one('upgrade')?.toLowerCase() !== 'websocket'
        ? 'no Upgrade: websocket'
        : !connection.includes('upgrade')
          ? 'no Connection: Upgrade'
          : one('sec-websocket-accept') !== acceptOf(key)
            ? 'a wrong Sec-WebSocket-Accept'
            : one('sec-websocket-protocol') !== 'mqtt'
              ? 'no Sec-WebSocket-Protocol: mqtt'
              : headers.has('sec-websocket-extensions')
                ? 'an extension nobody asked for'
                : undefined;
  if (fault !== undefined)
    throw new ProvisioningError('websocket-failed', 'upgrade', `the upgrade was answered with ${fault}`, {
      statusCode: status,
    });
}

function refused(statusCode: number): ProvisioningError {
  return new ProvisioningError('websocket-failed', 'upgrade', `the upgrade was answered ${statusCode}`, {
    statusCode,
    retryable: statusCode === 429 || statusCode >= 500,
    hint: statusCode < 500 ? 'Did something other than the service answer? Check host, port and proxy.' : undefined,
  });
}

function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}
