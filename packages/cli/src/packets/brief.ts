import { hexOf } from './hex.ts';
import type { InspectedPacket } from './inspected-packet.ts';

/** Fields by which people recognise a packet. */
const TELLING: Readonly<Record<string, (value: string) => string>> = {
  'Client Identifier': (value) => value,
  'Connect Return code': (value) => value,
  'Topic Name': (value) => value,
  'Topic Filter': (value) => value,
  'Packet Identifier': (value) => `#${value}`,
  'Return code': (value) => value,
};
/** Most characters of the line. */
const MOST = 120;

/** The fields that tell a packet from others of its type, on one line: topics, identifiers, return codes. */
export function briefOf({ fields }: InspectedPacket): string {
  const told = fields.flatMap(({ name, value }) => TELLING[name]?.(value) ?? []).join('  ');
  return told.length > MOST ? `${told.slice(0, MOST - 1)}…` : told;
}

/**
 * Whether a search word is in the packet: in its name, its values, its verdict, or as hex in its bytes. Of the bytes only the first 4096
 * are searched, since this runs for each packet at each key press.
 */
export function matches(packet: InspectedPacket, wanted: string): boolean {
  const word = wanted.trim().toLowerCase();
  if (word === '') return true;
  const { name, fields, fault, verdict, time = '', connection = '' } = packet;
  const texts = [name, verdict, time, connection, fault?.code ?? '', fault?.statement ?? ''];
  if (texts.some((text) => text.toLowerCase().includes(word))) return true;
  if (fields.some(({ value }) => value.toLowerCase().includes(word))) return true;
  const digits = word.replace(/[\s:]/g, '');
  if (!/^(?:[0-9a-f]{2})+$/.test(digits)) return false;
  const hex = hexOf(packet.bytes.subarray(0, 4096));
  // Only at even places: `00` must not match the middle of `10 02`.
  for (let at = hex.indexOf(digits); at >= 0; at = hex.indexOf(digits, at + 1)) if (at % 2 === 0) return true;
  return false;
}
