import { crypto } from '../../node.ts';
import { authority } from '../host-port.ts';
import type { HttpHead } from '../http-head.ts';
import type { DialTarget } from '../transport.ts';
import { TransportError } from '../transport-error.ts';

/** The upgrade request of RFC 6455 4.1, without extensions. `key` is base64 of 16 random bytes. */
export function upgradeRequest({ host, port, path = '/', protocols = [] }: DialTarget, key: string): string {
  const name = authority({ host: host.replace(/\.$/, ''), port }, 443);
  const wanted = protocols.length > 0 ? `Sec-WebSocket-Protocol: ${protocols.join(', ')}\r\n` : '';
  return `GET ${path} HTTP/1.1\r\nHost: ${name}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n${wanted}\r\n`;
}

/** Throws TransportError `upgrade` unless the answer accepts the upgrade and one of our sub-protocols. */
export function checkUpgrade(
  { version, status: statusCode, headers }: HttpHead,
  key: string,
  protocols: readonly string[] = [],
): void {
  const fail = (reason: string, retryable = false): never => {
    throw new TransportError('upgrade', 'upgrade', { reason, statusCode, retryable });
  };
  if (statusCode !== 101) fail('upgrade-status', statusCode >= 500 || statusCode === 429);
  if (version !== '1.1') fail('http-version');
  const accept = crypto().createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const wanted: readonly (readonly [header: string, isRight: (value: string) => boolean])[] = [
    ['Upgrade', (value) => value.toLowerCase() === 'websocket'],
    ['Connection', (value) => /(^|,)\s*upgrade\s*(,|$)/i.test(value)],
    ['Sec-WebSocket-Accept', (value) => value === accept],
    ['Sec-WebSocket-Protocol', (value) => (protocols.length > 0 ? protocols.includes(value) : value === '')],
  ];
  const wrong = wanted.find(([header, isRight]) => !isRight(headers.get(header.toLowerCase()) ?? ''));
  if (wrong) fail(wrong[0]);
  if (headers.has('sec-websocket-extensions')) fail('Sec-WebSocket-Extensions');
}
