import { hexOf } from './hex.ts';
import type { Piece } from './reading.ts';

/** Packets as a capture: one line of JSON for each. `mote inspect` and the inspector page read it. */
export function captureText(packets: readonly Piece[]): string {
  return packets
    .map(({ bytes, from, time, connection }) => {
      const direction = from === undefined ? undefined : from === 'device' ? 'sent' : 'received';
      return `${JSON.stringify({ time, direction, connection, bytes: hexOf(bytes) })}\n`;
    })
    .join('');
}

/** A JSON object or list with line breaks and indentation. Undefined for any other text, also for JSON of a number or string. */
export function formattedJson(text: string): string | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return undefined;
  }
}
