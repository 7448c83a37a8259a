import { bytesOfBase64 } from '../base64.ts';
import { isWhole, looksLikeMqtt } from '../framing.ts';
import { bytesOfHex, isHex } from '../hex.ts';
import { joined } from '../reading.ts';
import type { Candidate } from './candidate.ts';

const SEPARATORS = /[\s,;:_.|-]+/;

/** As logs end what they cut: `...`, `[truncated]`, `... (55 more)`, `(+55 bytes)`. */
const CUT =
  /(?:\s*(?:\.\.\.|…|\[(?:\.\.\.|…|truncated|cut)\]|\(\+?\d+ (?:more|bytes?)(?: bytes?)?\)(?<!\s\(\d+ bytes?\)))){1,2}\s*$/i;

/** Hex digits with or without separators: `20020005`, `20:02:00:05`, `20 2 0 5`. */
export function hexCandidates(written: string): Candidate[] {
  const cut = CUT.test(written) ? ['the text is cut off'] : [];
  const text = written.replace(CUT, '').replace(/\s(?:\(\d+ bytes?\)|\[\d+\])\s*$/i, '');
  const lines = text.split('\n').map(hexLine);
  if (lines.some((line) => line === undefined)) return [];
  const pieces = lines.flatMap((bytes) => (bytes === undefined || bytes.length === 0 ? [] : [{ bytes }]));
  if (pieces.length === 0) return [];
  const bytes = joined(pieces.map((piece) => piece.bytes));
  const others = digitCandidates(text);
  if (isWhole(bytes)) return [{ format: 'hex', pieces: [{ bytes }], notes: cut, certain: false }, ...others];
  return [{ format: 'hex', pieces, continuous: true, notes: cut, certain: false }, ...others];
}

function hexLine(line: string): Uint8Array | undefined {
  const words = line.split(SEPARATORS).filter((word) => word !== '');
  if (words.length === 0) return new Uint8Array();
  if (!words.every(isHex) || words.every((word) => /^0b[01]{8}$/i.test(word))) return undefined;
  // `040 002` are no halves of bytes.
  if (words.length > 1 && words.some((word) => word.length > 1 && word.length % 2 === 1)) return undefined;
  // A lone digit among others is a byte whose zero was left out.
  const digits = words.map((word) => (word.length === 1 && words.length > 1 ? `0${word}` : word)).join('');
  return digits.length % 2 === 0 ? bytesOfHex(digits) : undefined;
}

/** Bits, and digits with a blank behind each: taken only where that makes whole packets. */
function digitCandidates(text: string): Candidate[] {
  const digits = text.replace(/[\s_]+/g, '');
  const found: Candidate[] = [];
  const add = (format: string, bytes: Uint8Array) => {
    if (isWhole(bytes) && looksLikeMqtt(bytes)) found.push({ format, pieces: [{ bytes }], notes: [], certain: false });
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

/** Words as `od -An -x` writes them, low byte first, or groups of bytes as they are: only whole packets tell. */
function wordCandidates(text: string, digits: number): Candidate[] {
  const words = text.trim().split(/\s+/);
  if (words.some((word) => word.length !== digits)) return [];
  const bytes = lowByteFirst(words, digits);
  // One word alone is read so only where that makes a packet.
  if (words.length === 1 && !(isWhole(bytes) && looksLikeMqtt(bytes))) return [];
  const format = `hex words of ${digits / 2} bytes, low byte first`;
  return [{ format, pieces: [{ bytes }], notes: [], certain: false, doubtful: true }];
}

/** Zeros fill the last word: they are cut off. */
function lowByteFirst(words: readonly string[], digits: number): Uint8Array {
  const bytes = joined(words.map((word) => bytesOfHex(word).reverse()));
  for (let filled = 0; filled < digits / 2; filled++) {
    const cut = bytes.subarray(0, bytes.length - filled);
    if (isWhole(cut) && looksLikeMqtt(cut) && bytes.subarray(cut.length).every((byte) => byte === 0)) return cut;
  }
  return bytes;
}

/** How many hex digits there are, when an odd number of them is all there is. */
export function oddDigits(text: string): number | undefined {
  const digits = text.replace(/[\s,;:_.|-]+|0x|\\x/gi, '');
  return isHex(digits) && digits.length % 2 === 1 ? digits.length : undefined;
}

/**
 * To a decoder any word of four letters is base64. So it must be that of a packet, two bytes or more, end as an encoder ends
 * it, and hold a capital or a digit: of packets with n characters fewer than one in 2^n have none.
 */
export function base64Candidates(text: string): Candidate[] {
  const bare = withoutDress(text).trim();
  const lines = bare.split(/\s+/);
  // The first byte would be of packet type 15, which does not exist; and paths begin like this.
  if (/^[/_]/.test(bare)) return [];
  if (lines.some((line) => /=[^=]/.test(line) || line.length > 76) && lines.length > 1) return base64Lines(lines);
  const packed = lines.join('');
  // Wrapped base64 has lines of one length; words of a sentence do not.
  const wrapped = lines.slice(0, -1).every((line) => line.length === lines[0]?.length && line.length % 4 === 0);
  if (!wrapped) return base64Lines(lines);
  const bytes = base64Bytes(packed);
  // Hex digits are base64 as well: only whole packets are a reason to think of it.
  if (bytes !== undefined && isHex(packed) && !isWhole(bytes)) return [];
  return bytes === undefined
    ? base64Lines(lines)
    : [{ format: 'base64', pieces: [{ bytes }], notes: [], certain: false, unlikely: true }];
}

/** The head of MIME, the tag of YAML, the lines that `certutil -encode` puts around any file, the front of a data URL. */
function withoutDress(text: string): string {
  return text
    .replace(/^\s*(?:[\w-]+: .*\n)+\n/, '')
    .replace(/^.*!!binary\s*\|?-?\s*\n/, '')
    .replace(/^-----(?:BEGIN|END) CERTIFICATE-----$/gm, '')
    .replace(/^\s*data:[^,]*;base64,/i, '');
}

/** One packet or more a line, each encoded by itself. */
function base64Lines(lines: readonly string[]): Candidate[] {
  const runs = lines.map(base64Bytes);
  if (lines.length < 2 || runs.some((run) => run === undefined || !isWhole(run))) return [];
  const pieces = runs.filter((run) => run !== undefined).map((bytes) => ({ bytes }));
  return [{ format: 'base64, line by line', pieces, notes: [], certain: false, unlikely: true }];
}

function base64Bytes(text: string): Uint8Array | undefined {
  const bare = text.replace(/=+$/, '');
  return bare.length > 2 && /[A-Z0-9]/.test(bare) ? bytesOfBase64(text) : undefined;
}
