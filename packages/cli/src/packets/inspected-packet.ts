import type { CodecErrorCode } from '@mote/codec';
import { annotate, type Span } from '@mote/codec/annotate';
import { meaningOf } from './field-meaning.ts';
import { cuts, packetEnd } from './framing.ts';
import { hexOf } from './hex.ts';
import { packetTypeName } from './packet-names.ts';
import { PROBLEMS } from './problems.ts';
import type { Piece } from './reading.ts';
import { STATEMENTS } from './statements.ts';
import { type Tone, toneOf } from './tone.ts';
import { visible } from './visible.ts';

/** What is wrong with a packet, and which rule says so. */
export interface Fault {
  readonly code: CodecErrorCode;
  readonly problem: string;
  /** The number of the statement, such as `MQTT-3.3.1-4`. */
  readonly statement: string;
  /** The statement in one sentence of ours. */
  readonly rule: string | undefined;
  /** The first offending byte, counted from the first byte of the packet. */
  readonly offset: number;
}

/** One field of a packet. */
export interface InspectedField {
  /** Offsets into the bytes of the packet. */
  readonly start: number;
  readonly end: number;
  readonly name: string;
  /** The value as people read it. */
  readonly value: string;
  readonly tone: Tone;
  readonly fault: Fault | undefined;
}

/** `incomplete`: an unfinished packet whose bytes so far break no rule. */
export type Verdict = 'valid' | 'incomplete' | 'malformed';

/** A packet with all its fields and a verdict. */
export interface InspectedPacket {
  readonly bytes: Uint8Array;
  /** Offset of the packet in its piece. */
  readonly offset: number;
  /** The type by the first byte: `PUBLISH`. */
  readonly name: string;
  readonly fields: readonly InspectedField[];
  readonly verdict: Verdict;
  /** What is wrong with a malformed packet. */
  readonly fault: Fault | undefined;
  /** How many bytes of an incomplete packet are missing. Undefined if its Remaining Length is unfinished: then nobody knows. */
  readonly missing: number | undefined;
  readonly from?: Piece['from'];
  readonly time?: Piece['time'];
  readonly connection?: Piece['connection'];
}

/** All packets of the pieces, valid or not. */
export function inspect(pieces: readonly Piece[]): InspectedPacket[] {
  return pieces.flatMap((piece) => [...packetsIn(piece)]);
}

/** The packets of one piece, one at a time: a caller that has seen enough can stop. */
export function* packetsIn({ bytes, ...origin }: Piece): Generator<InspectedPacket, void, void> {
  for (const [start, end] of cuts(bytes)) yield { ...inspectOne(bytes.subarray(start, end), start), ...origin };
}

/** The verdict in a few words: `malformed: bad-qos`, `incomplete: 3 of 4 bytes, 1 is missing`. */
export function verdictText({ verdict, fault, bytes, missing }: InspectedPacket): string {
  if (verdict === 'valid') return 'valid';
  if (verdict === 'malformed') return `malformed: ${fault?.code}`;
  const here = bytes.length === 1 ? '1 byte' : `${bytes.length} bytes`;
  if (missing === undefined) return `incomplete: ${here}, the Remaining Length is not finished`;
  return `incomplete: ${bytes.length} of ${bytes.length + missing} bytes, ${missing} ${missing === 1 ? 'is' : 'are'} missing`;
}

function inspectOne(bytes: Uint8Array, offset: number): InspectedPacket {
  const packet = { bytes, offset, name: packetTypeName((bytes[0] ?? 0) >> 4) };
  const fields = annotate(bytes).map(fieldOf);
  // The decoder reports an unfinished packet as malformed, since it always gets whole ones. So its fault is dropped here.
  if (isUnfinished(bytes) && !hasBadHeader(bytes)) {
    const end = packetEnd(bytes, 0);
    const missing = end === undefined ? undefined : end - bytes.length;
    const unjudged = fields.map((field) => ({ ...field, fault: undefined }));
    return { ...packet, fields: unjudged, verdict: 'incomplete', fault: undefined, missing };
  }
  const fault = fields.find((field) => field.fault !== undefined)?.fault;
  return { ...packet, fields, verdict: fault === undefined ? 'valid' : 'malformed', fault, missing: undefined };
}

function isUnfinished(bytes: Uint8Array): boolean {
  return (packetEnd(bytes, 0) ?? (bytes.length < 5 ? Number.POSITIVE_INFINITY : 0)) > bytes.length;
}

/** Whether the first byte alone is malformed: then the rest does not matter. Asked of the decoder, with an empty packet. */
function hasBadHeader(bytes: Uint8Array): boolean {
  return annotate(Uint8Array.of(bytes[0] ?? 0, 0)).some(({ error }) => error?.offset === 0);
}

function fieldOf({ start, end, field, value, error }: Span): InspectedField {
  return { start, end, name: field, value: valueText(field, value), tone: toneOf(field), fault: faultOf(error) };
}

function faultOf(error: Span['error']): Fault | undefined {
  if (error === undefined) return undefined;
  const { code, statement, offset } = error;
  return { code, problem: PROBLEMS[code], statement, rule: STATEMENTS[statement], offset };
}

function valueText(field: string, value: Span['value']): string {
  if (typeof value === 'string') return shown(value);
  if (typeof value === 'number') {
    const meaning = meaningOf(field, value);
    return meaning === undefined ? String(value) : `${value} (${meaning})`;
  }
  const text = printable(value);
  if (text !== undefined) return shown(text);
  return value.length === 0 ? '(empty)' : hexOf(value, ' ');
}

/** A text with its invisible characters written out. Quotes show blanks at its ends; an empty text is `(empty)`. */
function shown(text: string): string {
  if (text === '') return '(empty)';
  const plain = visible(text);
  return plain === plain.trim() ? plain : `"${plain}"`;
}

function printable(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells binary from text
    return text === '' || /[\u0000-\u0008\u000e-\u001f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
