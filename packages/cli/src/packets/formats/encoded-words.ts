import { bytesOfBase32 } from '../base64.ts';
import { arePackets } from '../framing.ts';
import { isHex } from '../hex.ts';
import { type Candidate, single } from './candidate.ts';
import { base64Bytes, hexCandidates } from './hex-text.ts';

/** Reads base32. Its letters are base64, too: so it needs the padding that only base32 has, or whole packets. */
export function base32Candidates(text: string): Candidate[] {
  const packed = text.replace(/\s+/g, '');
  const bytes = bytesOfBase32(packed);
  if (bytes === undefined || !(/===$/.test(packed) || arePackets(bytes))) return [];
  return [{ ...single('base32', bytes), unlikely: true }];
}

/** Reads words of base64 in a text, such as a log. Taken only if they are whole packets. */
export function base64WordCandidates(text: string): Candidate[] {
  const words = text.match(/(?<![\w+/=-])[\w+/-]{8,}={0,2}(?![\w+/=-])/g) ?? [];
  const pieces = words.flatMap((word) => {
    const bytes = isHex(word) ? undefined : base64Bytes(word);
    return bytes !== undefined && arePackets(bytes) ? [{ bytes }] : [];
  });
  if (pieces.length === 0) return [];
  return [{ format: 'base64 in a text', pieces, notes: [], unlikely: true }];
}

/** Reads a binary value of a `.reg` file of Windows: `"Payload"=hex:20,02,\\`. */
export function registryCandidates(text: string): Candidate[] {
  const value = /=hex(?:\(\w+\))?:([\s\S]*)$/.exec(text)?.[1];
  return value === undefined ? [] : hexCandidates(value.replace(/\\\n/g, ''));
}
