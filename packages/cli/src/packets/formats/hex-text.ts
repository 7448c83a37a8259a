import { bytesOfBase64 } from '../base64.ts';
import { arePackets, isWhole } from '../framing.ts';
import { bytesOfHex, isHex } from '../hex.ts';
import { joined } from '../reading.ts';
import { type Candidate, single } from './candidate.ts';

const SEPARATORS = /[\s,;:_.|-]+/;

/** How logs mark what they cut: `...`, `[truncated]`, `... (55 more)`, `(+55 bytes)`. */
const CUT =
  /(?<!\s)(?:\s*(?:\.\.\.|…|\[(?:\.\.\.|…|truncated|cut)\]|\(\+?\d+ (?:more|bytes?)(?: bytes?)?\)(?<!\s\(\d+ bytes?\)))){1,2}\s*$/i;

/** Reads hex digits with or without separators: `20020005`, `20:02:00:05`, `20 2 0 5`. */
export function hexCandidates(written: string): Candidate[] {
  const cut = CUT.test(written) ? ['the text is cut off'] : [];
  const text = written.replace(CUT, '').replace(/\s(?:\(\d+ bytes?\)|\[\d+\])\s*$/i, '');
  const lines = text.split('\n').map(hexLine);
  if (lines.some((line) => line === undefined)) return [];
  const pieces = lines.flatMap((bytes) => (bytes === undefined || bytes.length === 0 ? [] : [{ bytes }]));
  if (pieces.length === 0) return [];
  const bytes = joined(pieces.map((piece) => piece.bytes));
  const others = digitCandidates(text);
  if (isWhole(bytes)) return [{ format: 'hex', pieces: [{ bytes }], notes: cut }, ...others];
  return [{ format: 'hex', pieces, continuous: true, notes: cut }, ...others];
}

function hexLine(line: string): Uint8Array | undefined {
  const words = line.split(SEPARATORS).filter((word) => word !== '');
  if (words.length === 0) return new Uint8Array();
  if (!words.every(isHex) || words.every((word) => /^0b[01]{8}$/i.test(word))) return undefined;
  // Three digits are no hex byte: `040 002` is octal.
  if (words.length > 1 && words.some((word) => word.length > 1 && word.length % 2 === 1)) return undefined;
  // A single digit among others is a byte without its leading zero.
  const digits = words.map((word) => (word.length === 1 && words.length > 1 ? `0${word}` : word)).join('');
  return digits.length % 2 === 0 ? bytesOfHex(digits) : undefined;
}

/** Reads bits, words, and digits with a blank after each. Bits and single digits are taken only if they make whole packets. */
function digitCandidates(text: string): Candidate[] {
  const digits = text.replace(/[\s_]+/g, '');
  const found: Candidate[] = [];
  const add = (format: string, bytes: Uint8Array) => {
    if (arePackets(bytes)) found.push(single(format, bytes));
  };
  if (/^[01]{16,}$/.test(digits) && digits.length % 8 === 0) {
    add(
      'bits',
      Uint8Array.from(digits.match(/.{8}/g) ?? [], (bits) => Number.parseInt(bits, 2)),
    );
  }
  const [word = ''] = text.trim().split(/\s+/);
  if ((word.length === 4 || word.length === 8) && /^(?:\s*[0-9a-f]+)+\s*$/i.test(text))
    found.push(...wordCandidates(text, word.length));
  if (/^\s*[0-9a-f](?:\s+[0-9a-f])+\s*$/i.test(text) && digits.length % 2 === 0)
    add('single hex digits', bytesOfHex(digits));
  return found;
}

/** Reads words as `od -An -x` writes them, low byte first. The same digits may be plain bytes: only whole packets tell which. */
function wordCandidates(text: string, digits: number): Candidate[] {
  const words = text.trim().split(/\s+/);
  if (words.some((word) => word.length !== digits)) return [];
  const bytes = withoutFill(joined(words.map((word) => bytesOfHex(word).reverse())), digits / 2);
  // A single word is read like this only if it is a whole packet.
  if (words.length === 1 && !arePackets(bytes)) return [];
  const format = `hex words of ${digits / 2} bytes, low byte first`;
  return [{ ...single(format, bytes), doubtful: true }];
}

/** The bytes of words of this size, without the zeros that fill the last word. */
export function withoutFill(bytes: Uint8Array, size: number): Uint8Array {
  for (let filled = 0; filled < size; filled++) {
    const cut = bytes.subarray(0, bytes.length - filled);
    if (arePackets(cut) && bytes.subarray(cut.length).every((byte) => byte === 0)) return cut;
  }
  return bytes;
}

/** The number of hex digits, if a text is an odd number of them: the error says so. */
export function oddDigits(text: string): number | undefined {
  const digits = text.replace(/[\s,;:_.|-]+|0x|\\x/gi, '');
  return isHex(digits) && digits.length % 2 === 1 ? digits.length : undefined;
}

/**
 * Reads base64. Any word of four letters is base64, too; so there must be two bytes or more, an end as encoders write it, and a capital
 * letter or digit. Of packets with n characters fewer than one in 2^n have none.
 */
export function base64Candidates(text: string): Candidate[] {
  const bare = bareBase64(text).trim();
  const lines = bare.split(/\s+/);
  // `/` and `_` would begin a packet of type 15, which does not exist. Paths begin like this.
  if (/^[/_]/.test(bare)) return [];
  if (lines.some((line) => /=[^=]/.test(line) || line.length > 76) && lines.length > 1) return base64Lines(lines);
  const packed = lines.join('');
  // Wrapped base64 has lines of equal length, words of a sentence do not.
  const wrapped = lines.slice(0, -1).every((line) => line.length === lines[0]?.length && line.length % 4 === 0);
  if (!wrapped) return base64Lines(lines);
  const bytes = base64Bytes(packed);
  // Hex digits are base64, too. Only whole packets are a reason to read them as base64.
  if (bytes !== undefined && isHex(packed) && !isWhole(bytes)) return [];
  return bytes === undefined ? base64Lines(lines) : [{ ...single('base64', bytes), unlikely: true }];
}

/** Base64 without what surrounds it: a head of MIME, a tag of YAML, the lines of `certutil -encode`, the beginning of a data URL. */
function bareBase64(text: string): string {
  return text
    .replace(/^\s*(?:[\w-]+: .*\n)+\n/, '')
    .replace(/^.*!!binary\s*\|?-?\s*\n/, '')
    .replace(/^-----(?:BEGIN|END) CERTIFICATE-----$/gm, '')
    .replace(/^\s*data:[^,]*;base64,/i, '');
}

/** Reads base64 of which each line was encoded by itself, and holds whole packets. */
function base64Lines(lines: readonly string[]): Candidate[] {
  const runs = lines.map(base64Bytes);
  if (lines.length < 2 || runs.some((run) => run === undefined || !isWhole(run))) return [];
  const pieces = runs.filter((run) => run !== undefined).map((bytes) => ({ bytes }));
  return [{ format: 'base64, line by line', pieces, notes: [], unlikely: true }];
}

/** The bytes of a word of base64. There must be two or more, and a capital letter or digit. */
export function base64Bytes(text: string): Uint8Array | undefined {
  const bare = text.replace(/=+$/, '');
  return bare.length > 2 && /[A-Z0-9]/.test(bare) ? bytesOfBase64(text) : undefined;
}
