import { decodeUtf8, encodeUtf8 } from '@mote/codec';

/** One array of all parts, in their order. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Text with half a surrogate pair, which only a scenario or a caller can hold, gives no bytes. */
export const utf8 = (text: string): Uint8Array => encodeUtf8(text) ?? new Uint8Array();

/** One character for each byte. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

export const fromLatin1 = (text: string): Uint8Array => Uint8Array.from(text, (one) => one.charCodeAt(0));

/** Two digits a byte; `digits` holds nothing else. */
export const fromHex = (digits: string): Uint8Array =>
  Uint8Array.from({ length: digits.length >> 1 }, (_none, index) => Number.parseInt(digits.substr(2 * index, 2), 16));

/** Bytes of a text in UTF-8. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/**
 * The same text in memory of its own, for what is kept of a stranger's words. V8 holds a piece of 13 characters and more as a
 * window of the text that it was cut from: a registration id would keep a user name of 60,000 characters, for each device.
 */
export const ownText = (text: string): string => decodeUtf8(utf8(text)) ?? '';
