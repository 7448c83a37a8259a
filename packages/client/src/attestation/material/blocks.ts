import type { Dressed } from '../attestation.ts';
import { elements, sequenceSize } from './der.ts';
import { asciiOf, bytesOf, isDressed, type PemBlock, pemBlocks } from './dress.ts';

/** One structure of a file, out of its dress. */
export interface Block {
  /** `EC PRIVATE KEY`, as the PEM had it; empty for DER and for base64 without PEM. */
  readonly label: string;
  /** `AES-256-CBC,00AB…`: the body is encrypted, and no DER. Else empty. */
  readonly dek: string;
  /** Exactly one DER SEQUENCE, or what is encrypted; empty when the body is damaged. */
  readonly der: Buffer;
}

/**
 * What the input holds: PEM with text around it, indented, on one line or with its line breaks as `\n`; DER; base64 of either.
 * UTF-8 or UTF-16, with or without a byte order mark. None when there is nothing of the kind. Linear in its length.
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
  // Secrets of Kubernetes hold the base64 of PEM.
  return pemBlocks(bytes.toString()).map(blockOf);
}

const NOTHING = Buffer.alloc(0);

/** PEM in its plainest form. */
export function toPem(label: string, der: Uint8Array, dek = ''): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .replace(/.{64}(?!$)/g, '$&\n');
  const head = dek && `Proc-Type: 4,ENCRYPTED\nDEK-Info: ${dek}\n\n`;
  return `-----BEGIN ${label}-----\n${head}${lines}\n-----END ${label}-----\n`;
}

/** Text in UTF-8, or in UTF-16, of which the zeros beside the first two characters tell; without byte order mark. */
export function textOf(input: Dressed): string {
  // Text that was read as if it were UTF-8 or Latin-1, and was UTF-16: the zeros go.
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
  // Whatever else is no base64, Buffer.from leaves out; a body that lost or won a byte is no DER any more.
  const bytes = Buffer.from(body.replace(/[\w-]+: *\S+/g, ''), 'base64');
  return { label, dek, der: dek ? bytes : derOf(bytes, label.startsWith('TRUSTED')) };
}

/** One SEQUENCE and nothing else; `loose` takes what OpenSSL writes behind a trusted certificate, or an editor behind DER. */
function derOf(bytes: Buffer, loose: boolean): Buffer {
  const size = sequenceSize(bytes);
  const behind = bytes.subarray(size);
  const fits =
    behind.length === 0 || (loose && (sequenceSize(behind) === behind.length || !/\S/.test(behind.toString())));
  const der = bytes.subarray(0, fits ? size : 0);
  // A base64 text that begins with `0V` has, for its first two bytes, those of a SEQUENCE of 88.
  return der.subarray(0, elements(elements(der)[0]?.body).length && size);
}
