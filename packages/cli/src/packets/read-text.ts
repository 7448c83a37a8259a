import { cleaned, plainer } from './clean-text.ts';
import { foreignTextName } from './foreign.ts';
import { listCandidates } from './formats/byte-list.ts';
import type { Candidate } from './formats/candidate.ts';
import { dumpCandidates } from './formats/dump.ts';
import { base64Candidates, hexCandidates, oddDigits } from './formats/hex-text.ts';
import { readJson } from './formats/json.ts';
import { logCandidates } from './formats/log-lines.ts';
import { bufferCandidates } from './formats/node-buffer.ts';
import { literalCandidates } from './formats/string-literal.ts';
import { columnCandidates } from './formats/table-column.ts';
import { readTranscript } from './formats/transcript.ts';
import { readFollowedArrays, readFollowedRaw, readFollowedYaml, readPdml } from './formats/wireshark-follow.ts';
import { isWhole } from './framing.ts';
import { InputError } from './input-error.ts';
import { packetsIn } from './inspected-packet.ts';
import { joined, packetsOfRuns, type Reading, refuseTooMany } from './reading.ts';

type Format = (text: string) => Candidate[];
const FORMATS: readonly Format[] = [bufferCandidates, dumpCandidates, literalCandidates, listCandidates, hexCandidates];
/** Formats that are tried only if none of the others gives whole packets: nearly every text can be read as one of these. */
const LAST_FORMATS: readonly Format[] = [base64Candidates, columnCandidates, logCandidates];

/** What the command reads and says beyond the page, whose size has a bound. */
export interface More {
  /** What stands behind the reason why a text cannot be read. */
  readonly hint: string;
  /** Tried after all others. */
  readonly formats: readonly Format[];
  /**
   * What a text is that holds no bytes, and how to get them. `rank`: how well the likeliest reading fits, as `rankOf` counts it, or -1 if
   * there is none.
   * `dumped`: there are rows of a dump or a Buffer in it.
   */
  readonly missingBytes: (text: string, rank: () => number, dumped: boolean) => string | undefined;
}
const NOTHING_MORE: More = { hint: '', formats: [], missingBytes: () => undefined };

/**
 * Reads the bytes that a text stands for, in any known format. If several formats fit, the one that gives whole packets is taken, or else
 * the likeliest; a note says so. Throws InputError if none fits.
 */
export function readText(text: string, more: More = NOTHING_MORE): Reading {
  const clean = cleaned(text);
  if (clean.trim() === '') throw new InputError('there are no bytes in it');
  const name = foreignTextName(clean);
  if (name !== undefined && !isEncodedPacket(clean)) throw new InputError(`this is ${name}, not MQTT`);
  const exact =
    readTranscript(clean) ??
    readFollowedArrays(clean) ??
    readFollowedRaw(clean) ??
    readFollowedYaml(clean) ??
    readPdml(clean) ??
    readJson(clean, (value) => candidatesOf(value, more));
  if (exact !== undefined) return exact;
  const found = candidatesOf(clean, more);
  const plain = found.length > 0 ? clean : plainer(clean);
  return chosen(plain === clean ? found : candidatesOf(plain, more), clean, more);
}

/** `certutil -encode` writes BEGIN CERTIFICATE around every file, so the base64 in it may be packets. */
function isEncodedPacket(text: string): boolean {
  return (
    text.trimStart().startsWith('-----BEGIN CERTIFICATE') && base64Candidates(text).some((way) => rankOf(way) === 2)
  );
}

function candidatesOf(text: string, more: More): Candidate[] {
  const found = FORMATS.flatMap((read) => read(text)).map(withPackets);
  const sizes = found.map(({ pieces }) => pieces.reduce((sum, { bytes }) => sum + bytes.length, 0));
  refuseTooMany(Math.min(...sizes));
  if (found.some(({ certain, pieces }) => certain || pieces.every(({ bytes }) => isWhole(bytes)))) return found;
  return [...found, ...[...LAST_FORMATS, ...more.formats].flatMap((read) => read(text)).map(withPackets)];
}

function chosen(candidates: readonly Candidate[], text: string, more: More): Reading {
  if (/^[^\S\n]*\*[^\S\n]*$/m.test(text) && !candidates.some(({ certain }) => certain)) {
    throw new InputError(
      'a `*` stands for rows that were left out, and without offsets nobody can say how many: use `od -v`',
    );
  }
  const certain = candidates.filter((candidate) => candidate.certain);
  const ways = distinct(certain.length > 0 ? certain : candidates);
  const [likeliest] = ways;
  const missing = more.missingBytes(text, () => Math.max(-1, ...ways.map(rankOf)), certain.length > 0);
  if (missing !== undefined) throw new InputError(missing);
  if (likeliest === undefined) throw new InputError(refusal(text, more));
  if (ways.length === 1) return likeliest;
  const ranked = ways.map((way) => ({ way, rank: rankOf(way) }));
  const best = Math.max(...ranked.map(({ rank }) => rank));
  const [taken = { way: likeliest, rank: 0 }, ...equals] = ranked.filter(
    ({ way, rank }) => rank === best || (best < 2 && way.doubtful),
  );
  const rivals = equals.filter(({ way }) => !way.unlikely).map(({ way }) => way.format);
  if (rivals.length > 0) {
    return noted(taken.way, `read as ${taken.way.format}; it could be ${rivals.join(' or ')} as well`);
  }
  if (taken.way === likeliest) return taken.way;
  return noted(
    taken.way,
    `read as ${taken.way.format}, not as ${likeliest.format}: ${REASONS[best] ?? 'it fits better'}`,
  );
}

const REASONS: Readonly<Record<number, string>> = { 2: 'only then it is whole MQTT', 1: 'only then it is MQTT so far' };

function noted<Way extends Reading>(way: Way, note: string): Way {
  return { ...way, notes: [note, ...way.notes] };
}

function withPackets(candidate: Candidate): Candidate {
  return candidate.continuous
    ? { ...candidate, pieces: packetsOfRuns(candidate.pieces), lines: candidate.pieces }
    : candidate;
}

/** Formats that give the same bytes count once: the user does not care which of them it is. */
function distinct(ways: readonly Candidate[]): Candidate[] {
  const seen = new Set<string>();
  return ways.filter(({ pieces }) => {
    const bytes = joined(pieces.map((piece) => piece.bytes)).join();
    if (seen.has(bytes)) return false;
    seen.add(bytes);
    return true;
  });
}

/** How well a reading fits: 2 if all packets are valid and whole, 1 if the last is unfinished, 0 if one is malformed. */
function rankOf({ pieces, doubtful }: Candidate): number {
  let rank = 2;
  for (const piece of pieces) {
    for (const { verdict } of packetsIn(piece)) {
      if (verdict === 'malformed') return 0;
      if (verdict === 'incomplete') rank = 1;
    }
  }
  return rank < 2 && doubtful ? 0 : rank;
}

function refusal(text: string, more: More): string {
  const odd = oddDigits(text);
  if (odd !== undefined) return `an odd number of hex digits: ${odd}`;
  if (/^\s*0{6,7}\s.*\b(?:nul|soh|stx|etx|eot|enq|ack|sp)\b/.test(text)) {
    return '`od -a` leaves out the highest bit of each byte: use `od -A x -t x1z`';
  }
  const at = text.search(/[^0-9a-f\s,;:._|-]/i);
  const place =
    at < 0 ? '' : `: ${JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0))} stands at character ${at + 1}`;
  return `neither hex nor base64${place}${more.hint}`;
}
