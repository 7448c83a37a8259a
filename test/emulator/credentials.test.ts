import { type Emulator, type EmulatorOptions, startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Authority } from '../../packages/emulator/src/pki/authority.ts';
import { makeSigningRequest } from './pki.ts';
import { registerByHand } from './register-by-hand.ts';
import { deriveKey, ENCODINGS, sasToken } from './sas.ts';

const primary = Buffer.alloc(32, 1).toString('base64');
const secondary = Buffer.alloc(32, 2).toString('base64');
const master = Buffer.alloc(64, 3).toString('base64');
const secondMaster = Buffer.alloc(64, 4).toString('base64');
const wrong = Buffer.alloc(32, 5).toString('base64');
const attestation = symmetric(primary, secondary);

// The plant's own tree, which the emulator has never seen: only its root is enrolled.
const plant = new Authority(Date.now());
const stranger = new Authority(Date.now());

let dps: Emulator;

beforeAll(async () => {
  dps = await start({
    individualEnrollments: [
      { registrationId: 'by-key', attestation },
      { registrationId: 'disabled', attestation, provisioningStatus: 'disabled' },
      { registrationId: 'by-certificate', attestation: { type: 'x509' } },
      { registrationId: 'by-thumbprint', attestation: clientCertificate(plant.issueDevice('by-thumbprint').cert) },
    ],
    enrollmentGroups: [
      { enrollmentGroupId: 'keys', attestation: symmetric(master, secondMaster) },
      {
        enrollmentGroupId: 'plant',
        attestation: { type: 'x509', x509: { signingCertificates: { primary: { certificate: plant.deviceRoot } } } },
      },
    ],
  });
});
afterAll(() => dps.close());

const byKey = (registrationId: string, key: string, more = {}) =>
  registerByHand(dps, { registrationId, password: sasToken({ idScope: dps.idScope, registrationId, key, ...more }) });

describe('symmetric keys', () => {
  test.each([
    ['the primary key', 'by-key', primary],
    ['the secondary key', 'by-key', secondary],
    ['a key derived from the primary group key', 'any-member', deriveKey(master, 'any-member')],
    ['a key derived from the secondary group key', 'any-member', deriveKey(secondMaster, 'any-member')],
    ['a key derived from the id in lower case', 'Mixed-Case', deriveKey(master, 'mixed-case')],
    ['a key derived from the id as it is written', 'Mixed-Case', deriveKey(master, 'Mixed-Case')],
  ])('%s is accepted', async (_name, registrationId, key) => {
    expect(await byKey(registrationId, key)).toMatchObject({ code: 200, body: { status: 'assigned' } });
  });

  test.each(Object.entries(ENCODINGS))('sr written with %s is accepted', async (_name, encode) => {
    expect((await byKey('by-key', primary, { encode })).code).toBe(200);
  });

  test.each([
    ['left out', undefined],
    ['empty', ''],
  ])('skn %s is accepted', async (_name, keyName) => {
    expect((await byKey('by-key', primary, { keyName })).code).toBe(200);
  });

  test.each([
    ['a wrong key', 'by-key', wrong, {}],
    ['the group key itself', 'any-member', master, {}],
    ['the key of another member', 'any-member', deriveKey(master, 'other-member'), {}],
    ['an expired token', 'by-key', primary, { expiry: Math.floor(Date.now() / 1000) - 1 }],
    ['another key name', 'by-key', primary, { keyName: 'iothubowner' }],
    ['a group-derived key where an individual enrollment exists', 'by-key', deriveKey(master, 'by-key'), {}],
    ['a key where a certificate is enrolled', 'by-certificate', primary, {}],
  ])('%s is answered 401, errorCode 401000', async (_name, registrationId, key, more) => {
    expect(await byKey(registrationId, key, more)).toMatchObject({ code: 401, body: { errorCode: 401000 } });
  });

  test('sr of another device is answered 401', async () => {
    const password = sasToken({ idScope: dps.idScope, registrationId: 'any-member', key: primary });
    expect((await registerByHand(dps, { registrationId: 'by-key', password })).code).toBe(401);
  });

  test('a disabled enrollment is answered 200 with status disabled, but only to its key', async () => {
    expect(await byKey('disabled', primary)).toMatchObject({ code: 200, body: { status: 'disabled' } });
    expect((await byKey('disabled', wrong)).code).toBe(401);
  });

  test('an unknown device is answered 404 where no group could know it', async () => {
    await using lonely = await start({ individualEnrollments: [{ registrationId: 'by-key', attestation }] });
    const password = sasToken({ idScope: lonely.idScope, registrationId: 'unknown', key: primary });
    const outcome = await registerByHand(lonely, { registrationId: 'unknown', password });
    expect(outcome).toMatchObject({ code: 404, body: { errorCode: 404201 } });
  });

  test('a scope that is not ours is refused with CONNACK 3', async () => {
    const password = sasToken({ idScope: '0ne0000DEAD', registrationId: 'by-key', key: primary });
    expect((await registerByHand(dps, { registrationId: 'by-key', idScope: '0ne0000DEAD', password })).code).toBe(3);
  });
});

describe('X.509', () => {
  test('the certificate that the emulator made for an enrollment is accepted by its thumbprint', async () => {
    const registrationId = 'by-certificate';
    const outcome = await registerByHand(dps, { registrationId, ...dps.issueDeviceCertificate(registrationId) });
    expect(outcome).toMatchObject({
      code: 200,
      body: {
        status: 'assigned',
        registrationState: { x509: { certificateInfo: { subjectName: 'CN=by-certificate' } } },
      },
    });
  });

  test('a chain that leads to the CA of a group is accepted', async () => {
    const outcome = await registerByHand(dps, { registrationId: 'machine-1', ...plant.issueDevice('machine-1') });
    expect(outcome).toMatchObject({
      code: 200,
      body: { registrationState: { x509: { enrollmentGroupId: 'plant' } } },
    });
  });

  test('a missing intermediate is answered 401002', async () => {
    const { cert, key } = plant.issueDevice('machine-2');
    const outcome = await registerByHand(dps, { registrationId: 'machine-2', cert: firstOf(cert), key });
    expect(outcome).toMatchObject({ code: 401, body: { errorCode: 401002, message: 'CA certificate not found.' } });
  });

  test('a chain of another CA is answered 401002', async () => {
    const outcome = await registerByHand(dps, { registrationId: 'machine-3', ...stranger.issueDevice('machine-3') });
    expect(outcome).toMatchObject({ code: 401, body: { errorCode: 401002 } });
  });

  test('another thumbprint than the enrolled one is answered 401002, even from the right CA', async () => {
    const outcome = await registerByHand(dps, {
      registrationId: 'by-thumbprint',
      ...plant.issueDevice('by-thumbprint'),
    });
    expect(outcome).toMatchObject({ code: 401, body: { errorCode: 401002 } });
  });

  test('a CN that is not the registration id is refused with CONNACK 5', async () => {
    expect((await registerByHand(dps, { registrationId: 'machine-5', ...plant.issueDevice('machine-4') })).code).toBe(
      5,
    );
  });

  test('no certificate and no password is refused with CONNACK 5', async () => {
    expect((await registerByHand(dps, { registrationId: 'machine-6' })).code).toBe(5);
  });

  test('of two groups, the one with the nearest issuing CA answers', async () => {
    const issuer = plant.issueDevice('x').cert.slice(firstOf(plant.issueDevice('x').cert).length);
    const group = (enrollmentGroupId: string, certificate: string, hub: string) => ({
      enrollmentGroupId,
      attestation: { type: 'x509' as const, x509: { signingCertificates: { primary: { certificate } } } },
      iotHubs: [hub],
    });
    await using nested = await start({
      enrollmentGroups: [
        group('root', plant.deviceRoot, 'far.example.net'),
        group('issuer', firstOf(issuer), 'near.example.net'),
      ],
    });
    const outcome = await registerByHand(nested, { registrationId: 'machine-7', ...plant.issueDevice('machine-7') });
    expect(outcome.body).toMatchObject({ registrationState: { assignedHub: 'near.example.net' } });
  });

  test('TLS below 1.2 and plain TCP are not served', async () => {
    const seen: string[] = [];
    const { connect } = await import('node:tls');
    await new Promise<void>((resolve) => {
      connect({ port: dps.port, host: '127.0.0.1', ca: dps.ca, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' })
        .on('error', () => seen.push('refused'))
        .on('secureConnect', () => seen.push('served'))
        .on('close', () => resolve());
    });
    const net = await import('node:net');
    await new Promise<void>((resolve) => {
      const plain = net.connect(dps.port, '127.0.0.1', () =>
        plain.write(Buffer.from('100c00044d5154540402003c0000', 'hex')),
      );
      plain.on('data', (bytes) => seen.push(bytes[0] === 0x20 ? 'connack' : 'alert'));
      plain.on('error', () => {});
      plain.on('close', () => resolve());
    });
    expect(seen).not.toContain('served');
    expect(seen).not.toContain('connack');
  });
});

describe('certificate issuing', () => {
  const ask = (csr: string, apiVersion: string) =>
    registerByHand(dps, {
      registrationId: 'by-key',
      password: sasToken({ idScope: dps.idScope, registrationId: 'by-key', key: primary }),
      apiVersion,
      body: JSON.stringify({ registrationId: 'by-key', csr }),
    });

  const BY_KEY = makeSigningRequest('by-key');

  test.each(['2025-07-01-preview', '2026-11-01', '2026-11-02-preview'])(
    'a signing request under %s is answered with a chain: leaf, issuer, root',
    async (apiVersion) => {
      const { body } = await ask(BY_KEY, apiVersion);
      const { X509Certificate } = await import('node:crypto');
      const { issuedCertificateChain } = body['registrationState'] as { issuedCertificateChain: string[] };
      const [leaf, issuer, root] = issuedCertificateChain.map((der) => new X509Certificate(Buffer.from(der, 'base64')));
      expect(leaf?.subject).toBe('CN=by-key');
      expect(leaf?.verify(issuer!.publicKey) && issuer?.verify(root!.publicKey) && root?.verify(root.publicKey)).toBe(
        true,
      );
    },
  );

  test('an api-version that does not know csr ignores it', async () => {
    const { code, body } = await ask(BY_KEY, '2021-06-01');
    expect(code).toBe(200);
    expect(body['registrationState']).not.toHaveProperty('issuedCertificateChain');
  });

  test.each([
    ['for another device', makeSigningRequest('other')],
    ['on P-256', makeSigningRequest('by-key', 'P-256', 'sha256')],
    ['of RSA', makeSigningRequest('by-key', 'rsa-2048', 'sha256')],
    ['of Ed25519', makeSigningRequest('by-key', 'ed25519')],
    ['that is no signing request', Buffer.from('3000', 'hex').toString('base64')],
    ['that is no base64', '-----BEGIN'],
    ['with an altered name', recoded(BY_KEY, 'by-key', 'BY-KEY')],
  ])('a request %s is answered 400', async (_what, csr) => {
    expect((await ask(csr, '2025-07-01-preview')).code).toBe(400);
  });
});

function start(options: EmulatorOptions): Promise<Emulator> {
  return startEmulator({ webSocketPort: false, ...options });
}

function symmetric(primaryKey: string, secondaryKey: string) {
  return { type: 'symmetricKey', symmetricKey: { primaryKey, secondaryKey } } as const;
}

function clientCertificate(certificate: string) {
  return { type: 'x509', x509: { clientCertificates: { primary: { certificate: firstOf(certificate) } } } } as const;
}

function recoded(base64: string, from: string, to: string): string {
  return Buffer.from(Buffer.from(base64, 'base64').toString('latin1').replace(from, to), 'latin1').toString('base64');
}

function firstOf(chain: string): string {
  const end = '-----END CERTIFICATE-----\n';
  return chain.slice(0, chain.indexOf(end) + end.length);
}
