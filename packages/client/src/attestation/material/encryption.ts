import type { Block } from './blocks.ts';
import { elements, INTEGER } from './der.ts';
import { oidOf } from './kind.ts';

/** The encryption of a key, as far as it decides whether OpenSSL 3 can read it. */
export interface Encryption {
  /** `DES-CBC` for example; the object identifier in hex if it has no name here. */
  readonly cipher: string;
  /** True when only the legacy provider of OpenSSL 3 has it, which Node does not load. */
  readonly legacy: boolean;
  /** Iterations of the key derivation. */
  readonly rounds: number;
}

const PBES2 = '2a864886f70d01050d';

/** Object identifiers of PKCS #5 and #12, in hex [RFC 8018 A, RFC 7292 C]. */
const LEGACY: Readonly<Record<string, string>> = {
  '2a864886f70d010501': 'MD2 and DES',
  '2a864886f70d010503': 'MD5 and DES',
  '2a864886f70d010504': 'MD2 and RC2',
  '2a864886f70d010506': 'MD5 and RC2',
  '2a864886f70d01050a': 'SHA-1 and DES',
  '2a864886f70d01050b': 'SHA-1 and RC2',
  '2a864886f70d010c0101': 'RC4 of 128 bits',
  '2a864886f70d010c0102': 'RC4 of 40 bits',
  '2a864886f70d010c0105': 'RC2 of 128 bits',
  '2a864886f70d010c0106': 'RC2 of 40 bits',
  '2b0e030207': 'DES-CBC',
  '2b0e030206': 'DES-ECB',
  '2a864886f70d0302': 'RC2-CBC',
  '2a864886f70d0304': 'RC4',
  '2a864886f70d0309': 'RC5-CBC',
  '2b060104019755010102': 'Blowfish',
  '2a864886f67d07420a': 'CAST5-CBC',
};

/** The encryption of a private key. Undefined when it is not encrypted. */
export function encryptionOf({ dek, der }: Pick<Block, 'dek' | 'der'>): Encryption | undefined {
  if (dek) {
    const cipher = dek.split(',')[0]!;
    return { cipher, legacy: /^(DES-(?!EDE3)|DESX|RC[245]|IDEA|BF|CAST|SEED)/i.test(cipher), rounds: 1 };
  }
  const [algorithm, , third] = elements(elements(der)[0]?.body);
  return oidOf(algorithm?.body) === '' || third ? undefined : encryptionBy(algorithm!.body);
}

/** The encryption that an AlgorithmIdentifier names. */
export function encryptionBy(algorithm: Uint8Array): Encryption {
  const scheme = oidOf(algorithm);
  const parameters = elements(elements(algorithm)[1]?.body);
  const derivation = scheme === PBES2 ? elements(elements(parameters[0]?.body)[1]?.body) : parameters;
  const cipher = scheme === PBES2 ? oidOf(parameters[1]?.body) : scheme;
  const rounds = derivation.find(({ tag }) => tag === INTEGER)?.body ?? [];
  return {
    cipher: LEGACY[cipher] ?? cipher,
    legacy: Object.hasOwn(LEGACY, cipher),
    rounds: Number(`0x0${Buffer.from(rounds).toString('hex')}`),
  };
}
