import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { explainText } from '../../packages/cli/src/explain/scan.ts';

const LINES = readFileSync(new URL('./fixtures/printed-by-others.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(' | '))
  .map(([code = '', ...text]) => [text.join(' | ').replaceAll('\\n', '\n'), code === '-' ? undefined : code] as const);

const first = (text: string): string | undefined => explainText(text)[0]?.code;

test.each(LINES)('what others print: %j is %s', (text, code) => {
  expect(first(text)).toBe(code);
});

const STYLES: readonly (readonly [name: string, style: (words: string) => string])[] = [
  ['words', (words) => words],
  ['capitals', (words) => words.toUpperCase().replaceAll(' ', '_')],
  ['underscores', (words) => words.replaceAll(' ', '_')],
  ['camel case', (words) => words.replace(/(?:^| )([a-z])/g, (_all, letter: string) => letter.toUpperCase())],
];

describe.each(STYLES)('one name in %s', (_name, style) => {
  test.each([
    ['not authorized', 'connack-5'],
    ['bad user name or password', 'connack-4'],
    ['server unavailable', 'connack-3'],
    ['identifier rejected', 'connack-2'],
    ['unacceptable protocol version', 'connack-1'],
    ['queue full', 'queue-full'],
    ['session taken over', 'taken-over'],
  ])('%s is %s', (words, code) => {
    expect(first(`MqttError(${style(words)})`)).toBe(code);
  });

  test.each([
    ['unexpected message', 'ERR_SSL_SSLV3_ALERT_UNEXPECTED_MESSAGE'],
    ['bad record mac', 'ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC'],
    ['handshake failure', 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'],
    ['bad certificate', 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE'],
    ['unsupported certificate', 'ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE'],
    ['certificate revoked', 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED'],
    ['certificate expired', 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED'],
    ['certificate unknown', 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN'],
    ['unknown ca', 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'],
    ['access denied', 'ERR_SSL_TLSV1_ALERT_ACCESS_DENIED'],
    ['decrypt error', 'ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR'],
    ['protocol version', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
    ['insufficient security', 'ERR_SSL_TLSV1_ALERT_INSUFFICIENT_SECURITY'],
    ['internal error', 'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR'],
    ['unrecognized name', 'ERR_SSL_TLSV1_UNRECOGNIZED_NAME'],
    ['certificate required', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'],
  ])('the alert %s is %s', (words, code) => {
    expect(first(`Received fatal alert: ${style(words)}`)).toBe(code);
    expect(first(`AlertReceived(${style(words)})`)).toBe(code);
  });
});

test.each([
  'alert ',
  'a_B',
  '-0x',
  'rc=',
  'WebSocket ',
  'certificate is ',
  '<title>',
  'verify error ',
  'total number of messages ',
])('a text of %j takes time that grows with its length', (part) => {
  const cpuTime = (length: number): number => {
    const start = process.cpuUsage();
    expect(explainText(part.repeat(length / part.length)).length).toBeLessThan(4);
    const { user, system } = process.cpuUsage(start);
    return user + system;
  };
  cpuTime(100_000);
  // Four times as much: what is quadratic takes sixteen times as long.
  expect(cpuTime(1_000_000) / cpuTime(250_000)).toBeLessThan(10);
});
