import { bytesOfBase64 } from '../base64.ts';
import { bytesOfHex } from '../hex.ts';
import { type Piece, packetsOfRuns, type Reading } from '../reading.ts';
import { listCandidates } from './byte-list.ts';

/** `char peer0_0[] = { … };` of "Follow TCP Stream, C Arrays": peer0 spoke first. */
export function readFollowedArrays(text: string): Reading | undefined {
  const parts = text.split(/^(?=.*\bpeer[01]_\d+\s*\[\])/m).filter((part) => /\bpeer[01]_\d+\s*\[\]/.test(part));
  if (parts.length === 0) return undefined;
  const pieces = parts.flatMap((part): Piece[] => {
    const from = /\bpeer0_/.test(part) ? 'device' : 'service';
    return listCandidates(part)[0]?.pieces.map(({ bytes }) => ({ bytes, from })) ?? [];
  });
  return pieces.length === 0
    ? undefined
    : { format: 'C arrays of a followed stream', pieces: packetsOfRuns(pieces), notes: [] };
}

/** `tshark -z follow,tcp,raw,0`: lines of hex, those of the second node behind a tab. */
export function readFollowedRaw(text: string): Reading | undefined {
  if (!/^Follow: tcp,raw$/m.test(text)) return undefined;
  const lines = text.matchAll(/^(\t?)((?:[0-9a-f]{2})+)$/gim);
  const pieces = Array.from(lines, ([, tab, hex = '']): Piece => {
    return { bytes: bytesOfHex(hex), from: tab === '' ? 'device' : 'service' };
  });
  return pieces.length === 0 ? undefined : { format: 'a followed stream', pieces: packetsOfRuns(pieces), notes: [] };
}

/** `tshark -T pdml`: the payload of each segment. */
export function readPdml(text: string): Reading | undefined {
  const fields = text.matchAll(/<field name="tcp\.payload"[^<>]*\bvalue="((?:[0-9a-f]{2})+)"/gi);
  const pieces = Array.from(fields, ([, hex = '']): Piece => ({ bytes: bytesOfHex(hex) }));
  return pieces.length === 0 ? undefined : { format: 'PDML', pieces, notes: [] };
}

/** "Follow TCP Stream, YAML": base64 below each packet, peer 0 spoke first. */
export function readFollowedYaml(text: string): Reading | undefined {
  if (!/^peers:/m.test(text)) return undefined;
  const packets = text.matchAll(/^ *peer: ([01])\n(?:.*\n)??.*\n? *data: !!binary \|\n((?: +[\w+/=]+\n?)+)/gm);
  const pieces = Array.from(packets, ([, peer, base64 = '']): Piece => {
    return {
      bytes: bytesOfBase64(base64.replace(/\s+/g, '')) ?? new Uint8Array(),
      from: peer === '0' ? 'device' : 'service',
    };
  });
  return pieces.length === 0
    ? undefined
    : { format: 'YAML of a followed stream', pieces: packetsOfRuns(pieces), notes: [] };
}
