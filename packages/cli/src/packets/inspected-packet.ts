import type { CodecErrorCode } from '@mote/codec';
import { annotate, type Span } from '@mote/codec/annotate';
import { meaningOf } from './field-meaning.ts';
import { cuts, packetEnd } from './framing.ts';
import { hexOf } from './hex.ts';
import { PROBLEMS } from './problems.ts';
import type { Piece } from './reading.ts';
import { STATEMENTS } from './statements.ts';
import { type Tone, toneOf } from './tone.ts';
import { visible } from './visible.ts';

/** What is wrong with a packet, and which rule says so. */
export interface Fault {
  readonly code: CodecErrorCode;
  readonly problem: string;
  /** Such as `MQTT-3.3.1-4`. */
  readonly statement: string;
  /** The statement in one sentence. */
  readonly rule: string | undefined;
  /** The first offending byte, counted from the first byte of the packet. */
  readonly offset: number;
}

export interface InspectedField {
  /** Offsets into the bytes of the packet. */
  readonly start: number;
  readonly end: number;
  readonly name: string;
  /** For people. */
  readonly value: string;
  readonly tone: Tone;
  readonly fault: Fault | undefined;
}

/** An unfinished packet is `incomplete`: what is there breaks no rule, the rest may still come. */
export type Verdict = 'valid' | 'incomplete' | 'malformed';

export interface InspectedPacket {
  readonly bytes: Uint8Array;
  /** Where it begins in its piece. */
  readonly offset: number;
  /** As the first byte says: `PUBLISH`. */
  readonly name: string;
  readonly fields: readonly InspectedField[];
  readonly verdict: Verdict;
  /** Of a malformed packet. */
  readonly fault: Fault | undefined;
  /** How many bytes of an incomplete packet are not there; undefined also when its Remaining Length is unfinished. */
  readonly missing: number | undefined;
  readonly from?: Piece['from'];
  readonly time?: Piece['time'];
  readonly connection?: Piece['connection'];
}

const NAMES =
  'type 0,CONNECT,CONNACK,PUBLISH,PUBACK,PUBREC,PUBREL,PUBCOMP,SUBSCRIBE,SUBACK,UNSUBSCRIBE,UNSUBACK,PINGREQ,PINGRESP,DISCONNECT,type 15'.split(
    ',',
  );

/** Every packet of the pieces, each field named, valid or not. */
export function inspect(pieces: readonly Piece[]): InspectedPacket[] {
  return pieces.flatMap((piece) => [...packetsIn(piece)]);
}

/** The packets of one piece, one after the other. */
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
  const packet = { bytes, offset, name: NAMES[(bytes[0] ?? 0) >> 4] ?? '' };
  const fields = annotate(bytes).map(fieldOf);
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

/** Whether the first byte alone is refused: no byte behind it can mend that. The decoder is asked, with an empty body. */
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

/** As it is, with what the eye would miss written out, spaces at the ends and nothing at all included. */
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
