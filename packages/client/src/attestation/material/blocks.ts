import type { Dressed } from '../attestation.ts';
import { elements, sequenceSize } from './der.ts';
import { asciiOf, bytesOf, isDressed, type PemBlock, pemBlocks } from './dress.ts';

/** One structure found in a file: a certificate, a key, a request. */
export interface Block {
  /** The label of the PEM, such as `EC PRIVATE KEY`. Empty for DER and for base64 without PEM. */
  readonly label: string;
  /** `AES-256-CBC,00AB…` for a body that is encrypted, and so is not DER. Otherwise empty. */
  readonly dek: string;
  /** Exactly one DER SEQUENCE, or the encrypted bytes. Empty when the body is damaged. */
  readonly der: Buffer;
}

/**
 * Finds the structures in an input: PEM with text around it, indented, on one line or with line breaks as `\n`; DER; base64 of either.
 * The text may be UTF-8 or UTF-16, with or without a byte order mark. Takes time linear in the length of the input.
 */
export function blocksOf(input: Dressed | undefined): Block[] {
  if (!isDressed(input)) return [];
  const whole = typeof input === 'string' ? NOTHING : derOf(bytesOf(input), true);
  if (whole.length) return [{ label: '', dek: '', der: whole }];
  const text = asciiOf(input);
  const found = pemBlocks(text);
  if (found.length) return found.map(blockOf);
  const bare = text.replace(/[\s"']/g, '');
  if (/[^\w+/=-]/.test(bare)) return [];
  const bytes = Buffer.from(bare, 'base64');
  const der = derOf(bytes, false);
  if (der.length) return [{ label: '', dek: '', der }];
  // A Kubernetes Secret holds PEM in base64.
  return pemBlocks(bytes.toString()).map(blockOf);
}

const NOTHING = Buffer.alloc(0);

/** Writes PEM. */
export function toPem(label: string, der: Uint8Array, dek = ''): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .replace(/.{64}(?!$)/g, '$&\n');
  const head = dek && `Proc-Type: 4,ENCRYPTED\nDEK-Info: ${dek}\n\n`;
  return `-----BEGIN ${label}-----\n${head}${lines}\n-----END ${label}-----\n`;
}

/** Decodes UTF-8, or UTF-16, which is recognised by the zeros in its first two characters. The byte order mark is left out. */
export function textOf(input: Dressed): string {
  // The text may be UTF-16 that somebody has decoded as UTF-8 or Latin-1: its zeros are removed.
  if (typeof input === 'string') return input.replace(/^(?:\ufeff|\ufffd\ufffd|\xef\xbb\xbf)|\0/g, '');
  const bytes = bytesOf(input);
  const [a, b, c, d] = bytes;
  const big = (a === 0xfe && b === 0xff) || (a === 0 && b && c === 0);
  const little = (a === 0xff && b === 0xfe) || (b === 0 && a && d === 0);
  if (!big && !little) return textOf(bytes.toString());
  const even = Buffer.from(bytes.subarray(0, bytes.length & ~1));
  return textOf((big ? even.swap16() : even).toString('utf16le'));
}

function blockOf([label, body]: PemBlock): Block {
  const dek = /DEK-Info: *(\S+)/.exec(body)?.[1] ?? '';
  // Buffer.from skips characters that are not base64. A body that has lost or gained a byte is not DER any more.
  const bytes = Buffer.from(body.replace(/[\w-]+: *\S+/g, ''), 'base64');
  return { label, dek, der: dek ? bytes : derOf(bytes, label.startsWith('TRUSTED')) };
}

/** Accepts one SEQUENCE and nothing else. `loose` accepts bytes behind it: OpenSSL writes some behind a trusted certificate, editors a line end. */
function derOf(bytes: Buffer, loose: boolean): Buffer {
  const size = sequenceSize(bytes);
  const behind = bytes.subarray(size);
  const fits =
    behind.length === 0 || (loose && (sequenceSize(behind) === behind.length || !/\S/.test(behind.toString())));
  const der = bytes.subarray(0, fits ? size : 0);
  // The first two bytes of a base64 text that begins with `0V` look like a SEQUENCE of 88 bytes.
  return der.subarray(0, elements(elements(der)[0]?.body).length && size);
}
