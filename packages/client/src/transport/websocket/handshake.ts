import { ProvisioningError } from '../../core/error.ts';
import { authority, type Endpoint } from '../../endpoint.ts';
import { crypto } from '../../node.ts';
import type { HttpHead } from '../http-head.ts';

/** The one of three paths that the service documents, for its hubs. */
const PATH = '/$iothub/websocket';

/** The request of RFC 6455 4.1, with sub-protocol `mqtt` [MQTT-6.0.0-3] and no extension. `key` is base64 of 16 random bytes. */
export function upgradeRequest(target: Endpoint, key: string): string {
  return `GET ${PATH} HTTP/1.1\r\nHost: ${authority({ ...target, host: target.host.replace(/\.$/, '') }, 443)}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n`;
}

/** Throws ProvisioningError `websocket-failed` unless the answer opens the WebSocket we asked for. */
export function checkUpgrade({ version, status: statusCode, headers }: HttpHead, key: string): void {
  const fail = (answer: string, retryable: boolean, hint?: string): never => {
    const fields = { statusCode, retryable, hint };
    throw new ProvisioningError('websocket-failed', 'upgrade', `the upgrade was answered with ${answer}`, fields);
  };
  if (statusCode >= 500) fail(String(statusCode), true);
  if (statusCode !== 101)
    fail(String(statusCode), statusCode === 429, 'Is it the service? Check host, port and proxy.');
  if (version !== '1.1') fail(`HTTP/${version}`, false);
  const accept = crypto().createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const wanted: readonly (readonly [header: string, isRight: (value: string) => boolean])[] = [
    ['Upgrade', (value) => value.toLowerCase() === 'websocket'],
    ['Connection', (value) => /(^|,)\s*upgrade\s*(,|$)/i.test(value)],
    ['Sec-WebSocket-Accept', (value) => value === accept],
    ['Sec-WebSocket-Protocol', (value) => value === 'mqtt'],
  ];
  const wrong = wanted.find(([header, isRight]) => !isRight(headers.get(header.toLowerCase()) ?? ''));
  if (wrong) fail(`a wrong or missing ${wrong[0]}`, false);
  if (headers.has('sec-websocket-extensions')) fail('a Sec-WebSocket-Extensions that nobody asked for', false);
}
