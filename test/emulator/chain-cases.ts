import {
  extension,
  makeTestCertificate,
  nameConstraints,
  PURPOSES,
  type TestCertificate,
  type TestCertificateFields,
} from './pki.ts';

const DAY_MS = 86_400_000;

/** A device's certificates, the CA that its group enrolled, and what is to come of it. */
export interface ChainCase {
  readonly what: string;
  readonly accepted: boolean;
  readonly enrolled: TestCertificate;
  /** The leaf first. */
  readonly presented: readonly TestCertificate[];
  /** OpenSSL says otherwise, and why. */
  readonly unlikeOpenSsl?: string;
}

type Change = Partial<TestCertificateFields>;

/** Root, two intermediates and a leaf named `device`, each with what a case changes. */
function chain(changes: {
  root?: Change;
  upper?: Change;
  lower?: Change;
  leaf?: Change;
}): Omit<ChainCase, 'what' | 'accepted'> {
  const authority = { basicConstraints: { ca: true }, keyUsage: ['keyCertSign', 'cRLSign'] } as const;
  const root = makeTestCertificate({ name: 'root', ...authority, ...changes.root });
  const upper = makeTestCertificate({ name: 'upper', issuer: root, ...authority, ...changes.upper });
  const lower = makeTestCertificate({ name: 'lower', issuer: upper, ...authority, ...changes.lower });
  const leaf = makeTestCertificate({
    name: 'device',
    issuer: lower,
    basicConstraints: { ca: false },
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: [PURPOSES.clientAuth],
    ...changes.leaf,
  });
  return { enrolled: root, presented: [leaf, lower, upper] };
}

const past = { from: Date.now() - 60 * DAY_MS, until: Date.now() - 30 * DAY_MS };
const future = { from: Date.now() + 30 * DAY_MS, until: Date.now() + 60 * DAY_MS };
const unknownCritical = extension('1.3.6.1.4.1.55555.1', Buffer.of(5, 0), true);
const unknown = extension('1.3.6.1.4.1.55555.1', Buffer.of(5, 0));

/** Made when it is called: keys are made at run time. */
export function chainCases(): ChainCase[] {
  const good = chain({});
  const [leaf, lower, upper] = good.presented as [TestCertificate, TestCertificate, TestCertificate];
  const other = chain({});
  const renewed = makeTestCertificate({
    name: 'upper',
    keyFrom: upper,
    issuer: good.enrolled,
    basicConstraints: { ca: true },
    ...past,
  });
  const list: (readonly [string, boolean, Omit<ChainCase, 'what' | 'accepted'>, string?])[] = [
    ['a whole chain', true, good],
    ['the chain in another order', true, { ...good, presented: [leaf, upper, lower] }],
    ['the chain with its root', true, { ...good, presented: [leaf, lower, upper, good.enrolled] }],
    ['certificates beside the chain', true, { ...good, presented: [leaf, ...other.presented, lower, upper] }],
    ['an enrolled intermediate', true, { ...good, enrolled: upper }],
    ['the enrolled issuer of the leaf', true, { enrolled: lower, presented: [leaf] }],
    [
      'an expired twin of an intermediate beside the good one',
      true,
      { ...good, presented: [leaf, lower, renewed, upper] },
    ],
    ['a leaf of P-384', true, chain({ leaf: { keys: 'P-384' } })],
    ['a tree of RSA', true, chain({ root: { keys: 'rsa-2048' }, upper: { keys: 'rsa-2048' } })],
    ['a leaf of Ed25519', true, chain({ leaf: { keys: 'ed25519' } })],
    [
      'a leaf without keyUsage and extendedKeyUsage',
      true,
      chain({ leaf: { keyUsage: undefined, extendedKeyUsage: undefined } }),
    ],
    ['a leaf without basicConstraints', true, chain({ leaf: { basicConstraints: undefined } })],
    [
      'a leaf for servers and clients',
      true,
      chain({ leaf: { extendedKeyUsage: [PURPOSES.serverAuth, PURPOSES.clientAuth] } }),
    ],
    ['a leaf with keyAgreement', true, chain({ leaf: { keyUsage: ['keyAgreement'] } })],
    ['CAs without keyUsage', true, chain({ upper: { keyUsage: undefined }, root: { keyUsage: undefined } })],
    ['a CA for clients', true, chain({ lower: { extendedKeyUsage: [PURPOSES.clientAuth] } })],
    [
      'path lengths that are just met',
      true,
      chain({
        root: { basicConstraints: { ca: true, pathLength: 2 } },
        upper: { basicConstraints: { ca: true, pathLength: 1 } },
        lower: { basicConstraints: { ca: true, pathLength: 0 } },
      }),
    ],
    [
      'an unknown extension that is not critical',
      true,
      chain({ lower: { more: [unknown] }, leaf: { more: [unknown] } }),
    ],
    ['a root that is signed with SHA-1', true, chain({ root: { hash: 'sha1' } })],

    ['a chain of another root', false, { ...good, enrolled: other.enrolled }],
    ['a missing lower intermediate', false, { ...good, presented: [leaf, upper] }],
    ['a missing upper intermediate', false, { ...good, presented: [leaf, lower] }],
    ['a forged leaf', false, chain({ leaf: { forged: true } })],
    ['a forged intermediate', false, chain({ upper: { forged: true } })],
    ['an intermediate that is no CA', false, chain({ lower: { basicConstraints: { ca: false } } })],
    ['a root that is no CA', false, chain({ root: { basicConstraints: { ca: false } } })],
    [
      'an intermediate without basicConstraints and keyUsage',
      false,
      chain({ lower: { basicConstraints: undefined, keyUsage: undefined } }),
    ],
    ['a root below which one CA is allowed', false, chain({ root: { basicConstraints: { ca: true, pathLength: 1 } } })],
    ['a root below which no CA is allowed', false, chain({ root: { basicConstraints: { ca: true, pathLength: 0 } } })],
    [
      'an intermediate below which no CA is allowed',
      false,
      chain({ upper: { basicConstraints: { ca: true, pathLength: 0 } } }),
    ],
    ['a CA that may not sign certificates', false, chain({ lower: { keyUsage: ['cRLSign'] } })],
    ['a root that may not sign certificates', false, chain({ root: { keyUsage: ['digitalSignature'] } })],
    ['an expired leaf', false, chain({ leaf: past })],
    ['a leaf of tomorrow', false, chain({ leaf: future })],
    ['an expired lower intermediate', false, chain({ lower: past })],
    ['an expired upper intermediate', false, chain({ upper: past })],
    ['an intermediate of tomorrow', false, chain({ upper: future })],
    ['an expired root', false, chain({ root: past })],
    ['a root of tomorrow', false, chain({ root: future })],
    ['a leaf for servers only', false, chain({ leaf: { extendedKeyUsage: [PURPOSES.serverAuth] } })],
    ['a leaf for signing code', false, chain({ leaf: { extendedKeyUsage: [PURPOSES.codeSigning] } })],
    [
      'a leaf for any purpose, which TLS does not take for client authentication',
      false,
      chain({ leaf: { extendedKeyUsage: [PURPOSES.any] } }),
    ],
    ['a CA for servers only', false, chain({ lower: { extendedKeyUsage: [PURPOSES.serverAuth] } })],
    ['a root for servers only', false, chain({ root: { extendedKeyUsage: [PURPOSES.serverAuth] } })],
    ['a leaf that may only encipher keys', false, chain({ leaf: { keyUsage: ['keyEncipherment'] } })],
    ['a leaf with an unknown critical extension', false, chain({ leaf: { more: [unknownCritical] } })],
    ['a CA with an unknown critical extension', false, chain({ upper: { more: [unknownCritical] } })],
    ['a root with an unknown critical extension', false, chain({ root: { more: [unknownCritical] } })],
    ['a leaf signed with SHA-1', false, chain({ leaf: { hash: 'sha1' } })],
    ['an intermediate signed with SHA-1', false, chain({ upper: { hash: 'sha1' } })],
    ['an intermediate signed with MD5', false, chain({ root: { keys: 'rsa-2048' }, upper: { hash: 'md5' } })],
    ['a leaf with an RSA key of 512 bits', false, chain({ leaf: { keys: 'rsa-512' } })],
    ['a CA with an RSA key of 512 bits', false, chain({ lower: { keys: 'rsa-512' } })],
    [
      'name constraints, whatever they say',
      false,
      chain({ upper: { more: [nameConstraints('example.org')] } }),
      'it judges them',
    ],
  ];
  return list.map(([what, accepted, files, unlikeOpenSsl]) => ({
    what,
    accepted,
    ...files,
    ...(unlikeOpenSsl !== undefined && { unlikeOpenSsl }),
  }));
}
