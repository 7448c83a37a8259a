import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { explain } from '@mote/client/explain';
import {
  connectHub,
  groupKey,
  connect as leanConnect,
  openDevice,
  ProvisioningError,
  provision,
  sasSigner,
  symmetricKey,
  tcpTransport,
  throughProxy,
  tlsTransport,
  webSocketTransport,
  type X509Options,
  x509,
} from '@mote/client/lean';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { upgradeRequest } from '../../packages/client/src/transport/websocket/handshake.ts';
import { ENTRIES } from './entries.ts';
import { ASSIGNED } from './hostile/server.ts';
import { Loopback, refusal } from './loopback.ts';

const loopback = new Loopback();

test('each kind of key provisions by the lean entry', async () => {
  const server = await loopback.server({ answer: () => ({ status: 200, body: ASSIGNED }) });
  const { transport: _, proxy: __, csr: ___, ...options } = loopback.options(server);
  for (const attestation of [
    symmetricKey(Buffer.alloc(32).toString('base64')),
    groupKey(Buffer.alloc(64).toString('base64')),
    sasSigner(() => new Uint8Array(32)),
  ]) {
    await expect(provision({ ...options, attestation, registrationId: 'device' })).resolves.toMatchObject({
      assignedHub: 'hub.test',
    });
  }
  expect(await refusal(provision({ ...options, registrationId: '' }))).toBeInstanceOf(ProvisioningError);
  expect(server.faults.filter((fault) => !fault.includes('used twice'))).toEqual([]);
});

test('the core links no platform', async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../../packages/client/src/core.ts', import.meta.url))],
    alias: { '@mote/codec': fileURLToPath(new URL('../../packages/codec/src/index.ts', import.meta.url)) },
    bundle: true,
    platform: 'neutral',
    format: 'esm',
    // Without comments: they may name a platform.
    minifyWhitespace: true,
    write: false,
  });
  expect(outputFiles[0]!.text).not.toMatch(
    /node:|\bBuffer\b|setTimeout|TextDecoder|Math\.random|Date\.now|performance/,
  );
});

test('an upgrade to 443 names no port, and brackets an IPv6 address', () => {
  expect(upgradeRequest({ host: 'dps.test', port: 443 }, 'k')).toContain('\r\nHost: dps.test\r\n');
  expect(upgradeRequest({ host: '::1', port: 8443 }, 'k')).toContain('\r\nHost: [::1]:8443\r\n');
});

describe('a certificate is PEM, and given to the platform as it is', () => {
  const { cert, key } = loopback.authority.device('device');
  const attempt = (options: X509Options) =>
    refusal(
      provision({
        idScope: '0ne00ABCDEF',
        registrationId: 'device',
        attestation: x509(options),
        endpoint: '127.0.0.1:1',
      }),
    );

  test('it proves the device', async () => {
    const ca = loopback.authority.ca;
    const server = await loopback.server({
      answer: () => ({ status: 200, body: ASSIGNED }),
      tls: { ...loopback.identity, requestCert: true, rejectUnauthorized: true, ca },
    });
    const { transport: _, proxy: __, csr: ___, ...options } = loopback.options(server);
    await expect(provision({ ...options, attestation: x509({ cert, key }) })).resolves.toMatchObject({
      deviceId: 'device',
    });
  });

  test.each<[string, X509Options, string]>([
    [
      'DER for the certificate',
      { cert: Buffer.from('3000', 'hex') as never, key },
      'x509.cert: PEM with BEGIN CERTIFICATE',
    ],
    ['a key for the certificate', { cert: key, key }, 'x509.cert: PEM with BEGIN CERTIFICATE'],
    ['a certificate for the key', { cert, key: cert }, 'x509.key: PEM with BEGIN PRIVATE KEY'],
    ['no key', { cert }, 'x509.key: PEM with BEGIN PRIVATE KEY'],
    ['text for the CA', { cert, key, ca: 'none' }, 'x509.ca: PEM with BEGIN CERTIFICATE'],
    [
      'the key of another',
      { cert, key: loopback.authority.device('other').key },
      'tls: ERR_OSSL_X509_KEY_VALUES_MISMATCH',
    ],
  ])('%s is refused', async (_what, options, message) => {
    expect(await attempt(options)).toMatchObject({ code: 'invalid-options', message });
  });
});

test.each([
  ['transport', { transport: 'tls' }],
  ['transport', { transport: 'websocket' }],
  ['transport', { transport: 'tcp' }],
  ['transport', { transport: 'auto' }],
  ['transport', { transport: [tlsTransport, 'websocket'] }],
  ['tls', { transport: tcpTransport, tls: {} }],
  ['proxy', { transport: tcpTransport, proxy: 'http://p:1' }],
  ['proxy', { transport: [tlsTransport, tcpTransport], proxy: 'http://p:1' }],
])(
  'connect of the lean entry refuses at once what it would never dial, or dial in the open: %s %o',
  async (name, change) => {
    const options = { host: '127.0.0.1', port: 1, clientId: 'c', ...change } as never;
    const refused = expect.objectContaining({ code: 'invalid-options', message: expect.stringContaining(name) });
    await expect(leanConnect(options)).rejects.toThrow(refused);
  },
);

describe('a proxy that the lean entry would pass by is refused, and nothing is dialled', () => {
  const proxy = 'http://user:hidden@127.0.0.1:1';
  const attestation = symmetricKey(Buffer.alloc(32, 7).toString('base64'));
  const device = { idScope: '0ne00ABCDEF', registrationId: 'd', attestation };
  const hub = { hostName: 'localhost', deviceId: 'd', attestation };
  // As plain JavaScript has them: the types have no such option.
  const calls: Readonly<Record<string, (port: number, transport: unknown) => Promise<unknown>>> = {
    provision: (port, transport) => provision({ ...device, endpoint: `127.0.0.1:${port}`, proxy, transport } as never),
    connect: (port, transport) => leanConnect({ host: '127.0.0.1', port, clientId: 'c', proxy, transport } as never),
    connectHub: (port, transport) => connectHub({ ...hub, endpoint: `127.0.0.1:${port}`, proxy, transport } as never),
    openDevice: (port, transport) =>
      openDevice({ ...device, endpoint: `127.0.0.1:${port}`, proxy, transport } as never),
  };

  test.each(
    Object.keys(calls).flatMap((name) =>
      Object.entries({
        left: undefined,
        tls: tlsTransport,
        websocket: webSocketTransport,
        both: [tlsTransport, webSocketTransport],
        // Two proxies: one of them would be passed over.
        'TLS through another proxy': throughProxy(tlsTransport, 'http://127.0.0.1:1'),
        'WebSocket through another proxy': throughProxy(webSocketTransport, 'http://127.0.0.1:1'),
      }).map(([what, transport]) => [name, what, transport] as const),
    ),
  )('%s, transport %s', async (name, _what, transport) => {
    let dialled = 0;
    const server = createServer((socket) => {
      dialled++;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const error = await calls[name]!(port, transport).catch((caught: unknown) => caught);
    server.close();
    expect(error).toMatchObject({ code: 'invalid-options', message: 'proxy: no such option' });
    expect(explain(error as never).message).toContain('throughProxy(transport, url)');
    expect(dialled).toBe(0);
  });
});

test('an option behind a getter is read once: what was checked is what is used', async () => {
  const reads: string[] = [];
  const options = new Proxy(
    { host: '127.0.0.1', port: 1, clientId: 'c', retry: { attempts: 0 }, transport: tcpTransport },
    {
      get(target, name) {
        reads.push(String(name));
        return Reflect.get(target, name);
      },
    },
  );
  await expect(leanConnect(options)).rejects.toThrow(expect.objectContaining({ code: 'connect-failed' }));
  // `transport` is asked for by what finds the transports, and `signal` by what waits.
  const own = reads.filter((name) => !['transport', 'signal'].includes(name));
  expect(new Set(own).size).toBe(own.length);
});

test('the same failure has a code and a reason in the lean entry, and a sentence and a hint beside them in the others', async () => {
  const server = await loopback.server({
    answer: () => ({ status: 404, body: { errorCode: 404201, message: 'none' } }),
  });
  const [full, leanly, tls] = await Promise.all(ENTRIES.map(([, run]) => refusal(run(loopback.options(server)))));
  const facts = { code: 'not-found', stage: 'register', reason: 'service-status', statusCode: 404, errorCode: 404201 };
  for (const error of [full, leanly, tls]) expect(error).toMatchObject(facts);
  expect(leanly).toMatchObject({ message: 'not-found service-status 404 404201' });
  expect(leanly).not.toHaveProperty('hint');
  for (const { message, hint } of [full!, tls!])
    expect({ message, hint }).toEqual({
      message: 'the service answered 404 (404201): none',
      hint: 'Is there an enrollment for this id under this ID scope?',
    });
});
