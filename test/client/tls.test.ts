import { createPrivateKey } from 'node:crypto';
import { connect, type LookupFunction } from 'node:net';
import { groupKey, provision, tlsTransport, x509 } from '@mote/client';
import { expect, test } from 'vitest';
import { TestAuthority } from './hostile/certificates.ts';
import { ASSIGNED, type HostileServer, type Peer } from './hostile/server.ts';
import { Loopback, refusal } from './loopback.ts';
import { complaintsDuring } from './memory.ts';

const loopback = new Loopback();
const { authority } = loopback;
const DAY = 86_400_000;
const AT_ONCE = { answer: () => ({ status: 200, body: ASSIGNED }) };

test.each([
  ['of another CA', () => new TestAuthority().server(), 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'ca'],
  ['that signed itself', () => authority.selfSigned(), 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ca'],
  ['of yesterday', () => authority.server(['localhost'], -2 * DAY, -DAY), 'CERT_HAS_EXPIRED', 'clock'],
  ['for another host', () => authority.server(['elsewhere.test']), 'ERR_TLS_CERT_ALTNAME_INVALID', 'name'],
])('a server certificate %s is refused', async (_what, identity, reason, hint) => {
  const server = await loopback.server({ tls: identity() });
  const error = await refusal(provision(loopback.options(server, { retry: { attempts: 3 } })));
  expect(error).toMatchObject({
    code: 'tls-failed',
    stage: 'tls',
    retryable: false,
    cause: { code: reason },
    hint: expect.stringContaining(hint),
  });
  expect(error['message']).toContain(reason);
  expect(server.peers).toHaveLength(1);
});

test.each(['tls', 'websocket'] as const)(
  "a common name does not make a certificate the server's, over %s, be it through a proxy",
  async (transport) => {
    const server = await loopback.server({
      tls: authority.named('localhost', []),
      webSocket: transport === 'websocket',
    });
    const proxy = await loopback.proxy();
    for (const options of [{ transport }, { transport, proxy: proxy.url }])
      expect(await refusal(provision(loopback.options(server, options)))).toMatchObject({
        code: 'tls-failed',
        stage: 'tls',
        retryable: false,
        cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
      });
    expect(proxy.requests).toHaveLength(1);
  },
);

test('a name in the certificate counts without a common name, and a wildcard for one label', async () => {
  for (const [names, endpoint] of [
    [['localhost'], 'localhost'],
    [['127.0.0.1'], '127.0.0.1'],
    [['*.dps.test'], 'one.dps.test'],
  ] as const) {
    const server = await loopback.server({ ...AT_ONCE, tls: authority.named('', names) });
    const lookup: LookupFunction = (_host, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]);
    const tls = { ca: authority.ca, lookup };
    const options = loopback.options(server, { endpoint: `${endpoint}:${server.port}`, tls });
    await expect(provision(options)).resolves.toMatchObject({ assignedHub: 'hub.test' });
  }
});

test('a lookup that answers at once is over before TCP begins', async () => {
  const stages: string[] = [];
  const lookup: LookupFunction = (_host, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]);
  await new Promise<void>((resolve) => {
    const events = { stage: (stage: string) => stages.push(stage), connected() {}, data() {}, closed: () => resolve() };
    tlsTransport.dial({ host: 'dps.test', port: 1, tls: { lookup } }, events);
  });
  expect(stages).toEqual(['dns', 'tcp']);
  const error = await refusal(provision(loopback.options({ port: 1 }, { endpoint: 'dps.test:1', tls: { lookup } })));
  expect(error).toMatchObject({ code: 'connect-failed', stage: 'tcp' });
});

test('a server of TLS 1.1 is refused', async () => {
  const server = await loopback.server({
    tls: { ...loopback.identity, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
  });
  expect(await refusal(provision(loopback.options(server)))).toMatchObject({ code: 'tls-failed', stage: 'tls' });
});

test('NODE_TLS_REJECT_UNAUTHORIZED=0 does not turn verification off', async () => {
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  try {
    const server = await loopback.server(AT_ONCE);
    expect(await refusal(provision(loopback.options(server, { tls: { rejectUnauthorized: true } })))).toMatchObject({
      code: 'tls-failed',
    });
    expect(await refusal(provision(loopback.options(server, { tls: {} })))).toMatchObject({ code: 'tls-failed' });
  } finally {
    delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  }
});

test('a plain HTTP server on the port is told from TLS', async () => {
  const server = await loopback.server({
    step: 'tls',
    misbehave: (peer) => void peer.raw.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
  });
  expect(await refusal(provision(loopback.options(server)))).toMatchObject({
    code: 'tls-failed',
    hint: expect.stringContaining('port'),
  });
});

test('what OpenSSL says is the same each time, in the handshake and behind it', async () => {
  const html = (peer: Peer): void => void peer.raw.write('HTTP/1.1 400 Bad Request\r\n\r\n');
  for (const [step, said] of [
    ['tls', (error: { cause?: unknown }) => (error.cause as Error).message],
    ['connect', (error: { message?: unknown }) => error.message],
  ] as const) {
    const server = await loopback.server({ step, misbehave: html, corruptible: true });
    expect(said(await refusal(provision(loopback.options(server))))).toMatch(/^error:[\dA-F]{8}:SSL routines:.*\S$/);
  }
});

test('an address is dialled without SNI, and checked against the certificate', async () => {
  const server = await loopback.server(AT_ONCE);
  await expect(provision(loopback.options(server, { endpoint: `127.0.0.1:${server.port}` }))).resolves.toMatchObject({
    deviceId: 'device',
  });
  await expect(
    provision(loopback.options(server, { tls: { ca: authority.ca, servername: 'localhost', maxVersion: 'TLSv1.2' } })),
  ).resolves.toBeDefined();
});

test('a device proves itself with a certificate, and its chain is sent', async () => {
  const server = await loopback.server({
    ...AT_ONCE,
    tls: { ...loopback.identity, requestCert: true, rejectUnauthorized: true, ca: authority.ca },
  });
  const { cert, key } = authority.device('device');
  await expect(provision(loopback.options(server, { attestation: x509({ cert, key }) }))).resolves.toMatchObject({
    deviceId: 'device',
  });
  const connect = server.peers[0]!.wire.packets[0] as { password?: unknown };
  expect(connect.password).toBeUndefined();
});

test('bytes and an encrypted key will do, and a CA for the server beside them', async () => {
  const { createPrivateKey } = await import('node:crypto');
  const server = await loopback.server({
    ...AT_ONCE,
    tls: { ...loopback.identity, requestCert: true, rejectUnauthorized: true, ca: authority.ca },
  });
  const { cert, key } = authority.device('DEVICE');
  const encrypted = createPrivateKey(key).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'secret',
  });
  const attestation = x509({
    cert: Buffer.from(cert),
    key: Buffer.from(encrypted),
    passphrase: 'secret',
    ca: authority.ca,
  });
  await expect(provision(loopback.options(server, { attestation, tls: {} }))).resolves.toMatchObject({
    deviceId: 'device',
  });
});

test.each([
  [42, 'BAD_CERTIFICATE'],
  [43, 'UNSUPPORTED_CERTIFICATE'],
  [44, 'CERTIFICATE_REVOKED'],
  [45, 'CERTIFICATE_EXPIRED'],
  [46, 'CERTIFICATE_UNKNOWN'],
  [48, 'UNKNOWN_CA'],
  [49, 'ACCESS_DENIED'],
  [51, 'DECRYPT_ERROR'],
  [116, 'CERTIFICATE_REQUIRED'],
])('TLS alert %i is about our certificate: %s', async (number, name) => {
  const attestation = x509(loopback.authority.device('device'));
  const error = await refusal(provision(loopback.options(await alerting(number), { attestation })));
  expect(error).toMatchObject({
    code: 'client-certificate-rejected',
    stage: 'tls',
    retryable: false,
    hint: expect.stringContaining('intermediate'),
  });
  expect(error['message']).toContain(name);
});

test('TLS alert 40 is about the handshake', async () => {
  expect(await refusal(provision(loopback.options(await alerting(40))))).toMatchObject({
    code: 'tls-failed',
    stage: 'tls',
  });
});

/** A server that answers ClientHello with a fatal alert. */
async function alerting(number: number): Promise<HostileServer> {
  const alert = Buffer.of(0x15, 3, 3, 0, 2, 2, number);
  return loopback.server({
    step: 'tls',
    misbehave: (peer) => void peer.raw.on('data', () => peer.raw.end(alert)).resume(),
  });
}

test.each([
  ['no common name', () => x509(authority.device('')), 'missing'],
  ['a common name of another device', () => x509(authority.device('other')), 'common name'],
  [
    'a key of another certificate',
    () => x509({ cert: authority.device('device').cert, key: authority.device('device').key }),
    'belong',
  ],
  [
    'no certificate',
    () => x509({ cert: 'x', key: authority.device('device').key }),
    'x509.cert: holds text, not a certificate',
  ],
  [
    'that is damaged',
    () => x509({ cert: authority.device('device').cert.replace(/M/g, 'A'), key: 'x' }),
    'that is damaged',
  ],
  [
    'no key',
    () => x509({ cert: authority.device('device').cert, key: 'x' }),
    'x509.key: holds text, not a private key',
  ],
  [
    'a wrong passphrase',
    () => {
      const { cert, key } = authority.device('device');
      const encrypted = createPrivateKey(key).export({
        type: 'pkcs8',
        format: 'pem',
        cipher: 'aes128',
        passphrase: 'x',
      });
      return x509({ cert, key: encrypted, passphrase: 'y' });
    },
    'x509.passphrase: is wrong',
  ],
  [
    'a chain out of order',
    () => {
      const { cert, key } = authority.device('device');
      return x509({ cert: cert + cert, key });
    },
    'did not issue',
  ],
])('%s is refused before anything is dialled', async (_what, attestation, words) => {
  const error = await refusal(provision(loopback.options({ port: 1 }, { attestation: attestation() })));
  expect(error).toMatchObject({ code: 'invalid-options', stage: 'options', message: expect.stringContaining(words) });
});

test('with a certificate the registration id ends at 64 characters', async () => {
  const registrationId = 'x'.repeat(65);
  const attestation = x509(authority.device('device'));
  expect(await refusal(provision(loopback.options({ port: 1 }, { attestation, registrationId })))).toMatchObject({
    code: 'invalid-options',
  });
});

test('128 characters of registration id go all the way', async () => {
  const server = await loopback.server(AT_ONCE);
  const registrationId = 'x'.repeat(128);
  const attestation = groupKey(Buffer.alloc(64, 3).toString('base64'));
  await expect(provision(loopback.options(server, { registrationId, attestation }))).resolves.toBeDefined();
  expect(server.faults).toEqual([]);
});

test.each([
  ['a name that does not resolve', 'nowhere.invalid', 'dns', 'DNS'],
  ['a port where nobody listens', 'localhost:1', 'tcp', 'listens'],
])('%s is a failed connection', async (_what, endpoint, stage, hint) => {
  expect(await refusal(provision(loopback.options({ port: 1 }, { endpoint })))).toMatchObject({
    code: 'connect-failed',
    stage,
    retryable: true,
    hint: expect.stringContaining(hint),
  });
});

test('a flood that is not read back is not read on: the answers do not pile up', async () => {
  const flood = Buffer.concat(Array.from({ length: 5000 }, () => Buffer.from('320600016100070a', 'hex')));
  const server = await loopback.server({
    step: 'register-answer',
    misbehave: (peer) => {
      peer.stopReading();
      for (let i = 0; i < 50; i++) peer.write(flood);
    },
  });
  const before = process.memoryUsage().rss;
  expect(await refusal(provision(loopback.options(server, { timeoutMs: 1500 })))).toMatchObject({
    code: expect.stringMatching('timed-out|connection-lost'),
  });
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
});

test.each([
  // Dialled, in SNI, and the name in the certificate.
  ['dps.test', 'dps.test', 'dps.test'],
  ['dps.test.', 'dps.test', 'dps.test'],
  ['DPS.Test.', 'DPS.Test', 'dps.test'],
  ['xn--dps-hoa.test.', 'xn--dps-hoa.test', 'xn--dps-hoa.test'],
  ['localhost.', 'localhost', 'localhost'],
  ['127.0.0.1', undefined, '127.0.0.1'],
])(
  '%s is dialled as it is, and SNI, certificate and Host know it without a dot at its end',
  async (host, sni, name) => {
    const asked: string[] = [];
    const names: unknown[] = [];
    const lookup: LookupFunction = (wanted, _options, done) => {
      asked.push(wanted);
      done(null, [{ address: '127.0.0.1', family: 4 }]);
    };
    const { cert, key } = authority.named('', [name]);
    for (const transport of ['tls', 'websocket'] as const) {
      const server = await loopback.server({
        ...AT_ONCE,
        webSocket: transport === 'websocket',
        tls: {
          cert,
          key,
          SNICallback(servername, done) {
            names.push(servername);
            done(null);
          },
        },
      });
      const proxy = await loopback.proxy((socket, good) => {
        const upstream = connect(server.port, '127.0.0.1');
        socket.write(good);
        socket.pipe(upstream).pipe(socket);
        for (const end of [socket, upstream]) end.on('error', () => {});
      });
      const options = { endpoint: `${host}:${server.port}`, tls: { ca: authority.ca, lookup }, transport };
      const warnings: unknown[] = await complaintsDuring(async () => {
        await provision(loopback.options(server, options));
        await provision(loopback.options(server, { ...options, proxy: proxy.url }));
      });
      expect(warnings).toEqual([]);
      expect(proxy.requests[0]).toMatch(`CONNECT ${host}:${server.port} HTTP/1.1\r\nHost: ${host}:${server.port}\r\n`);
      if (transport === 'websocket')
        expect(server.peers[0]!.request!.headers.get('host')).toBe(`${sni ?? name}:${server.port}`);
    }
    expect(asked).toEqual(sni === undefined ? [] : [host, host]);
    expect(names).toEqual(sni === undefined ? [] : [sni, sni, sni, sni]);
  },
);
