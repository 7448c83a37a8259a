import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type ConnectionOptions, connect, createSecureContext } from 'node:tls';
import { getSystemErrorMap } from 'node:util';
import { type Emulator, startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { explain } from '../../packages/cli/src/explain/explain.ts';
import { leafOf } from './doctor-device.ts';

/** "X509 certificate error codes" in the documentation of node:tls, the same from Node 18 to 24, and what stands for all others. */
const CERTIFICATE_CODES = `
  UNABLE_TO_GET_ISSUER_CERT UNABLE_TO_GET_CRL UNABLE_TO_DECRYPT_CERT_SIGNATURE UNABLE_TO_DECRYPT_CRL_SIGNATURE
  UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY CERT_SIGNATURE_FAILURE CRL_SIGNATURE_FAILURE CERT_NOT_YET_VALID CERT_HAS_EXPIRED
  CRL_NOT_YET_VALID CRL_HAS_EXPIRED ERROR_IN_CERT_NOT_BEFORE_FIELD ERROR_IN_CERT_NOT_AFTER_FIELD
  ERROR_IN_CRL_LAST_UPDATE_FIELD ERROR_IN_CRL_NEXT_UPDATE_FIELD OUT_OF_MEM DEPTH_ZERO_SELF_SIGNED_CERT
  SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_GET_ISSUER_CERT_LOCALLY UNABLE_TO_VERIFY_LEAF_SIGNATURE CERT_CHAIN_TOO_LONG
  CERT_REVOKED INVALID_CA PATH_LENGTH_EXCEEDED INVALID_PURPOSE CERT_UNTRUSTED CERT_REJECTED HOSTNAME_MISMATCH UNSPECIFIED`;

/** What resolving, connecting, listening, sending and receiving fail with: the manuals of getaddrinfo, connect, bind, send, recv. */
const NETWORK_CODES = `
  EAI_AGAIN EAI_FAIL EAI_MEMORY EACCES EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT ECONNABORTED ECONNREFUSED ECONNRESET EHOSTDOWN
  EHOSTUNREACH EMFILE ENETDOWN ENETUNREACH ENFILE ENOBUFS ENOMEM ENOTCONN EPERM EPIPE EPROTO EPROTONOSUPPORT ETIMEDOUT`;

/** And what reading a key or writing a capture fails with. */
const FILE_CODES = 'EACCES EISDIR EMFILE ENOENT ENOSPC ENOTDIR EPERM EROFS';

const words = (text: string): string[] => text.trim().split(/\s+/);

test.each(words(CERTIFICATE_CODES))('%s, which Node may say of a certificate, is explained', (code) => {
  expect(explain(code)?.code).toBe(code);
});

test.each(words(`ENOTFOUND ${NETWORK_CODES} ${FILE_CODES}`))('%s of the system is explained', (code) => {
  expect(explain(code)?.code).toBe(code);
});

test('the lists name codes that this Node has', () => {
  const known = new Set([...getSystemErrorMap().values()].map(([name]) => name));
  expect(words(`${NETWORK_CODES} ${FILE_CODES}`).filter((code) => !known.has(code))).toEqual([]);
});

/** What Node calls it when the other side answers a ClientHello so. */
async function codeWhenAnswered(answer: Buffer | string): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {}).once('data', () => socket.end(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const code = await codeOf({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  server.close();
  return code;
}

async function codeOf(options: ConnectionOptions): Promise<string> {
  const socket = connect(options);
  const [error] = (await once(socket, 'error').catch((reason) => [reason])) as [NodeJS.ErrnoException];
  return error.code ?? error.message;
}

// RFC 8446, section 6, and the older ones that OpenSSL still knows.
const ALERTS = [
  10, 20, 21, 22, 30, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 60, 70, 71, 80, 86, 90, 100, 109, 110, 111, 112,
  113, 114, 115, 116, 120,
];

describe('what Node reports for an answer of the server is explained', () => {
  const seen = new Set<string>();

  test.each(ALERTS)('alert %d', async (description) => {
    const code = await codeWhenAnswered(Buffer.of(0x15, 3, 3, 0, 2, 2, description));
    seen.add(code);
    expect(code).toMatch(/^ERR_SSL_(SSLV3|SSL\/TLS|TLSV1|TLSV13)_/);
    expect(explain(code)?.code, code).toBe(code.replace('SSL/TLS_', 'SSLV3_'));
  });

  test('each alert has a code of its own', () => expect(seen.size).toBe(ALERTS.length));

  test.each([
    ['a web server', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'ERR_SSL_WRONG_VERSION_NUMBER'],
    ['a message out of turn', Buffer.of(0x16, 3, 3, 0, 4, 9, 9, 9, 9), 'ERR_SSL_UNEXPECTED_MESSAGE'],
    ['a record without end', Buffer.of(0x16, 3, 3, 0xff, 0xff, 9, 9), /^ERR_SSL_(PACKET|DATA)_LENGTH_TOO_LONG$/],
    ['a broker without TLS', Buffer.of(0x20, 2, 0, 5), 'ECONNRESET'],
    ['nothing', '', 'ECONNRESET'],
  ])('%s', async (_who, answer, expected) => {
    const code = await codeWhenAnswered(answer);
    expect(code).toMatch(expected);
    expect(explain(code)?.code).toBe(code);
  });
});

test('later OpenSSL says SSL/TLS where 3.0 says SSLV3', () => {
  expect(explain('ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE')?.code).toBe('ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE');
});

describe('what Node reports for certificates is explained', () => {
  let dps: Emulator;
  beforeAll(async () => {
    dps = await startEmulator();
  });
  afterAll(() => dps.close());

  test.each<[string, (dps: Emulator) => ConnectionOptions, RegExp]>([
    ['an authority that is not known', () => ({}), /^(SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE)$/],
    ['another name', ({ ca }) => ({ ca, servername: 'another.example' }), /^ERR_TLS_CERT_ALTNAME_INVALID$/],
  ])('of a server: %s', async (_what, options, expected) => {
    const code = await codeOf({ host: '127.0.0.1', port: dps.port, ...options(dps) });
    expect(code).toMatch(expected);
    expect(explain(code)?.code).toBe(code);
  });

  test.each<[string, (cert: string, key: string, other: string) => { cert: string; key: string; passphrase?: string }]>(
    [
      ['of another device', (cert, _key, other) => ({ cert, key: other })],
      ['that is no PEM', (_cert, key) => ({ cert: 'DER', key })],
      ['that is cut off', (cert, key) => ({ cert: cert.slice(0, 300), key })],
      ['with a slip', (cert, key) => ({ cert: cert.replace('\nMII', '\n!!!'), key })],
      ['whose key is none', (cert) => ({ cert, key: 'none' })],
      ['whose key is encrypted', (cert, key) => ({ cert, key: locked(key) })],
      ['whose key has another passphrase', (cert, key) => ({ cert, key: locked(key), passphrase: 'another' })],
    ],
  )('a certificate %s', (_what, spoil) => {
    const { cert, key } = dps.issueDeviceCertificate('one');
    const options = spoil(leafOf(cert), key, dps.issueDeviceCertificate('two').key);
    let code = 'none';
    try {
      createSecureContext(options);
    } catch (error) {
      code = (error as NodeJS.ErrnoException).code ?? '';
    }
    expect(code).toMatch(/^ERR_OSSL_/);
    expect(explain(code)?.code, code).toBe(code);
  });
});

const locked = (key: string): string =>
  createPrivateKey(key)
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open sesame' })
    .toString();
