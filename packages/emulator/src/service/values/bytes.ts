import { decodeUtf8, encodeUtf8 } from '@mote/codec';

/** Joins the parts, in their order. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Encodes a text in UTF-8. Text with half a surrogate pair, which only a scenario or caller can pass, gives no bytes. */
export const utf8 = (text: string): Uint8Array => encodeUtf8(text) ?? new Uint8Array();

/** One character for each byte. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** The reverse of `latin1`: the low byte of each UTF-16 unit. */
export const fromLatin1 = (text: string): Uint8Array => Uint8Array.from(text, (one) => one.charCodeAt(0));

/** Decodes hex. `digits` must hold nothing but pairs of hex digits. */
export const fromHex = (digits: string): Uint8Array =>
  Uint8Array.from({ length: digits.length >> 1 }, (_none, index) => Number.parseInt(digits.substr(2 * index, 2), 16));

/** Number of bytes of a text in UTF-8. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/**
 * Copies a text that is kept. V8 stores a substring of 13 or more characters as a reference to the whole string: a kept registration
 * id would keep a user name of 60,000 characters in memory, for each device.
 */
export const ownText = (text: string): string => decodeUtf8(utf8(text)) ?? '';
