import { bytesOfBase64 } from '../base64.ts';
import { arePackets, looksLikeMqtt } from '../framing.ts';
import { bytesOfHex, isHex } from '../hex.ts';
import { InputError } from '../input-error.ts';
import type { Piece, Reading } from '../reading.ts';
import type { Candidate } from './candidate.ts';

/** One line of a capture of `mote provision --trace FILE`. */
export interface TraceLine {
  /** ISO 8601 in UTC. */
  readonly time: string;
  readonly direction: 'sent' | 'received';
  /** In hex. Secrets are already masked. */
  readonly bytes: string;
}

const WANTED =
  'a capture has "bytes" in each line, a Buffer has "data", a Uint8Array has "0", "1" and so on, tshark has "tcp.payload"';

/**
 * Reads JSON: captures line by line, Buffers and Uint8Arrays as JSON.stringify writes them, and the output of `mote inspect --json` and
 * tshark. Undefined for a text that is no JSON. Throws InputError for JSON without bytes.
 */
export function readJson(written: string, read: Read): Reading | undefined {
  if (!/^\s*[{[]\s*(?:["{[]|$)/.test(written)) return undefined;
  const text = written.replace(CALL, '$1');
  const whole = parsed(text);
  if (whole !== undefined) return isNumbers(whole.value) ? undefined : reading(certainOrLikely(whole.value, read));
  if (!/^\s*\{\s*"/.test(text)) return undefined;
  const lines = text.split('\n');
  return reading(
    lines.flatMap((line, index) => (/^(?:\{"index":.*)?$/.test(line.trim()) ? [] : linePieces(line, index + 1, read))),
  );
}

/** Reads a text in all other formats. */
type Read = (text: string) => Candidate[];
/** What the shell of MongoDB writes around a text: `BinData(0, "IAIABQ==")`. */
const CALL = /\b[A-Z]\w+\((?:\d+, ?)?("[^"\\]*")\)/g;

/** Whether it is a list of numbers. That is read by byte-list.ts, since its digits may be meant as hex. */
function isNumbers(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((number) => typeof number === 'number');
}

function linePieces(line: string, number: number, read: Read): Piece[] {
  const value = parsed(line);
  if (value === undefined) throw new InputError(`line ${number} of the capture is not JSON`);
  const pieces = certainOrLikely(value.value, read);
  if (pieces.length === 0) throw new InputError(`line ${number} of the capture holds no bytes: ${WANTED}`);
  return pieces;
}

function reading(pieces: readonly Piece[]): Reading {
  if (pieces.length === 0) throw new InputError(`JSON without bytes: ${WANTED}`);
  return { format: 'JSON', pieces, notes: [] };
}

function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Whether the bytes of a member are taken for packets. */
type Wanted = (bytes: Uint8Array, text: string) => boolean;

/** Packets that are cut or malformed. Not words such as `accepted`, which are base64, too. */
const isLikely: Wanted = (bytes, text) =>
  bytes.length > 3 && (looksLikeMqtt(bytes.subarray(0, 4)) || (isHex(text) && packetType(bytes) % 15 > 0));
const packetType = ([first = 0]: Uint8Array): number => first >> 4;

/** Whole packets, or else what may be packets, or else packets within texts. */
function certainOrLikely(value: unknown, read: Read): Piece[] {
  const certain = piecesIn(value, arePackets);
  if (certain.length > 0) return certain;
  const likely = piecesIn(value, isLikely);
  return likely.length > 0 ? likely : piecesInText(value, read);
}

/** Whole packets in texts: `"rx 20 02 00 05"`, `"b'\\x20'"`, `" \u0002\u0000\u0005"`, or JSON once more. */
function piecesInText(value: unknown, read: Read): Piece[] {
  if (typeof value === 'object' && value !== null)
    return Object.values(value).flatMap((member) => piecesInText(member, read));
  if (typeof value !== 'string') return [];
  const inner = /^\s*[{[]/.test(value) ? parsed(value) : undefined;
  if (inner !== undefined) return certainOrLikely(inner.value, read);
  const characters = Uint8Array.from(value, (character) => character.charCodeAt(0));
  // Without a zero it is a text, such as a time.
  if (/^[\0-\xff]+$/.test(value) && value.includes('\0') && arePackets(characters)) return [{ bytes: characters }];
  const found = read(value).find(({ pieces }) => pieces.every(({ bytes }) => bytes.length > 1 && arePackets(bytes)));
  return found === undefined ? [] : [...found.pieces];
}

/** All values that hold bytes, in their order. In a value without bytes its members are searched. */
function piecesIn(value: unknown, wanted: Wanted): Piece[] {
  if (Array.isArray(value)) {
    const bytes = bytesOfNumbers(value) ?? bytesOfDigits(value);
    // A payload may hold numbers, too.
    return bytes === undefined || !wanted(bytes, '0') ? value.flatMap((one) => piecesIn(one, wanted)) : [{ bytes }];
  }
  if (typeof value !== 'object' || value === null) return [];
  const members = value as Readonly<Record<string, unknown>>;
  const bytes = bytesOfMembers(members, wanted);
  return bytes === undefined
    ? Object.values(members).flatMap((one) => piecesIn(one, wanted))
    : [{ bytes, ...originOf(members) }];
}

function bytesOfMembers(members: Readonly<Record<string, unknown>>, wanted: Wanted): Uint8Array | undefined {
  const { type, data, bytes } = members;
  if (type === 'Buffer') return bytesOf(data);
  if (bytes !== undefined) return bytesOf(bytes);
  // Members with these names may hold anything, so their bytes are checked.
  for (const name of ['data', 'hex', 'raw', 'packet', 'payload', 'buffer', 'message', 'base64']) {
    const text = members[name];
    const value = typeof text === 'string' ? bytesOf(text) : undefined;
    if (value !== undefined && wanted(value, String(text))) return value;
  }
  const payload = members['tcp.payload'] ?? members['tcp_tcp_payload'] ?? members['tcp_payload'];
  if (payload !== undefined) return bytesOf(Array.isArray(payload) ? payload[0] : payload);
  const keys = Object.keys(members);
  const indexed = keys.length > 1 && keys.every((key, index) => key === String(index));
  return indexed ? bytesOfNumbers(Object.values(members)) : undefined;
}

function bytesOf(value: unknown): Uint8Array | undefined {
  if (Array.isArray(value)) return bytesOfNumbers(value);
  if (typeof value !== 'string') return undefined;
  const digits = value.replace(/[\s:]/g, '');
  return isHex(digits) && digits.length % 2 === 0 ? bytesOfHex(digits) : bytesOfBase64(value);
}

function bytesOfNumbers(values: readonly unknown[]): Uint8Array | undefined {
  const whole = values.every(
    (value) => Number.isInteger(value) && (value as number) >= -128 && (value as number) <= 255,
  );
  return whole && values.length > 1 ? Uint8Array.from(values as number[], (value) => value & 255) : undefined;
}

/** The bytes of a list of texts: hex as in `["20", "02"]`, or decimal as in `["32", "2"]`. */
function bytesOfDigits(values: readonly unknown[]): Uint8Array | undefined {
  const digits = values.map((value) =>
    typeof value === 'string' ? /^(?:0x)?([0-9a-f]{2})$/i.exec(value)?.[1] : undefined,
  );
  if (values.length > 1 && digits.every((pair) => pair !== undefined)) return bytesOfHex(digits.join(''));
  const isDecimal = (value: unknown) => typeof value === 'string' && /^\d{1,3}$/.test(value);
  return values.length > 1 && values.every(isDecimal) ? bytesOfNumbers(values.map(Number)) : undefined;
}

function originOf({ direction, from, time }: Readonly<Record<string, unknown>>): Omit<Piece, 'bytes'> {
  const side =
    direction === 'sent' || from === 'device'
      ? 'device'
      : direction === 'received' || from === 'service'
        ? 'service'
        : undefined;
  return { ...(side === undefined ? {} : { from: side }), ...(typeof time === 'string' ? { time } : {}) };
}
