import { hexOf } from './hex.ts';
import type { Piece } from './reading.ts';

/** A capture that `mote inspect` and the inspector page read: one line of JSON for each packet. */
export function captureText(packets: readonly Piece[]): string {
  return packets
    .map(({ bytes, from, time, connection }) => {
      const direction = from === undefined ? undefined : from === 'device' ? 'sent' : 'received';
      return `${JSON.stringify({ time, direction, connection, bytes: hexOf(bytes) })}\n`;
    })
    .join('');
}

/** The text with line breaks and indents when it is JSON of an object or a list; undefined otherwise. */
export function formattedJson(text: string): string | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return undefined;
  }
}
