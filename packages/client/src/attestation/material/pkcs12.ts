import { crypto } from '../../node.ts';
import type { Block } from './blocks.ts';
import { type Element, elements, sequenceSize } from './der.ts';
import { type Encryption, encryptionBy } from './encryption.ts';
import { oidOf } from './kind.ts';

/** Why a PKCS #12 file could not be opened. */
export class Pkcs12Error extends Error {
  override readonly name = 'Pkcs12Error';
  readonly reason: 'damaged' | 'cipher' | 'passphrase';
  readonly encryption: Encryption | undefined;

  constructor(reason: Pkcs12Error['reason'], encryption?: Encryption) {
    super(reason);
    this.reason = reason;
    this.encryption = encryption;
  }
}

const ENCRYPTED_DATA = '2a864886f70d010706';
const KEY_BAG = '2a864886f70d010c0a0101';
const SHROUDED_KEY_BAG = '2a864886f70d010c0a0102';
const CERTIFICATE_BAG = '2a864886f70d010c0a0103';
const PBES2 = '2a864886f70d01050d';

/** Reads the certificates and keys of a PKCS #12 file [RFC 7292]. Keys stay encrypted. Throws Pkcs12Error. */
export function openPkcs12(der: Uint8Array, passphrase: string): Block[] {
  const [, content] = sequence(elements(der)[0]);
  const safes = elements(octets(sequence(content)[1]));
  const found: Block[] = [];
  for (const safe of sequence(safes[0])) {
    const contents =
      oidOf(safe.body) === ENCRYPTED_DATA ? decrypted(sequence(safe)[1], passphrase) : octets(sequence(safe)[1]);
    for (const bag of sequence(elements(contents)[0])) {
      const block = blockOf(oidOf(bag.body), sequence(bag)[1]);
      if (block) found.push(block);
    }
  }
  return found;
}

function blockOf(kind: string, value: Element | undefined): Block | undefined {
  const body = value?.body ?? new Uint8Array();
  const block = (label: string, bytes: Uint8Array): Block => ({ label, dek: '', der: Buffer.from(bytes) });
  if (kind === KEY_BAG) return block('PRIVATE KEY', body);
  if (kind === SHROUDED_KEY_BAG) return block('ENCRYPTED PRIVATE KEY', body);
  if (kind !== CERTIFICATE_BAG) return undefined;
  return block('CERTIFICATE', octets(elements(elements(body)[0]?.body)[1]));
}

function decrypted(value: Element | undefined, passphrase: string): Uint8Array {
  const [, info] = elements(elements(value?.body)[0]?.body);
  const [, algorithm, data] = sequence(info);
  if (algorithm === undefined || data === undefined) throw new Pkcs12Error('damaged');
  const encryption = encryptionBy(algorithm.body);
  if (encryption.legacy || encryption.rounds > MOST_ROUNDS) throw new Pkcs12Error('cipher', encryption);
  const cipher = cipherOf(algorithm.body, passphrase, encryption);
  try {
    const { createDecipheriv } = crypto();
    const decipher = createDecipheriv(cipher.name, cipher.key, cipher.iv);
    const contents = Buffer.concat([decipher.update(data.body), decipher.final()]);
    // Of 256 wrong passphrases one makes bytes with a padding that could be right: only these are no list of bags.
    if (contents.length > 0 && sequenceSize(contents) === contents.length) return contents;
  } catch {}
  throw new Pkcs12Error('passphrase');
}

/** Most iterations of the key derivation. A million of SHA-256 take a second; a file that asks for more than ten is hostile. */
export const MOST_ROUNDS = 10_000_000;

interface Cipher {
  readonly name: string;
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
}

const CIPHERS: Readonly<Record<string, readonly [name: string, keySize: number]>> = {
  '608648016503040102': ['aes-128-cbc', 16],
  '608648016503040116': ['aes-192-cbc', 24],
  '60864801650304012a': ['aes-256-cbc', 32],
  '2a864886f70d0307': ['des-ede3-cbc', 24],
};
const HASHES: Readonly<Record<string, string>> = {
  '2a864886f70d0207': 'sha1',
  '2a864886f70d0208': 'sha224',
  '2a864886f70d0209': 'sha256',
  '2a864886f70d020a': 'sha384',
  '2a864886f70d020b': 'sha512',
};
const SHA_AND_3DES: Readonly<Record<string, number>> = { '2a864886f70d010c0103': 24, '2a864886f70d010c0104': 16 };

function cipherOf(algorithm: Uint8Array, passphrase: string, encryption: Encryption): Cipher {
  const scheme = oidOf(algorithm);
  const parameters = elements(elements(algorithm)[1]?.body);
  if (scheme in SHA_AND_3DES) {
    const salt = parameters[0]!.body;
    const key = derive(1, SHA_AND_3DES[scheme]!, passphrase, salt, encryption.rounds);
    // Triple DES with two keys uses the first one again as the third.
    return {
      name: 'des-ede3-cbc',
      key: Buffer.concat([key, key.subarray(0, 24 - key.length)]),
      iv: derive(2, 8, passphrase, salt, encryption.rounds),
    };
  }
  const [derivation, encrypts] = parameters;
  const [salt, , ...more] = elements(elements(derivation?.body)[1]?.body);
  const [name, size] = CIPHERS[oidOf(encrypts?.body)] ?? [];
  const hash = HASHES[more.map(({ body }) => oidOf(body)).find((id) => id) ?? '2a864886f70d0207'];
  const iv = elements(encrypts?.body)[1]?.body;
  if (scheme !== PBES2 || name === undefined || size === undefined || hash === undefined || !salt || !iv)
    throw new Pkcs12Error('cipher', encryption);
  return { name, key: crypto().pbkdf2Sync(passphrase, salt.body, encryption.rounds, size, hash), iv };
}

/** Derives bytes from the passphrase [RFC 7292 B.2] with SHA-1: `id` 1 makes a key, 2 an initialization vector. */
function derive(id: number, size: number, passphrase: string, salt: Uint8Array, rounds: number): Buffer {
  const BLOCK = 64;
  const fill = (bytes: Uint8Array) => Buffer.alloc(Math.ceil(bytes.length / BLOCK) * BLOCK, bytes);
  const password = Buffer.from(`${passphrase}\0`, 'utf16le').swap16();
  const input = Buffer.concat([fill(salt), fill(password)]);
  const made: Buffer[] = [];
  for (let have = 0; have < size; have += 20) {
    let hash = crypto().createHash('sha1').update(Buffer.alloc(BLOCK, id)).update(input).digest();
    for (let i = 1; i < rounds; i++) hash = crypto().createHash('sha1').update(hash).digest();
    made.push(hash);
    const addend = Buffer.alloc(BLOCK, hash);
    for (let at = 0; at < input.length; at += BLOCK) {
      let carry = 1;
      for (let i = BLOCK - 1; i >= 0; i--) {
        carry += input[at + i]! + addend[i]!;
        input[at + i] = carry & 0xff;
        carry >>= 8;
      }
    }
  }
  return Buffer.concat(made).subarray(0, size);
}

function sequence(element: Element | undefined): Element[] {
  return elements(element?.body);
}

/** The content of an OCTET STRING within an explicit tag. */
function octets(tagged: Element | undefined): Uint8Array {
  return elements(tagged?.body)[0]?.body ?? new Uint8Array();
}
