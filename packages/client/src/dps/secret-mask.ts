import { decodeUtf8, encodeUtf8, type Packet, PUBLISH } from '@mote/codec';
import { percentDecode } from '../azure/percent.ts';

/** This many consecutive characters of a signature count as secret. */
const PART = 8;
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Escapes of JSON and URLs, `\u0041`, `\n` and `%41`, and NUL, which UTF-16 puts between ASCII letters. */
const ESCAPES = /\\(?:u[\da-f]{4}|["\\/bfnrt])|%([\da-f]{2})|\0/gi;

/**
 * Masks our secrets in texts of a peer, which may echo them. It knows the SAS tokens of all connections of one registration.
 * - The secret of a token is its signature: any eight consecutive characters of it are masked, as text, hex, or base64 at any offset.
 * - A CSR is masked as a whole, in the same forms. Its parts are not: the certificate that is issued shares some of them.
 * - Upper and lower case count as equal. Secrets behind JSON or percent escapes, or between NULs, are found.
 */
export interface SecretMask {
  addToken(token: string): void;
  /** Masks a text of the peer. A text that hid a secret behind escapes is returned without its escapes. */
  text(text: string): string;
  /** Returns a packet that may be shown: a copy with its secrets masked. */
  packet(packet: Packet): Packet;
}

/** Makes a mask. `csr`: the certificate signing request, if there is one. */
export function makeSecretMask(csr?: string): SecretMask {
  const wholes: string[] = csr ? forms(csr) : [];
  /** The forms of all signatures, one after the other: 1.4 KB for each token. A set of their parts took 57 KB (QuickJS). */
  let parts = '';

  function strip(text: string): string {
    const low = lower(text);
    const hidden = new Uint8Array(text.length);
    for (const whole of wholes)
      for (let at = low.indexOf(whole); at >= 0; at = low.indexOf(whole, at + whole.length))
        hidden.fill(1, at, at + whole.length);
    // Any eight characters in a row include four that begin at a multiple of five. So only those are looked up, unless they are found.
    for (let at = 0; at < low.length; at += 5)
      if (parts.includes(low.slice(at, at + 4)))
        for (let from = at && at - 4; from <= at && from + PART <= low.length; from++)
          if (parts.includes(low.slice(from, from + PART))) hidden.fill(1, from, from + PART);
    return hidden.includes(1)
      ? text.replace(/[\s\S]/g, (unit, at) => (!hidden[at] ? unit : hidden[at - 1] ? '' : '***'))
      : text;
  }

  function cleaned(text: string): string {
    let shown = strip(text);
    let escaped = shown;
    // Up to three times, since an escape may itself be escaped.
    for (let turn = 0; turn < 3; turn++) {
      const plain = escaped.replace(ESCAPES, (all, byte) =>
        all === '\0' ? '' : (JSON.parse(`"${byte ? `\\u00${byte}` : all.toLowerCase()}"`) as string),
      );
      if (plain === escaped) break;
      escaped = strip(plain);
      if (escaped !== plain) shown = escaped;
    }
    return shown;
  }

  return {
    addToken(token) {
      wholes.push(lower(token));
      const signature = /&sig=([^&]+)/.exec(token)?.[1] ?? '';
      parts += forms(percentDecode(signature) ?? signature, signature).join('');
    },

    text: cleaned,

    packet(packet) {
      if (packet.type !== PUBLISH) return packet;
      const clear = decodeUtf8(packet.payload);
      const payload = (clear && encodeUtf8(cleaned(clear))) || bytesOf(cleaned(textOf(packet.payload)));
      return { ...packet, topicName: cleaned(packet.topicName), payload };
    },
  };
}

/**
 * All forms in which a peer may write a base64 secret: its text, percent-encoded or not, and its bytes; each plain, in hex, and in base64
 * at three offsets.
 */
function forms(secret: string, encoded = secret): string[] {
  const url = secret.replace(/\+/g, '-').replace(/\//g, '_');
  const raw = bitsOf(
    [...secret.replace(/=/g, '')].map((digit) => DIGITS.indexOf(digit)),
    6,
  );
  // The last digit may have bits after the last byte: they are no part of the secret.
  const bytes = raw.slice(0, raw.length & -8);
  return [bytes, ...[secret, encoded, url].map((text) => bitsOf([...bytesOf(text)], 8))]
    .flatMap((bits) => [
      written(bits, 8, (byte) => String.fromCharCode(byte)),
      written(bits, 4, (digit) => digit.toString(16)),
      // The base64 digits that depend on the secret alone when zero, two or one other bytes stand before it.
      ...[0, 2, 4].map((skipped) => written(bits.slice(skipped), 6, (digit) => DIGITS[digit]!)),
    ])
    .filter((form) => form === secret || form.length >= PART)
    .map(lower);
}

/** The numbers in binary, `width` digits each. */
function bitsOf(numbers: readonly number[], width: number): string {
  return numbers.map((number) => (number + 2 ** width).toString(2).slice(1)).join('');
}

/**
 * Cuts binary digits into numbers of `width` digits, and writes each with `one`. If fewer digits are left at the end, they are left out.
 */
function written(bits: string, width: number, one: (number: number) => string): string {
  let text = '';
  for (let at = 0; at + width <= bits.length; at += width) text += one(parseInt(bits.slice(at, at + width), 2));
  return text;
}

/** One character for each byte, for bytes that are not UTF-8. */
function textOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (unit) => unit.charCodeAt(0));
}

/** Lower case of ASCII letters only: with others the text could change its length, and offsets would be wrong. */
function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
