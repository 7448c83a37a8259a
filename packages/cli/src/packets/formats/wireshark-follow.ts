import { bytesOfBase64 } from '../base64.ts';
import { bytesOfHex } from '../hex.ts';
import { type Piece, packetsOfRuns, type Reading } from '../reading.ts';
import { listCandidates } from './byte-list.ts';

/** Reads "Follow TCP Stream, C Arrays" of Wireshark: `char peer0_0[] = { … };`. peer0 sent first, so it is the device. */
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

/** Reads `tshark -z follow,tcp,raw,0`: lines of hex. Those of the second node, the service, begin with a tab. */
export function readFollowedRaw(text: string): Reading | undefined {
  if (!/^Follow: tcp,raw$/m.test(text)) return undefined;
  const lines = text.matchAll(/^(\t?)((?:[0-9a-f]{2})+)$/gim);
  const pieces = Array.from(lines, ([, tab, hex = '']): Piece => {
    return { bytes: bytesOfHex(hex), from: tab === '' ? 'device' : 'service' };
  });
  return pieces.length === 0 ? undefined : { format: 'a followed stream', pieces: packetsOfRuns(pieces), notes: [] };
}

/** Reads `tshark -T pdml`: the payload of each segment. */
export function readPdml(text: string): Reading | undefined {
  const fields = text.matchAll(/<field name="tcp\.payload"[^<>]*\bvalue="((?:[0-9a-f]{2})+)"/gi);
  const pieces = Array.from(fields, ([, hex = '']): Piece => ({ bytes: bytesOfHex(hex) }));
  return pieces.length === 0 ? undefined : { format: 'PDML', pieces, notes: [] };
}

/** Reads "Follow TCP Stream, YAML" of Wireshark: base64 after each packet. Peer 0 sent first, so it is the device. */
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
