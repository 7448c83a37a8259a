import type { FileContent } from '../attestation.ts';
import { type Block, blocksOf, textOf } from './blocks.ts';
import { BIT_STRING, elements, INTEGER, OBJECT_ID, SEQUENCE } from './der.ts';
import { bytesOf } from './file-content.ts';
import { privateKeyLabel } from './private-key.ts';
import { isSigningRequest } from './request.ts';

/** What a file or text can hold. */
export type Kind =
  | 'certificate'
  | 'certificate request'
  | 'private key'
  | 'public key'
  | 'revocation list'
  | 'pkcs12'
  | 'pkcs7'
  | 'parameters'
  | 'shared key'
  | 'json'
  | 'empty'
  | 'other';

/** What was found: its kind, and words with an article for messages. The words hold nothing of its content. */
export interface Found {
  readonly kind: Kind;
  readonly words: string;
}

/** The kind of each structure in the input, or of the whole input if it holds none. At least one. */
export function kindsOf(input: FileContent): Found[] {
  const blocks = blocksOf(input);
  if (blocks.length === 0) return [kindOfText(textOf(input), input)];
  const found = blocks.map(kindOfBlock);
  // `openssl ecparam -genkey` writes the parameters of a key before the key.
  return found.some(({ kind }) => kind === 'private key') ? found.filter(({ kind }) => kind !== 'parameters') : found;
}

/** `an EC private key and 2 certificates` */
export function inWords(found: readonly Found[]): string {
  const counts = new Map<string, number>();
  for (const { words } of found) counts.set(words, (counts.get(words) ?? 0) + 1);
  const parts = [...counts].map(([words, count]) => (count < 2 ? words : `${count} times ${words}`));
  return parts.length < 2 ? parts.join() : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** What a PEM block is, by its label and its content. */
export function kindOfBlock(block: Block): Found {
  const { der, label } = block;
  const key = der.length ? privateKeyLabel(block) : undefined;
  if (key) return { kind: 'private key', words: privateKeyWords(block, key) };
  const labelled = LABELS.find(([pattern]) => pattern.test(label));
  if (der.length === 0 && labelled === undefined) return { kind: 'other', words: 'PEM that is damaged' };
  if (der.length === 0) return { kind: labelled![1], words: labelled![3] ?? `${labelled![2]} that is damaged` };
  if (isSigningRequest(block)) return { kind: 'certificate request', words: 'a certificate request' };
  return (
    kindOfDer(der) ??
    (labelled && { kind: labelled[1], words: labelled[2] }) ?? { kind: 'other', words: 'DER of an unknown kind' }
  );
}

/** Kinds by PEM label, for bodies that are not DER, or DER that is not looked at. */
const LABELS: readonly (readonly [label: RegExp, kind: Kind, words: string, whole?: string])[] = [
  [/^OPENSSH PRIVATE KEY$/, 'other', 'an OpenSSH private key', 'an OpenSSH private key'],
  [/^PGP PRIVATE /, 'other', 'a PGP private key', 'a PGP private key'],
  [/^PGP /, 'other', 'a PGP key or message', 'a PGP key or message'],
  [/PRIVATE KEY$/, 'private key', 'a private key'],
  [/CERTIFICATE REQUEST$/, 'certificate request', 'a certificate request'],
  [/CERTIFICATE$/, 'certificate', 'a certificate'],
  [/PUBLIC KEY$/, 'public key', 'a public key'],
  [/CRL$/, 'revocation list', 'a certificate revocation list'],
  [/^(PKCS ?#?7|CMS)/, 'pkcs7', 'a PKCS #7 file'],
  [/PARAMETERS$/, 'parameters', 'parameters of a key, without the key', 'parameters of a key, without the key'],
];

function kindOfDer(der: Uint8Array): Found | undefined {
  const parts = elements(elements(der)[0]?.body);
  const [first, second, third] = parts;
  if (first?.tag === OBJECT_ID) return { kind: 'pkcs7', words: 'a PKCS #7 file' };
  if (first?.tag === INTEGER && oidOf(second?.body).startsWith(PKCS_7))
    return { kind: 'pkcs12', words: 'a PKCS #12 file (.pfx, .p12)' };
  if (first?.tag === INTEGER && second?.tag === INTEGER && parts.length === 2)
    return { kind: 'public key', words: 'an RSA public key' };
  if (first?.tag !== SEQUENCE) return undefined;
  if (second?.tag === BIT_STRING) return { kind: 'public key', words: `${algorithmOf(first.body)} public key` };
  if (second?.tag !== SEQUENCE || third?.tag !== BIT_STRING) return undefined;
  // In a certificate the two times are in a SEQUENCE of their own; in a revocation list they are not.
  return elements(first.body).some(({ tag }) => tag === UTC_TIME || tag === GENERALIZED_TIME)
    ? { kind: 'revocation list', words: 'a certificate revocation list' }
    : { kind: 'certificate', words: 'a certificate' };
}

function privateKeyWords({ der, dek }: Block, label: string): string {
  if (/^(TSS2|PKCS#11)/.test(label)) return 'what stands for a private key in a TPM or HSM';
  if (dek || label.startsWith('ENCRYPTED')) return 'an encrypted private key';
  if (label !== 'PRIVATE KEY')
    return `${label.startsWith('EC') ? 'an EC' : label.startsWith('RSA') ? 'an RSA' : 'a DSA'} private key`;
  return `${algorithmOf(elements(elements(der)[0]?.body)[1]?.body)} private key`;
}

/** Tags of the two forms of a time in a certificate [RFC 5280 4.1.2.5]. */
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
/** 1.2.840.113549.1.7 */
const PKCS_7 = '2a864886f70d0107';

const ALGORITHMS: Readonly<Record<string, string>> = {
  '2a8648ce3d0201': 'an EC',
  '2a864886f70d010101': 'an RSA',
  '2a864886f70d01010a': 'an RSA-PSS',
  '2a8648ce380401': 'a DSA',
  '2b656e': 'an X25519',
  '2b656f': 'an X448',
  '2b6570': 'an Ed25519',
  '2b6571': 'an Ed448',
};

function algorithmOf(identifier: Uint8Array | undefined): string {
  return ALGORITHMS[oidOf(identifier)] ?? 'a';
}

/** The object identifier at the start of a SEQUENCE, in hex. Empty when it begins with something else. */
export function oidOf(sequence: Uint8Array | undefined): string {
  const [first] = elements(sequence);
  return first?.tag === OBJECT_ID ? Buffer.from(first.body).toString('hex') : '';
}

/** What PEM without its END line is the beginning of, by its label. */
function cutOff(bare: string): string | undefined {
  if (!bare.startsWith('-----BEGIN ')) return undefined;
  const label = /^-----BEGIN ([^-]*)-----/.exec(bare)?.[1] ?? '';
  const whole = LABELS.find(([pattern, , , alone]) => alone === undefined && pattern.test(label))?.[2];
  return `${whole ?? 'PEM'} that is cut off: it has no END line`;
}

/** Beginnings that identify files and texts: [pattern, what it is]. */
const BEGINNINGS: readonly (readonly [RegExp, string])[] = [
  [/^PuTTY-User-Key-File/, 'a PuTTY private key'],
  [/^(---- BEGIN SSH2 PUBLIC|(ssh|ecdsa|sk)-[\w@.-]+ AAAA)/, 'an SSH public key'],
  [/^AGE-SECRET-KEY-/, 'an age private key'],
  [/^\{(?=[\s\S]*"kty"\s*:)/, 'a JSON Web Key'],
  [/^(<!doctype html|<html)/i, 'an HTML page'],
  [/^<(?:[?!]|[\w:-]+[\s>/][\s\S]*<)/, 'XML'],
  [/(^|;)\s*(HostName|SharedAccessKey|SharedAccessKeyName|Endpoint)=/i, 'a connection string'],
  [/^SharedAccessSignature /i, 'a SAS token'],
  [/^HTTP\/\d/, 'an HTTP answer'],
  [/^[({]?[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}[)}]?$/i, 'a GUID'],
  [/^(?:\.{1,2}|~)[\\/]|^[\w. \\/@:-]*\.(?:pem|crt|cer|der|key|csr|p12|pfx|txt|json)$/i, 'the name of a file'],
  [
    /^(?:export\s+|set\s+)?["']?[a-z][\w.-]*["']?\s*[=:]\s*["']?[\w+/-]{20,}={0,2}["']?[,;]?$/i,
    'a name with a value behind it',
  ],
];

const MAGICS: readonly (readonly [hex: string, what: string])[] = [
  ['feedfeed', 'a Java key store'],
  ['cececece', 'a Java key store'],
  ['504b0304', 'a ZIP archive'],
  ['1f8b', 'gzip'],
  ['89504e47', 'a PNG image'],
  ['ffd8ff', 'a JPEG image'],
  ['25504446', 'a PDF document'],
  ['7f454c46', 'a program'],
  ['4d5a90', 'a program'],
  ['3080', 'BER of indefinite length'],
];

function kindOfText(text: string, input: FileContent): Found {
  const bare = text.trim();
  if (bare === '') return { kind: 'empty', words: 'nothing: it is empty' };
  const start = typeof input === 'string' ? '' : bytesOf(input).toString('hex', 0, 8);
  const magic = MAGICS.find(([hex]) => start.startsWith(hex))?.[1];
  if (magic) return { kind: 'other', words: magic };
  const words = cutOff(bare) ?? BEGINNINGS.find(([pattern]) => pattern.test(bare))?.[1];
  if (words) return { kind: 'other', words };
  if (/^[[{]/.test(bare) && isJson(bare)) return { kind: 'json', words: 'JSON' };
  // Base64 in lines, as `openssl rand` writes it. With blanks between words it is text.
  const word = bare.replace(/\s*[\r\n]\s*/g, '');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells binary from text
  if (/[\u0000-\u0008\u000e-\u001f\ufffd]/.test(bare)) {
    const size = typeof input === 'string' ? input.length : input.byteLength;
    return { kind: 'other', words: `${size} bytes that are no text` };
  }
  const digits = word.replace(/0x|[\s:,-]/gi, '');
  if (/^[0-9a-f]{32,128}$/i.test(digits) && digits.length % 2 === 0)
    return { kind: 'shared key', words: `${digits.length / 2} bytes in hex` };
  const { length } = Buffer.from(word, 'base64');
  if (/^[\w+/-]+={0,2}$/.test(word) && length >= 16 && length <= 64)
    return { kind: 'shared key', words: `base64 of ${length} bytes, as a shared key has` };
  return { kind: 'other', words: 'text' };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
