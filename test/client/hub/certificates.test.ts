import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { type Attestation, connectHub, type HubDevice, openDevice, symmetricKey, x509 } from '@mote/client';
import { type Emulator, type EmulatorOptions, type HubDeviceIdentity, startEmulator } from '@mote/emulator';
import { describe, expect, test } from 'vitest';
import { makeTestCertificate, type TestCertificateFields } from '../../emulator/pki.ts';
import { signingRequest } from '../../emulator/signing-request.ts';
import { HostileProxy } from '../hostile/proxy.ts';
import { refusal } from '../loopback.ts';
import { atHub, emulator, eventsOf, HUB, hubOptions, KEY, kept, telemetry, until } from './at-emulator.ts';

// Devices that show the hub a certificate, and that ask it for the next one; over real sockets.

const PREVIEW = '2025-08-01-preview';

interface Identity {
  readonly cert: string;
  readonly key: string;
  readonly sha1: string;
  readonly sha256: string;
}

function certificate(fields: Partial<TestCertificateFields> = {}): Identity {
  const made = makeTestCertificate({ name: 'dev', ...fields });
  const { fingerprint, fingerprint256 } = new X509Certificate(made.der);
  const key = String(made.key.export({ type: 'pkcs8', format: 'pem' }));
  return { cert: made.pem, key, sha1: fingerprint, sha256: fingerprint256 };
}

const own = certificate();
const thumbprint = (primaryThumbprint: string): HubDeviceIdentity['authentication'] => ({
  type: 'selfSigned',
  x509Thumbprint: { primaryThumbprint, secondaryThumbprint: null },
});

/** A hub that knows these devices. */
const hubOf = (...devices: HubDeviceIdentity[]): Promise<Emulator> => emulator({ devices });

async function proxy(): Promise<HostileProxy> {
  const made = await new HostileProxy().listen();
  kept({ [Symbol.asyncDispose]: () => made.close() });
  return made;
}

describe('by certificate', () => {
  const ways = (['tls', 'websocket'] as const).flatMap((transport) =>
    [false, true].map((proxied) => ({ transport, proxied })),
  );

  test.each(ways)('of which the hub knows the thumbprint, over $transport, through a proxy: $proxied', async (way) => {
    const azure = await hubOf({ deviceId: 'dev', authentication: thumbprint(own.sha1) });
    const through = way.proxied ? await proxy() : undefined;
    const { transport } = way;
    const device = await atHub(azure, { transport, attestation: x509(own), proxy: through?.url });
    await device.send('x');
    expect(await telemetry(azure)).toMatchObject([{ deviceId: 'dev' }]);
    expect(through?.requests.length).toBe(way.proxied ? 1 : undefined);
    expect(azure.hub.devices).toMatchObject([{ id: 'dev', connected: true, primaryKey: undefined }]);
  });

  test.each(ways)(
    'from the enrollment on, over $transport, through a proxy: $proxied',
    async ({ transport, proxied }) => {
      const azure = kept(await startEmulator({ iotHubs: [HUB], pollsBeforeAssigned: 0 }));
      const through = proxied ? await proxy() : undefined;
      const endpoint = `127.0.0.1:${transport === 'tls' ? azure.port : azure.webSocketPort}`;
      const device = kept(
        await openDevice({
          idScope: azure.idScope,
          registrationId: 'sensor',
          attestation: x509(azure.issueDeviceCertificate('sensor')),
          endpoint,
          transport,
          proxy: through?.url,
          tls: { ca: azure.ca },
          hub: { endpoint },
        }),
      );
      await device.send('x');
      expect(await telemetry(azure)).toMatchObject([{ deviceId: 'sensor' }]);
      // To the provisioning service, and to the hub.
      expect(through?.requests.length).toBe(proxied ? 2 : undefined);
    },
  );

  test.each<[string, HubDeviceIdentity, (azure: Emulator) => { cert: string; key: string }]>([
    [
      'SHA-256 without colons',
      { deviceId: 'dev', authentication: thumbprint(own.sha256.replaceAll(':', '')) },
      () => own,
    ],
    [
      'the second thumbprint, in small letters',
      {
        deviceId: 'dev',
        authentication: {
          type: 'selfSigned',
          x509Thumbprint: { primaryThumbprint: '0'.repeat(40), secondaryThumbprint: own.sha1.toLowerCase() },
        },
      },
      () => own,
    ],
    [
      'a CA',
      { deviceId: 'dev', authentication: { type: 'certificateAuthority' } },
      (azure) => azure.issueDeviceCertificate('dev'),
    ],
    [
      'a CA, of a module under its own name',
      { deviceId: 'dev', moduleId: 'mod', authentication: { type: 'certificateAuthority' } },
      (azure) => azure.issueDeviceCertificate('dev/mod'),
    ],
    [
      'a thumbprint, of a module',
      { deviceId: 'dev', moduleId: 'mod', authentication: thumbprint(own.sha1) },
      () => own,
    ],
  ])('%s', async (_what, identity, identify) => {
    const azure = await hubOf(identity);
    const device = await atHub(azure, {
      moduleId: identity.moduleId ?? undefined,
      attestation: x509(identify(azure)),
    });
    await device.twin.report({ up: true });
    await device.send('x');
    expect(await telemetry(azure)).toMatchObject([{ deviceId: 'dev', ...(identity.moduleId && { moduleId: 'mod' }) }]);
  });

  const byCa: HubDeviceIdentity = { deviceId: 'dev', authentication: { type: 'certificateAuthority' } };
  const byPrint: HubDeviceIdentity = { deviceId: 'dev', authentication: thumbprint(own.sha1) };
  const past = { from: Date.now() - 2e9, until: Date.now() - 1e9 };
  const expired = certificate(past);
  test.each<[string, HubDeviceIdentity, (azure: Emulator) => Attestation, reason: RegExp]>([
    ['another thumbprint', byPrint, () => x509(certificate()), /thumbprint/],
    ['a key in place of it', byPrint, () => symmetricKey(KEY), /signature/],
    ['a certificate in place of the key', { deviceId: 'dev' }, () => x509(own), /thumbprint/],
    [
      'one that has expired',
      { deviceId: 'dev', authentication: thumbprint(expired.sha1) },
      () => x509(expired),
      /validity/,
    ],
    [
      'one that is not yet valid',
      { deviceId: 'dev', authentication: thumbprint(own.sha1) },
      () => x509(certificate({ from: Date.now() + 1e9, until: Date.now() + 2e9 })),
      /validity/,
    ],
    ['another name', byCa, (azure) => x509(azure.issueDeviceCertificate('other')), /CN "other"/],
    ['another CA', byCa, () => x509(own), /issue|chain|trust|sign/i],
    ['that of a module', byCa, (azure) => x509(azure.issueDeviceCertificate('dev/mod')), /CN "dev\/mod"/],
  ])('refused: %s; and the hint tells where to look', async (_what, identity, attestation, reason) => {
    const azure = await hubOf(identity);
    const events = eventsOf(azure);
    const error = await refusal(
      connectHub(hubOptions(azure, { attestation: attestation(azure), retry: { baseMs: 1, attempts: 2 } })),
    );
    expect(error).toMatchObject({ name: 'HubError', code: 'connection-refused', stage: 'connect', returnCode: 5 });
    expect(error['hint']).toMatch(/certificate/);
    const refused = events.find(({ type }) => type === 'refused');
    expect(refused).toMatchObject({ stage: 'connect', reason: expect.stringMatching(reason) });
  });
});

describe('renewCertificate', () => {
  const pair = (namedCurve = 'secp384r1') => generateKeyPairSync('ec', { namedCurve });
  const request = (name: string, { publicKey, privateKey } = pair()) => signingRequest(name, publicKey, privateKey);
  const pemOf = (der: Buffer) =>
    `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE REQUEST-----\n`;
  const online = (azure: Emulator, options = {}) => atHub(azure, { apiVersion: PREVIEW, ...options });

  test.each<[string, (der: Buffer) => string | Uint8Array]>([
    ['PEM', pemOf],
    ['PEM in bytes', (der) => Buffer.from(pemOf(der))],
    ['DER', (der) => der],
    ['base64', (der) => der.toString('base64')],
  ])('a request in %s: the next connection is by the certificate that came', async (_form, write) => {
    const azure = await emulator();
    const keys = pair();
    const events = eventsOf(azure);
    let attestation: Attestation = symmetricKey(KEY);
    const device = await online(azure, { attestation: () => attestation });
    const chain = await device.renewCertificate(write(request('dev', keys)));
    const [leaf, issuer, root] = chain.map((pem) => new X509Certificate(pem));
    expect(chain).toHaveLength(3);
    expect([leaf!.publicKey.equals(keys.publicKey), leaf!.subject]).toEqual([true, 'CN=dev']);
    expect([leaf!.verify(issuer!.publicKey), issuer!.verify(root!.publicKey)]).toEqual([true, true]);
    attestation = x509({
      cert: chain.join(''),
      key: String(keys.privateKey.export({ type: 'pkcs8', format: 'pem' })),
    });
    azure.hub.disconnect('dev');
    await device.send('by certificate');
    const connected = events.filter(({ type }) => type === 'connected');
    expect(connected).toMatchObject([{ credentials: 'sas' }, { credentials: 'x509' }]);
  });

  test('over WebSocket, and of a module', async () => {
    const azure = await emulator();
    const device = await online(azure, { transport: 'websocket', moduleId: 'mod' });
    expect(await device.renewCertificate(request('dev/mod'))).toHaveLength(3);
  });

  test('by certificate, of a device that the service made: a renewal of a renewal', async () => {
    const azure = kept(await startEmulator({ iotHubs: [HUB], pollsBeforeAssigned: 0 }));
    let identity: { cert: string; key: string } = azure.issueDeviceCertificate('sensor');
    const endpoint = `127.0.0.1:${azure.port}`;
    const open = (): Promise<HubDevice> =>
      openDevice({
        idScope: azure.idScope,
        registrationId: 'sensor',
        attestation: x509(identity),
        endpoint,
        tls: { ca: azure.ca },
        hub: { endpoint, apiVersion: PREVIEW },
      });
    for (let round = 0; round < 2; round++) {
      const keys = pair();
      const device = await open();
      const chain = await device.renewCertificate(request('sensor', keys));
      await device.close();
      identity = { cert: chain.join(''), key: String(keys.privateKey.export({ type: 'pkcs8', format: 'pem' })) };
    }
    const last = kept(await open());
    await last.send('x');
    expect(await telemetry(azure)).toMatchObject([{ deviceId: 'sensor' }]);
  });

  test('lost with the link, it is asked anew; accepted, it is awaited over the cut', async () => {
    const azure = await emulator();
    const events = eventsOf(azure);
    const device = await online(azure);
    const asked = device.renewCertificate(request('dev'));
    await until(() => events.some(({ type }) => type === 'certificate'));
    azure.hub.disconnect('dev');
    expect(await asked).toHaveLength(3);
    expect(events.filter(({ type }) => type === 'certificate')).toMatchObject([
      { change: 'requested' },
      { change: 'issued' },
    ]);
    expect(device.ignored).toBe(0);
  });

  const fails = (fault: object): EmulatorOptions['scenario'] => ({ rules: [{ on: 'certificate', times: 1, fault }] });
  test.each<[string, string, object, () => Buffer | string, (EmulatorOptions['scenario'] | undefined)?, object?]>([
    ['another name', 'bad-request', { errorCode: 400_037, statusCode: 400 }, () => request('other')],
    ['a key on P-256', 'bad-request', { errorCode: 400_037 }, () => request('dev', pair('prime256v1'))],
    ['a broken request', 'bad-request', { errorCode: 400_037 }, () => request('dev').subarray(0, 100)],
    [
      'an api-version before the preview',
      'bad-request',
      { errorCode: 400_004 },
      () => request('dev'),
      undefined,
      { apiVersion: '2021-04-12' },
    ],
    ['429', 'throttled', { retryable: true }, () => request('dev'), fails({ statusCode: 429 })],
    ['500', 'service-error', { retryable: true }, () => request('dev'), fails({ statusCode: 500 })],
    ['401', 'unauthorized', { retryable: false }, () => request('dev'), fails({ statusCode: 401 })],
    ['404', 'not-found', {}, () => request('dev'), fails({ statusCode: 404 })],
    [
      '409',
      'bad-request',
      { errorCode: 409_004 },
      () => request('dev'),
      fails({ statusCode: 409, errorCode: 409_004 }),
    ],
    [
      '412',
      'bad-request',
      { errorCode: 412_001 },
      () => request('dev'),
      fails({ statusCode: 412, errorCode: 412_001 }),
    ],
    [
      'an answer without JSON',
      'protocol-violation',
      { reason: 'no-json' },
      () => request('dev'),
      { rules: [{ on: 'certificate', skip: 1, fault: { body: '{"certificates":' } }] },
    ],
    [
      'an answer without certificates',
      'protocol-violation',
      { reason: 'no-certificates' },
      () => request('dev'),
      { rules: [{ on: 'certificate', skip: 1, fault: { body: '{"certificates":[]}' } }] },
    ],
    [
      'an answer to somebody else',
      'timed-out',
      { retryable: true },
      () => request('dev'),
      { rules: [{ on: 'certificate', fault: { requestId: 'somebody-else' } }] },
    ],
    [
      'a filter that is not granted',
      'subscribe-refused',
      {},
      () => request('dev'),
      { rules: [{ on: 'subscribe', fault: { subackCode: 128 } }] },
    ],
  ])('refused: %s; and the device stays at the hub', async (_what, code, fields, csr, scenario, options = {}) => {
    const azure = await emulator({ scenario });
    const events = eventsOf(azure);
    const device = await online(azure, options);
    const error = await refusal(device.renewCertificate(csr(), code === 'timed-out' ? { timeoutMs: 400 } : {}));
    expect(error).toMatchObject({ name: 'HubError', code, ...fields });
    expect(error['message']).not.toBe('');
    await device.send('still here');
    expect(device.state.type).toBe('online');
    expect(events.filter(({ type }) => type === 'closed')).toEqual([]);
  });

  test('several at once go one after the other, since a hub has one at a time: none is lost', async () => {
    const azure = await emulator();
    const device = await online(azure);
    const chains = await Promise.all(
      [pair(), pair(), pair()].map((keys) => device.renewCertificate(request('dev', keys))),
    );
    const leaves = chains.map(([leaf]) => new X509Certificate(leaf!).fingerprint256);
    expect(new Set(leaves).size).toBe(3);
  });

  test('one that is given up makes room for the next; one that waits goes without disturbing the first', async () => {
    const azure = await emulator();
    const events = eventsOf(azure);
    const device = await online(azure);
    const [one, two] = [new AbortController(), new AbortController()];
    const asked = [one.signal, two.signal, undefined].map((signal) =>
      device.renewCertificate(request('dev'), { signal }).catch((error: unknown) => error),
    );
    two.abort('two');
    await until(() => events.some(({ type }) => type === 'certificate'));
    one.abort('one');
    expect(await Promise.all(asked)).toMatchObject(['one', 'two', { length: 3 }]);
    expect(events.filter(({ type }) => type === 'certificate')).toHaveLength(3);
  });
});
