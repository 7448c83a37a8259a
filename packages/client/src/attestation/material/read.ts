import type { KeyObject, X509Certificate } from 'node:crypto';
import { crypto, tls } from '../../node.ts';
import { quietly } from '../../values.ts';
import type { FileContent } from '../attestation.ts';
import { type Block, blocksOf, textOf, toPem } from './blocks.ts';
import { unusableKey } from './common-names.ts';
import { type Encryption, encryptionOf } from './encryption.ts';
import { isFileContent } from './file-content.ts';
import { inWords, kindOfBlock, kindsOf } from './kind.ts';
import { MaterialError, ofAnotherKind, type Slot } from './material-error.ts';
import { MOST_ROUNDS, openPkcs12, Pkcs12Error } from './pkcs12.ts';
import { privateKeyLabel } from './private-key.ts';
import { isSigningRequest } from './request.ts';

/** Reads a certificate signing request and returns one line of base64 DER. Throws MaterialError. */
export function readSigningRequest(input: FileContent): string {
  const requests = blocksOf(input).filter(isSigningRequest);
  if (requests.length === 0) throw ofAnotherKind('csr', input, 'a certificate request');
  if (requests.length > 1) throw new MaterialError('csr', `holds ${requests.length} certificate requests; give one`);
  return requests[0]!.der.toString('base64');
}

/** Reads certificates and returns the PEM of each. Throws MaterialError. */
export function readAuthorities(input: FileContent): string[] {
  return readCertificates(input, 'ca').map(String);
}

/** Parses JSON. Throws MaterialError; its message does not hold the text. */
export function readJson(input: FileContent): unknown {
  const text = textOf(input);
  const found = kindsOf(input);
  if (found[0]!.kind === 'empty') throw new MaterialError('json', 'is empty; JSON is wanted');
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/^\s*[[{]/.test(text)) throw ofAnotherKind('json', input, 'JSON');
    // Only the position is kept: V8's message quotes the text around it, which may be a secret.
    const at = /at position (\d+)/.exec((error as Error).message)?.[1];
    const before = text.slice(0, Number(at ?? 0)).split('\n');
    const place = at === undefined ? '' : `: line ${before.length}, column ${before.at(-1)!.length + 1}`;
    throw new MaterialError('json', `is not JSON${place}`);
  }
}

/** The certificates in their order, at least one. Throws MaterialError. */
export function readCertificates(input: FileContent, slot: Slot, passphrase?: string): X509Certificate[] {
  const { X509Certificate } = crypto();
  const blocks = opened(input, slot, passphrase).filter((block) => kindOfBlock(block).kind === 'certificate');
  if (blocks.length === 0) throw ofAnotherKind(slot, input, 'a certificate');
  return blocks.map(({ der }, i) => {
    const which = blocks.length > 1 ? ` (${i + 1} of ${blocks.length})` : '';
    return quietly(() => new X509Certificate(der)) ?? fail(slot, `holds a certificate${which} that is damaged`);
  });
}

/** A private key that was read. */
export interface PrivateKey {
  readonly key: KeyObject;
  /** The key for TLS, which needs the passphrase with it. */
  readonly pem: string;
}

/** Reads the first private key. Throws MaterialError of slot `key` or `passphrase`. */
export function readPrivateKey(input: FileContent, passphrase?: string): PrivateKey {
  const block = opened(input, 'key', passphrase).find(privateKeyLabel);
  if (block === undefined) throw ofAnotherKind('key', input, 'a private key');
  const { words } = kindOfBlock(block);
  if (block.der.length === 0) throw new MaterialError('key', `holds ${words} that is damaged`);
  const encryption = encryptionOf(block);
  if (encryption) refuseEncryption('key', encryption, passphrase);
  const pem = toPem(privateKeyLabel(block)!, block.der, block.dek);
  try {
    return { key: crypto().createPrivateKey({ key: pem, passphrase }), pem };
  } catch (error) {
    if (encryption) throw new MaterialError('passphrase', 'is wrong for the private key');
    throw new MaterialError('key', `holds ${words} that cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** A client certificate as files hold it. */
export interface CredentialFiles {
  readonly cert: FileContent;
  readonly key?: FileContent | undefined;
  readonly passphrase?: string | undefined;
  readonly ca?: FileContent | undefined;
}

/** A client certificate that was read, with its key. */
export interface Credentials {
  /** The device's certificate first. */
  readonly chain: readonly [X509Certificate, ...X509Certificate[]];
  /** PEM, like the next two. */
  readonly cert: string;
  readonly key: string;
  readonly ca: string | undefined;
}

/** Reads a client certificate with its key, and checks them as far as it is possible without a registration id. Throws MaterialError. */
export function readCredentials({ cert, key, passphrase, ca }: CredentialFiles): Credentials {
  if (isFileContent(cert) && isFileContent(key) && areSwapped(cert, key))
    throw new MaterialError(
      'cert',
      `holds ${inWords(kindsOf(cert))}, and the file of the key holds the certificate: the two are swapped`,
    );
  const found = readCertificates(cert, 'cert', passphrase);
  const privateKey = readPrivateKey(key ?? cert, passphrase);
  const chain = inOrder(found, privateKey.key, kindsOf(cert)[0]?.kind === 'pkcs12');
  const [leaf] = chain;
  const kind = unusableKey(leaf);
  if (kind) fail('cert', `has a key of ${kind}, which TLS cannot use: P-256, P-384, P-521 or RSA is needed`);
  if (!leaf.checkPrivateKey(privateKey.key)) {
    const at = chain.findIndex((one) => one.checkPrivateKey(privateKey.key));
    const whose =
      at < 0
        ? 'does not belong to the certificate'
        : `belongs to certificate ${at + 1} of the chain: the device's own must stand first`;
    throw new MaterialError('key', whose);
  }
  const material = {
    chain,
    cert: chain.map(String).join(''),
    key: privateKey.pem,
    ca: ca === undefined ? undefined : readAuthorities(ca).join(''),
  };
  refuseWhatNodeRefuses(material, passphrase);
  return material;
}

/** Refuses what the security level of OpenSSL refuses, such as an RSA key of 1024 bits, before the dial would throw. */
function refuseWhatNodeRefuses({ cert, key }: Credentials, passphrase: string | undefined): void {
  try {
    tls().createSecureContext({ cert, key, passphrase });
  } catch (error) {
    throw new MaterialError(
      'cert',
      `is refused by OpenSSL: ${(error as NodeJS.ErrnoException).code ?? 'no reason given'}`,
    );
  }
}

/** Sorts the certificates of a PKCS #12 file, whose order means nothing: first that of the key, then the issuer of each. */
function inOrder(found: X509Certificate[], key: KeyObject, sort: boolean): Credentials['chain'] {
  const [first, ...others] = found;
  const leaf = sort ? found.find((one) => one.checkPrivateKey(key)) : first;
  if (leaf === undefined || !sort) return [first!, ...others];
  const chain: [X509Certificate, ...X509Certificate[]] = [leaf];
  for (let last = leaf; ; last = chain.at(-1)!) {
    const issuer = found.find((one) => !chain.includes(one) && last.checkIssued(one));
    if (issuer === undefined) return chain;
    chain.push(issuer);
  }
}

function areSwapped(cert: FileContent, key: FileContent): boolean {
  const kinds = (input: FileContent) => new Set(kindsOf(input).map(({ kind }) => kind));
  const [ofCert, ofKey] = [kinds(cert), kinds(key)];
  return (
    ofCert.has('private key') && !ofCert.has('certificate') && ofKey.has('certificate') && !ofKey.has('private key')
  );
}

/** The blocks of an input. A PKCS #12 file is opened and replaced by its blocks. */
function opened(input: FileContent, slot: Slot, passphrase: string | undefined): Block[] {
  return blocksOf(input).flatMap((block) => {
    if (kindOfBlock(block).kind !== 'pkcs12') return [block];
    try {
      return openPkcs12(block.der, passphrase ?? '');
    } catch (error) {
      if (!(error instanceof Pkcs12Error)) throw error;
      if (error.encryption) refuseEncryption(slot, error.encryption, passphrase, 'pkcs12');
      if (error.reason === 'damaged') throw new MaterialError(slot, 'holds a PKCS #12 file that is damaged');
      if (passphrase === undefined) throw new MaterialError('passphrase', 'is missing: the PKCS #12 file is encrypted');
      throw new MaterialError('passphrase', 'is wrong for the PKCS #12 file');
    }
  });
}

function refuseEncryption(
  slot: Slot,
  { cipher, legacy, rounds }: Encryption,
  passphrase: string | undefined,
  form = 'pkcs8',
): void {
  const again =
    form === 'pkcs8'
      ? 'openssl pkcs8 -topk8 -v2 aes-256-cbc -provider legacy -provider default -in OLD -out NEW'
      : 'openssl pkcs12 -legacy -in OLD -out NEW.pem';
  if (legacy)
    throw new MaterialError(
      slot,
      `is encrypted with ${cipher}, which OpenSSL 3 no longer reads; write it anew: ${again}`,
    );
  if (rounds > MOST_ROUNDS)
    throw new MaterialError(
      slot,
      `asks for ${rounds} rounds to make a key of its passphrase; ${MOST_ROUNDS} are the most`,
    );
  if (form !== 'pkcs8')
    throw new MaterialError(slot, `is encrypted with ${cipher}, which cannot be read here; write it anew: ${again}`);
  if (!passphrase) throw new MaterialError('passphrase', 'is missing: the private key is encrypted');
}

function fail(slot: Slot, message: string): never {
  throw new MaterialError(slot, message);
}
