import type { FileContent } from '../attestation.ts';
import { elements, sequenceSize } from './der.ts';
import { asciiOf, bytesOf, isFileContent, PEM, type PemBlock, pemBlocks } from './file-content.ts';

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
 * Finds the structures in an input: PEM with text around it, as a program, a log or a variable holds it; DER; base64 or hex of either.
 * The text may be UTF-8 or UTF-16, with or without a byte order mark. Takes time linear in the length of the input.
 */
export function blocksOf(input: FileContent | undefined): Block[] {
  if (!isFileContent(input)) return [];
  const whole = typeof input === 'string' ? NOTHING : derOf(bytesOf(input), true);
  return whole.length ? [bare(whole)] : blocksIn(asciiOf(input), 2);
}

function blocksIn(escaped: string, depth: number): Block[] {
  const text = unescaped(escaped);
  const found = pemIn(text);
  if (found.length) return found;
  if (/-----BEGIN /.test(text)) return [];
  const hex = derOf(Buffer.from(hexIn(text), 'hex'), false);
  if (hex.length) return [bare(hex)];
  const letters = text.replace(/[\s"']/g, '');
  const whole = /^[\w+/-]*={0,2}$/.test(letters) ? blocksOfRun(letters, depth) : [];
  return whole.length ? whole : base64In(text).flatMap((run) => blocksOfRun(run, depth));
}

function blocksOfRun(base64: string, depth: number): Block[] {
  const bytes = Buffer.from(base64, 'base64');
  const der = derOf(bytes, false);
  if (der.length) return [bare(der)];
  // A Kubernetes Secret holds PEM in base64.
  return depth ? blocksIn(asciiOf(bytes), depth - 1) : [];
}

const bare = (der: Buffer): Block => ({ label: '', dek: '', der });

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours of a terminal begin with ESC
const MARKS = /\x1b\[[\d;]*[a-z]|\^M/gi;

/** Replaces escapes of URLs, JSON, C, HTML and terminals, none of which PEM, base64 and hex contain. */
function unescaped(text: string): string {
  // In a form field a space is written as a plus.
  return (/BEGIN\+/.test(text) ? text.replace(/\+/g, ' ') : text)
    .replace(MARKS, '')
    .replace(/<br *\/?>/gi, '\n')
    .replace(/%([\da-f]{2})|\\u00([\da-f]{2})|\\x([\da-f]{2})|&#x([\da-f]{1,2});/gi, (_, ...codes) =>
      String.fromCharCode(parseInt(codes.slice(0, 4).join(''), 16)),
    )
    .replace(/&#(\d{1,3});/g, (_, code) => String.fromCharCode(code));
}

/** The blocks of PEM. When lines of a block begin with something else, such as a time, so much of each line is left out. */
function pemIn(text: string): Block[] {
  const found = pemBlocks(text).map(blockOf);
  const [begin, end] = ['BEGIN', 'END'].map((word) => new RegExp(`^(.+?)-----${word} `, 'm').exec(text)?.[1]?.length);
  if (begin && begin === end && found.some(({ der, dek }) => dek || der.length === 0)) {
    const again = pemBlocks(text.replace(/^.*$/gm, (line) => line.slice(begin))).map(blockOf);
    if (again.length && again.every(({ der }) => der.length)) return again;
  }
  // OpenSSL refuses a file in which the end of a block is missing, so it is not passed over here.
  const labels = [...text.replace(PEM, '').matchAll(/-----BEGIN ([^-]+)-----/g)];
  return found.length ? [...found, ...labels.map(([, label]) => ({ ...bare(NOTHING), label: label! }))] : [];
}

/** The values of settings, JSON, YAML or XML that may be base64: lines of 40 characters and more, with the one behind them. */
function base64In(text: string): string[] {
  return (text.match(/(?:[\w+/-]{40,}[ \t]*\r?\n[ \t]*)*[\w+/][\w+/-]*={0,2}/g) ?? []).filter((run) => run.length > 63);
}

/** The digits of a hex text or of a list of bytes in C; empty when there is something else. */
function hexIn(text: string): string {
  const [, list = text] = /\{([^{}]*)\}/.exec(text) ?? [];
  const digits = list.replace(/0x|[\s,:;]/gi, '');
  return /^30(?:[\da-f]{2}){50,}$/i.test(digits) ? digits : '';
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
export function textOf(input: FileContent): string {
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
  const plain = body
    // The literals of a program: `'…' +`, `"…",`, `b'…'`.
    .replace(/["'`][\s;,+&.\\]*[bru]{0,2}["'`]/gi, '')
    // Headers of RFC 1421, with the empty line behind them, or on one line with the body.
    .replace(/^\s*(?:[\w-]+:.*\n)+\s*\n/, '')
    .replace(/[\w-]+: *\S+/g, '');
  const bytes = Buffer.from(plain, 'base64');
  return { label, dek, der: dek ? bytes : derOf(bytes, label.startsWith('TRUSTED')) };
}

/**
 * Accepts one SEQUENCE and nothing else. `loose` accepts bytes behind it: OpenSSL writes some behind a trusted certificate, editors a line
 * end.
 */
function derOf(bytes: Buffer, loose: boolean): Buffer {
  const size = sequenceSize(bytes);
  const behind = bytes.subarray(size);
  const fits =
    behind.length === 0 || (loose && (sequenceSize(behind) === behind.length || !/\S/.test(behind.toString())));
  const der = bytes.subarray(0, fits ? size : 0);
  // The first two bytes of a base64 text that begins with `0V` look like a SEQUENCE of 88 bytes.
  return der.subarray(0, elements(elements(der)[0]?.body).length && size);
}
