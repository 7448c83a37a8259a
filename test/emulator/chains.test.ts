import { X509Certificate } from 'node:crypto';
import { startEmulator } from '@mote/emulator';
import { describe, expect, test } from 'vitest';
import { viewCertificate } from '../../packages/emulator/src/pki/certificate-view.ts';
import { judgeChain } from '../../packages/emulator/src/service/credentials/judge-chain.ts';
import { chainCases } from './chain-cases.ts';
import { keyPem, makeTestCertificate, type TestCertificate } from './pki.ts';
import { registerByHand } from './register-by-hand.ts';

const cases = chainCases();
const view = ({ der }: TestCertificate) => viewCertificate(new X509Certificate(der));

function judge(
  presented: readonly TestCertificate[],
  enrolled: TestCertificate,
  checks: 'openssl' | 'signatures' = 'openssl',
): number | string {
  const anchors = { authorities: [view(enrolled)], thumbprints: [] };
  return judgeChain(presented.map(view), anchors, Date.now(), checks);
}

describe('a chain is judged as OpenSSL judges the chain of a TLS client', () => {
  test.each(cases.filter(({ accepted }) => accepted))('accepted: $what', ({ presented, enrolled }) => {
    expect(judge(presented, enrolled)).toEqual(expect.any(Number));
  });

  test.each(cases.filter(({ accepted }) => !accepted))('refused: $what', ({ presented, enrolled }) => {
    expect(judge(presented, enrolled)).toEqual(expect.any(String));
  });

  test('the reason names the certificate and what is wrong with it', () => {
    const reason = (what: string) => {
      const found = cases.find((one) => one.what === what)!;
      return judge(found.presented, found.enrolled);
    };
    expect(reason('a root below which one CA is allowed')).toBe(
      'the CA "root" allows 1 CAs below it (pathlen), there are 2',
    );
    expect(reason('an expired upper intermediate')).toBe('the CA "upper" has expired');
    expect(reason('a leaf for servers only')).toBe(
      'the client certificate is not for client authentication (extendedKeyUsage)',
    );
    expect(reason('name constraints, whatever they say')).toContain('name constraints');
  });

  test('a self-issued CA does not count towards a path length', () => {
    const root = makeTestCertificate({ name: 'ca', basicConstraints: { ca: true, pathLength: 0 } });
    const rollover = makeTestCertificate({ name: 'ca', issuer: root, basicConstraints: { ca: true } });
    const issuer = makeTestCertificate({ name: 'sub', issuer: rollover, basicConstraints: { ca: true } });
    const device = (from: TestCertificate) => makeTestCertificate({ name: 'device', issuer: from });
    expect(judge([device(rollover), rollover], root)).toBe(2);
    expect(judge([device(issuer), issuer, rollover], root)).toContain('pathlen');
  });

  test('`signatures` leaves out all but names, signatures and CA', () => {
    const verdicts = cases
      .filter(({ accepted }) => !accepted)
      .map(({ what, presented, enrolled }) => [what, typeof judge(presented, enrolled, 'signatures')] as const);
    const refused = verdicts.filter(([, verdict]) => verdict === 'string').map(([what]) => what);
    expect(refused).toEqual([
      'a chain of another root',
      'a missing lower intermediate',
      'a missing upper intermediate',
      'a forged leaf',
      'a forged intermediate',
      'an intermediate that is no CA',
      'an intermediate without basicConstraints and keyUsage',
      // Their keyUsage says that they issued nothing: OpenSSL does not take them for an issuer at all.
      'a CA that may not sign certificates',
      'a root that may not sign certificates',
    ]);
  });

  test('a CA that is known by its thumbprint counts when the device sends it', () => {
    const { presented, enrolled } = cases[0]!;
    const anchors = { authorities: [], thumbprints: [view(enrolled).sha1Thumbprint] };
    const verdict = (sent: readonly TestCertificate[]) => judgeChain(sent.map(view), anchors, Date.now(), 'openssl');
    expect(verdict([...presented, enrolled])).toBe(3);
    expect(verdict(presented)).toContain('is an intermediate missing');
  });

  test('many certificates of one name cost a bounded number of signature checks', () => {
    const root = makeTestCertificate({ name: 'root', basicConstraints: { ca: true } });
    const loops = Array.from({ length: 7 }, () =>
      makeTestCertificate({ name: 'loop', keyFrom: root, basicConstraints: { ca: true } }),
    );
    const leaf = makeTestCertificate({ name: 'loop', keyFrom: root });
    let checks = 0;
    const counted = [leaf, ...loops].map((certificate) => {
      const own = view(certificate);
      return new Proxy(own, {
        get: (target, name) => {
          if (name === 'isIssuedBy') checks += 1;
          const value = Reflect.get(target, name);
          return typeof value === 'function' ? () => true : value;
        },
      });
    });
    judgeChain(counted, { authorities: [], thumbprints: [] }, Date.now(), 'openssl');
    expect(checks).toBeLessThanOrEqual(64);
  });
});

test('over TLS, with the certificates that a device really sends', async () => {
  const expired = cases.find(({ what }) => what === 'an expired upper intermediate')!;
  const good = cases.find(({ what }) => what === 'a whole chain')!;
  const group = (enrollmentGroupId: string, certificate: string) => ({
    enrollmentGroupId,
    attestation: { type: 'x509' as const, x509: { signingCertificates: { primary: { certificate } } } },
  });
  const enrollmentGroups = [group('good', good.enrolled.pem), group('expired', expired.enrolled.pem)];
  const register = async (chain: typeof good, chainChecks: 'openssl' | 'signatures') => {
    await using dps = await startEmulator({
      webSocketPort: false,
      enrollmentGroups,
      chainChecks,
      pollsBeforeAssigned: 0,
    });
    const cert = chain.presented.map(({ pem }) => pem).join('');
    const { code } = await registerByHand(dps, { registrationId: 'device', cert, key: keyPem(chain.presented[0]!) });
    return code;
  };
  expect(await register(good, 'openssl')).toBe(200);
  expect(await register(expired, 'openssl')).toBe(401);
  expect(await register(expired, 'signatures')).toBe(200);
});
