import { readByteText } from './byte-text.ts';
import { InputError } from './input-error.ts';

/** Bytes that belong together, with what is known about them. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly from?: 'device' | 'service';
  /** As the capture writes it. */
  readonly time?: string;
}

/** One line of a capture that `mote provision --trace FILE` writes. */
export interface TraceLine {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly direction: 'sent' | 'received';
  /** Hex; secrets are masked before they get here. */
  readonly bytes: string;
}

/** A capture, a transcript, or bytes as text. Throws InputError. */
export function readPieces(text: string): Piece[] {
  if (text.trimStart().startsWith('{"')) return captureLines(text);
  return transcript(text) ?? [{ bytes: readByteText(text) }];
}

function captureLines(text: string): Piece[] {
  const lines = text.split(/\r?\n/);
  return lines.flatMap((line, index) => (line.trim() === '' ? [] : [captured(line, index + 1)]));
}

function captured(line: string, number: number): Piece {
  let value: Partial<TraceLine> | null;
  try {
    value = JSON.parse(line) as Partial<TraceLine> | null;
  } catch {
    throw new InputError(`line ${number} of the capture is not JSON`);
  }
  if (typeof value?.bytes !== 'string') throw new InputError(`line ${number} of the capture has no "bytes"`);
  return {
    bytes: readByteText(value.bytes),
    ...(value.direction === undefined ? {} : { from: value.direction === 'sent' ? 'device' : 'service' }),
    ...(typeof value.time === 'string' ? { time: value.time } : {}),
  };
}

/** `451.173 #1 C>S mqtt …` and a line of hex below it. The `raw` and `ws` entries hold the same bytes once more. */
function transcript(text: string): Piece[] | undefined {
  const entries = text.matchAll(/^\s*([\d.]+) #\d+ ([CS])>[CS] mqtt .*\n\s*hex ([0-9a-f]+)\s*$/gm);
  const pieces = Array.from(entries, ([, time = '', side, hex = '']): Piece => {
    return { bytes: readByteText(hex), from: side === 'C' ? 'device' : 'service', time: `${time} ms` };
  });
  return pieces.length === 0 ? undefined : pieces;
}
