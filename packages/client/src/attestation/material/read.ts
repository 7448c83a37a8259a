import type { KeyObject, X509Certificate } from 'node:crypto';
import { crypto, tls } from '../../node.ts';
import { quietly } from '../../values.ts';
import type { Dressed } from '../attestation.ts';
import { isRawKey } from '../shared-key.ts';
import { type Block, blocksOf, textOf, toPem } from './blocks.ts';
import { unusableKey } from './common-names.ts';
import { bytesOf, isDressed } from './dress.ts';
import { type Encryption, encryptionOf } from './encryption.ts';
import { inWords, kindOfBlock, kindsOf } from './kind.ts';
import { MaterialError, type Slot } from './material-error.ts';
import { MOST_ROUNDS, openPkcs12, Pkcs12Error } from './pkcs12.ts';
import { privateKeyLabel } from './private-key.ts';
import { isSigningRequest } from './request.ts';

/** Reads a certificate signing request and returns one line of base64 DER. Throws MaterialError. */
export function readSigningRequest(input: Dressed): string {
  const requests = blocksOf(input).filter(isSigningRequest);
  if (requests.length === 0) throw ofAnotherKind('csr', input, 'a certificate request');
  if (requests.length > 1) throw new MaterialError('csr', `holds ${requests.length} certificate requests; give one`);
  return requests[0]!.der.toString('base64');
}

/** Reads certificates and returns the PEM of each. Throws MaterialError. */
export function readAuthorities(input: Dressed): string[] {
  return readCertificates(input, 'ca').map(String);
}

/** Reads a shared key and returns it as base64, and whether it was raw bytes. Throws MaterialError. */
export function readSharedKey(input: Dressed): { readonly key: string; readonly raw: boolean } {
  if (!isDressed(input)) throw ofAnotherKind('shared key', input, '');
  const kinds = kindsOf(input);
  const [found] = kinds;
  const given = textOf(input);
  // Web pages and chats add characters that nobody sees.
  const text = given.replace(/[\s\p{Cf}]/gu, '');
  const fails = (message: string) => new MaterialError('shared key', message);
  if (found!.kind === 'empty') throw fails('is empty');
  if (/ in hex$/.test(found!.words) && (text.length % 4 !== 0 || !/[A-Z].*[a-z]|[a-z].*[A-Z]/.test(text)))
    throw fails(`holds ${found!.words}; the key of an enrollment is base64`);
  if (found!.kind !== 'shared key' && found!.words !== 'text' && !/^\d+ bytes/.test(found!.words)) {
    const part = PARTS[found!.words];
    throw fails(`holds ${inWords(kinds)}, not a key in base64${part === undefined ? '' : `: give ${part}`}`);
  }
  if (typeof input !== 'string' && isRawKey(bytesOf(input)))
    return { key: bytesOf(input).toString('base64'), raw: true };
  if (typeof input !== 'string' && /no text$/.test(found!.words))
    throw fails(`holds ${found!.words}; a key in raw bytes has 32 or 64`);
  if (!/^(?=(.{4})*$)[a-z\d+/]*={0,2}$/i.test(text)) throw fails(whyNotBase64(given, text));
  const key = Buffer.from(text, 'base64');
  // `kubectl get secret` prints the base64 of what may be base64 itself.
  if (/^[\w+/]{20,}={1,2}\s*$/.test(key.toString('latin1'))) throw fails('is base64 of base64: decode it once');
  if (key.length < 16 || key.length > 64) throw fails(`has ${key.length} bytes; the service takes 16 to 64`);
  // So many of them that what is left is base64 again.
  if (hasBlanks(given)) throw fails(BLANKS);
  return { key: key.toString('base64'), raw: false };
}

/** What is to be given of it instead, by the words of its kind. */
const PARTS: Readonly<Record<string, string>> = {
  'a connection string': 'what stands behind SharedAccessKey=',
  'a name with a value behind it': 'the value alone',
  'the name of a file': 'what it holds',
};

const BLANKS = 'has blanks in it: were they + signs?';
/** Whether it is a key of the usual lengths with plus signs in their place. */
function hasBlanks(given: string): boolean {
  const signed = given.replace(/[\r\n]/g, '').replace(/ /g, '+');
  return (
    / /.test(given) && /^(?=(.{4})*$)[a-z\d+/]+={0,2}$/i.test(signed) && Buffer.from(signed, 'base64').length % 32 === 0
  );
}

function whyNotBase64(given: string, text: string): string {
  const { length } = text;
  const bytes = Buffer.from(text, 'base64').length;
  if (/["'`\u2018-\u201f\xab\xbb]/.test(text)) return `has quotes in it (${length} characters)`;
  if (/^<.*>$/.test(text)) return `stands between < and > (${length} characters)`;
  if (/%(2[bf]|3d)/i.test(text)) return 'is percent-encoded: write %2B as +, %2F as / and %3D as =';
  if (/\\u00|&#|\\\//.test(text)) return 'has escapes of JSON or HTML in it: write them as + / and =';
  if (/^[\w-]+={0,2}$/.test(text) && /[-_]/.test(text) && bytes >= 16 && bytes <= 64)
    return 'holds base64 of URLs, with - and _; the key of an enrollment has + and /';
  if (/^(?:[a-z\d+/]{20,}={1,2}[\s,;]*){2,}$/i.test(given)) return 'holds more than one key: give one';
  if (hasBlanks(given)) return BLANKS;
  const lost = bytes > 0 && bytes % 32 === 0 && /^[a-z\d+/]+=?$/i.test(text) ? '; was the = at its end lost?' : '';
  return `is not base64 (${length} character${length === 1 ? '' : 's'})${lost}`;
}

/** Parses JSON. Throws MaterialError; its message does not hold the text. */
export function readJson(input: Dressed): unknown {
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
export function readCertificates(input: Dressed, slot: Slot, passphrase?: string): X509Certificate[] {
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
export function readPrivateKey(input: Dressed, passphrase?: string): PrivateKey {
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
  readonly cert: Dressed;
  readonly key?: Dressed | undefined;
  readonly passphrase?: string | undefined;
  readonly ca?: Dressed | undefined;
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
  if (isDressed(cert) && isDressed(key) && areSwapped(cert, key))
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

function areSwapped(cert: Dressed, key: Dressed): boolean {
  const kinds = (input: Dressed) => new Set(kindsOf(input).map(({ kind }) => kind));
  const [ofCert, ofKey] = [kinds(cert), kinds(key)];
  return (
    ofCert.has('private key') && !ofCert.has('certificate') && ofKey.has('certificate') && !ofKey.has('private key')
  );
}

/** The blocks of an input. A PKCS #12 file is opened and replaced by its blocks. */
function opened(input: Dressed, slot: Slot, passphrase: string | undefined): Block[] {
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

function ofAnotherKind(slot: Slot, input: Dressed, wanted: string): MaterialError {
  if (!isDressed(input)) return new MaterialError(slot, input === undefined ? 'is missing' : 'is to be text or bytes');
  const found = kindsOf(input);
  if (found[0]!.kind === 'empty') return new MaterialError(slot, `is empty; ${wanted} is wanted`);
  return new MaterialError(slot, `holds ${inWords(found)}, not ${wanted}`);
}

function fail(slot: Slot, message: string): never {
  throw new MaterialError(slot, message);
}
