import type { CodecErrorCode } from '@mote/codec';
import { annotate, type Span } from '@mote/codec/annotate';
import { hexOf } from './byte-text.ts';
import type { Piece } from './capture.ts';
import { meaningOf } from './field-meaning.ts';
import { PROBLEMS } from './problems.ts';
import { STATEMENTS } from './statements.ts';
import { type Tone, toneOf } from './tone.ts';

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

export interface InspectedPacket {
  readonly bytes: Uint8Array;
  /** Where it begins in its piece. */
  readonly offset: number;
  /** As the first byte says: `PUBLISH`. */
  readonly name: string;
  readonly fields: readonly InspectedField[];
  readonly fault: Fault | undefined;
  readonly from?: Piece['from'];
  readonly time?: Piece['time'];
}

const NAMES =
  'type 0,CONNECT,CONNACK,PUBLISH,PUBACK,PUBREC,PUBREL,PUBCOMP,SUBSCRIBE,SUBACK,UNSUBSCRIBE,UNSUBACK,PINGREQ,PINGRESP,DISCONNECT,type 15'.split(
    ',',
  );

/** Every packet of the pieces, each field named, valid or not. */
export function inspect(pieces: readonly Piece[]): InspectedPacket[] {
  return pieces.flatMap(({ bytes, ...origin }) =>
    cuts(bytes).map(([start, end]) => ({ ...inspectOne(bytes.subarray(start, end), start), ...origin })),
  );
}

function inspectOne(bytes: Uint8Array, offset: number): InspectedPacket {
  const fields = annotate(bytes).map(fieldOf);
  const fault = fields.find((field) => field.fault !== undefined)?.fault;
  return { bytes, offset, name: NAMES[(bytes[0] ?? 0) >> 4] ?? '', fields, fault };
}

/** Where packets begin and end, by their Remaining Length alone: a malformed packet does not hide the ones behind it. */
function cuts(bytes: Uint8Array): [number, number][] {
  const found: [number, number][] = [];
  let start = 0;
  while (start < bytes.length) {
    const end = Math.min(packetEnd(bytes, start), bytes.length);
    found.push([start, end]);
    start = end;
  }
  return found;
}

/** Infinity when the header is unfinished or no header: all that is left is one piece then. */
function packetEnd(bytes: Uint8Array, start: number): number {
  let remainingLength = 0;
  for (let size = 1; size < 5; size++) {
    const byte = bytes[start + size];
    if (byte === undefined) break;
    remainingLength += (byte & 127) * 128 ** (size - 1);
    if (byte < 128) return start + size + 1 + remainingLength;
  }
  return Number.POSITIVE_INFINITY;
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
  if (typeof value === 'string') return visible(value);
  if (typeof value === 'number') {
    const meaning = meaningOf(field, value);
    return meaning === undefined ? String(value) : `${value} (${meaning})`;
  }
  const text = printable(value);
  if (text !== undefined) return visible(text);
  return value.length === 0 ? '(empty)' : hexOf(value, ' ');
}

/** As it is, with what the eye would miss written out: control and direction marks, spaces at the ends, nothing at all. */
function visible(text: string): string {
  if (text === '') return '(empty)';
  const shown = text.replace(UNSEEN, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return shown === shown.trim() ? shown : `"${shown}"`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is made visible
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

function printable(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells binary from text
    return text === '' || /[\u0000-\u0008\u000e-\u001f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
