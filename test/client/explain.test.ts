import { explain, idsAreSwapped, inFlags, otherCloud, type Setting } from '@mote/client/explain';
import { describe, expect, test } from 'vitest';
import type { ProvisioningErrorCode, Stage } from '../../packages/client/src/index.ts';

type Facts = Partial<Parameters<typeof explain>[0]> & { code: ProvisioningErrorCode };

const hint = (facts: Facts, setting?: Setting) => explain(facts, setting).hint;
const CODES: readonly ProvisioningErrorCode[] = [
  'invalid-options',
  'connect-failed',
  'proxy-failed',
  'tls-failed',
  'client-certificate-rejected',
  'websocket-failed',
  'connection-refused',
  'connection-lost',
  'protocol-violation',
  'subscribe-refused',
  'unauthorized',
  'not-found',
  'throttled',
  'service-error',
  'registration-failed',
  'registration-disabled',
  'bad-request',
  'timed-out',
];
const STAGES: readonly Stage[] = ['dns', 'tcp', 'proxy', 'tls', 'upgrade', 'connect', 'subscribe', 'register', 'poll'];
const SETTINGS: readonly Setting[] = (['symmetric-key', 'group-key', 'x509', undefined] as const).flatMap(
  (attestation) =>
    (['tls', 'websocket', 'auto'] as const).flatMap((transport) =>
      ([undefined, 'open', 'with-login'] as const).flatMap((proxy) =>
        [true, false].map((ca) => ({ attestation, transport, proxy, ca })),
      ),
    ),
);
const NUMBERS = [400, 401, 403, 404, 405, 409, 412, 415, 429, 500, 503];
const ERROR_CODES = [400004, 400012, 400207, 400208, 400209, 401000, 401002, 404201, 404202, 429001, 412001, 999999];
const NODE_CODES = [
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
  'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
  'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED',
  'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
];

/** Every failure that can be told apart, in every setting. */
function* all(): Generator<[Facts, Setting]> {
  for (const code of CODES)
    for (const setting of SETTINGS) {
      for (const stage of STAGES) yield [{ code, stage }, setting];
      for (const statusCode of NUMBERS) yield [{ code, statusCode }, setting];
      for (const errorCode of ERROR_CODES)
        yield [{ code, statusCode: Math.floor(errorCode / 1000), errorCode }, setting];
      for (const returnCode of [1, 2, 3, 4, 5]) yield [{ code, returnCode }, setting];
      for (const name of NODE_CODES) yield [{ code, stage: 'tls', cause: { code: name } }, setting];
    }
}

/** Explained once for all who look at them: a second time for each took 10 s of CPU time. */
const EXPLAINED = [...all()].map(([facts, setting]) => ({ facts, setting, words: explain(facts, setting) }));

/** Codes of Node's about the server's certificate. */
function ofServers({ cause }: Facts): boolean {
  return cause !== undefined && !/ALERT/.test((cause as { code: string }).code);
}

describe('a hint has looked', () => {
  const certificate = /certificate|intermediate/i;
  const key = /own key|a key of/;

  test('at the attestation: a device with a key hears nothing of its certificate, one with a certificate nothing of keys', () => {
    // The server's own certificate is not meant, nor one that the server asks for.
    const ofServer = /certificate of the (server|device)|name of the certificate/;
    const wrong = EXPLAINED.filter(({ facts, setting, words: { hint = '' } }) => {
      if (setting.attestation === 'x509') return key.test(hint);
      return setting.attestation !== undefined && certificate.test(hint) && !ofServers(facts) && !ofServer.test(hint);
    });
    expect(wrong).toEqual([]);
    expect(EXPLAINED.filter(({ words }) => words.hint !== undefined).length).toBeGreaterThan(10_000);
  });

  test('at the proxy: without one none is blamed', () => {
    const direct = EXPLAINED.filter(
      ({ facts, setting }) => setting.proxy === undefined && facts.code !== 'proxy-failed' && facts.stage !== 'proxy',
    );
    expect(direct.length).toBeGreaterThan(10_000);
    expect(direct.filter(({ words }) => /does the proxy|in `proxy`/i.test(words.hint ?? ''))).toEqual([]);
  });

  test('at the transport: what is in use is not recommended', () => {
    const advice: Readonly<Record<string, RegExp>> = {
      websocket: /(try|take) `transport/,
      auto: /try `transport: 'auto'/,
    };
    const recommended = EXPLAINED.filter(({ setting, words }) =>
      advice[setting.transport ?? 'tls']?.test(words.hint ?? ''),
    );
    expect(recommended).toEqual([]);
  });

  test('at the place of 401002: in the registration it is the hub that refused the service', () => {
    const failed = {
      code: 'registration-failed',
      errorCode: 401002,
      response: { errorMessage: 'IotHubUnauthorizedAccess' },
    } as const;
    const answered = { code: 'unauthorized', statusCode: 401, errorCode: 401002 } as const;
    for (const attestation of ['symmetric-key', 'group-key', 'x509'] as const) {
      expect(hint(failed, { attestation })).toBe(
        'The linked IoT hub refused the provisioning service, not the device: link the hub anew.',
      );
      expect(hint(answered, { attestation })).not.toContain('hub');
    }
    expect(
      hint({ ...failed, response: { errorMessage: 'CA certificate not found.' } }, { attestation: 'x509' }),
    ).toContain('every intermediate');
    expect(hint(answered, { attestation: 'symmetric-key' })).toContain('own key');
    expect(hint(answered, { attestation: 'group-key' })).toContain('of this group');
    expect(hint(answered, { attestation: 'x509' })).toContain('every intermediate');
  });

  test('at the api-version, when CONNECT is refused with 5', () => {
    const refused = { code: 'connection-refused', returnCode: 5 } as const;
    expect(hint(refused, { attestation: 'symmetric-key', apiVersion: '2031-01-01' })).toContain(
      '`apiVersion` 2031-01-01',
    );
    expect(hint(refused, { attestation: 'x509' })).toContain('common name');
    expect(hint(refused, { attestation: 'symmetric-key' })).not.toContain('common name');
  });

  test('at the login of a proxy', () => {
    const refused = { code: 'proxy-failed', statusCode: 407 } as const;
    expect(hint(refused, { proxy: 'open' })).toContain('It wants both');
    expect(hint(refused, { proxy: 'with-login' })).toContain('are they right?');
    expect(hint({ ...refused, schemes: ['NTLM'] }, { proxy: 'with-login' })).toContain('that speaks NTLM');
    expect(hint({ ...refused, schemes: ['Basic', 'NTLM'] }, { proxy: 'with-login' })).toContain('are they right?');
  });

  test('at the alert: in TLS 1.2 a device without a certificate hears the same as one without a cipher [RFC 5246 7.4.6]', () => {
    const cause = { code: 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE' };
    expect(hint({ code: 'tls-failed', cause })).toMatch(/cipher.* or mutual TLS is wanted/);
  });

  test('at the name, when it cannot be one', () => {
    for (const code of ['ENOTFOUND', 'EINVAL'])
      expect(hint({ code: 'connect-failed', stage: 'dns', cause: { code } })).toContain(
        'Is the host name in `endpoint` right',
      );
  });

  test.each([1, 2, 3, 4, 5, 400, 405, 409, 412, 413, 415])(
    'at the kind of a number: %i as code of the service is no return code and no status',
    (errorCode) => {
      const failed = { code: 'registration-failed', status: 'failed' } as const;
      expect(hint({ ...failed, errorCode })).toBe(hint(failed));
    },
  );

  test('at the authority that was given', () => {
    const cause = { code: 'SELF_SIGNED_CERT_IN_CHAIN' };
    expect(hint({ code: 'tls-failed', cause }, { ca: true })).toContain('the one that this server has now');
    expect(hint({ code: 'tls-failed', cause }, { ca: false })).toContain('missing in `tls: { ca }`');
  });

  test('at the csr', () => {
    expect(hint({ code: 'bad-request', statusCode: 400 }, { csr: true })).toContain('P-384');
    expect(hint({ code: 'bad-request', statusCode: 400, errorCode: 400004 }, { csr: false })).toContain('JSON object');
  });
});

describe('hints name what the reader has', () => {
  test('options in the library, flags in the command, never the other', () => {
    const option = /endpoint|idScope|registrationId|apiVersion|timeoutMs|symmetricKey|groupKey|tls: \{/;
    const wrong = EXPLAINED.filter(({ words }) => {
      const { hint = '' } = inFlags(words);
      const names = [...hint.matchAll(/`([^`]*)`/g)];
      return words.hint?.includes('--') || option.test(hint) || names.some(([, name]) => !name?.startsWith('--'));
    });
    expect(wrong).toEqual([]);
  });

  test.each([
    ['endpoint: host or host:port', '--host: host or host:port'],
    ['x509.cert: PEM, the leaf first', '--cert: PEM, the leaf first'],
    ['registrationId: 1 to 128 letters, digits, - . _ :', '--registration-id: 1 to 128 letters, digits, - . _ :'],
    ['tls.ca: of another kind', '--ca: of another kind'],
    ['proxy: a URL', '--proxy: a URL'],
    ['Node refuses the TLS options', 'Node refuses the TLS options'],
    ['constructor: no such option', 'constructor: no such option'],
  ])('%s', (message, said) => {
    expect(inFlags({ message }).message).toBe(said);
    expect(explain({ code: 'invalid-options', message }).message).toBe(message);
  });
});

describe('an ID scope lives in one cloud', () => {
  test.each([
    ['0cn0001047D', undefined, 'global.azure-devices-provisioning.cn'],
    ['0CN0001047D', 'global.azure-devices-provisioning.net:8883', 'global.azure-devices-provisioning.cn'],
    ['0cn0001047D', 'my-dps.azure-devices-provisioning.net', 'global.azure-devices-provisioning.cn'],
    ['0cn0001047D', 'global.azure-devices-provisioning.us.', 'global.azure-devices-provisioning.cn'],
    ['0ne0001047D', 'global.azure-devices-provisioning.cn', 'global.azure-devices-provisioning.net'],
    ['0cn0001047D', 'GLOBAL.azure-devices-provisioning.cn', undefined],
    ['0ne0001047D', undefined, undefined],
    ['0ne0001047D', 'global.azure-devices-provisioning.us', undefined],
    ['0cn0001047D', '127.0.0.1:8883', undefined],
    ['0cn0001047D', 'localhost', undefined],
    ['EMULATED', undefined, undefined],
  ])('%s at %s: %s', (idScope, endpoint, host) => {
    expect(otherCloud(idScope, endpoint)).toBe(host);
    const words = hint({ code: 'connection-refused', returnCode: 3 }, { idScope, endpoint });
    if (host === undefined) expect(words).toBe('Is the ID scope right? If so, the service is down.');
    else expect(words).toContain(host);
  });
});

test('ID scope and registration id that were swapped are seen', () => {
  expect(idsAreSwapped('sensor-17', '0ne00ABCDEF')).toBe(true);
  expect(idsAreSwapped('0ne00ABCDEF', 'sensor-17')).toBe(false);
  expect(idsAreSwapped('0ne00ABCDEF', '0ne00ABCDEF')).toBe(false);
  expect(
    hint({ code: 'connection-refused', returnCode: 3 }, { idScope: 'sensor-17', registrationId: '0ne00ABCDEF' }),
  ).toContain('swapped');
});

test('an unknown six-digit code is never taken for another: its status decides', () => {
  expect(hint({ code: 'bad-request', statusCode: 412, errorCode: 412001 })).toContain('was changed meanwhile');
  expect(hint({ code: 'bad-request', statusCode: 415, errorCode: 415000 })).toContain('JSON object');
  expect(hint({ code: 'bad-request', statusCode: 405, errorCode: 405000 })).toContain('the provisioning service');
});

test('what was parsed from JSON is explained as the error itself', () => {
  const json = JSON.parse('{"code":"tls-failed","stage":"tls","message":"x","cause":{"code":"CERT_HAS_EXPIRED"}}');
  expect(explain(json).hint).toContain('clock');
  expect(explain({ ...json, code: 'constructor' }).hint).toBeUndefined();
});
