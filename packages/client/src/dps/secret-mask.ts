import { decodeUtf8, encodeUtf8, type Packet, PUBLISH } from '@mote/codec';

/** So many characters of a signature in a row are as good as a part of the secret. */
const PART = 8;
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** `\u0041`, `%41` and `\/`, of JSON and URLs; and NUL, which UTF-16 has between letters. */
const ESCAPES = /\\u([\da-f]{4})|%([\da-f]{2})|\\(\/)|\0/gi;

/**
 * Masks what a hostile peer may put of ours into its own words. It knows the SAS tokens of all connections of one registration.
 * - Of a token the signature is the secret: any eight characters of it in a row are masked, as text, hex or base64 at any offset.
 * - A CSR is masked whole, in the same forms. Not parts of it: the certificate that is issued shares some with it.
 * - Letters count in either case, and what is hidden behind JSON or percent escapes, or between NULs, is found.
 */
export interface SecretMask {
  addToken(token: string): void;
  /** Of text as it came. Text that hides a secret behind escapes is given back without them. */
  text(text: string): string;
  /** A packet as it may be shown. */
  packet(packet: Packet): Packet;
}

export function makeSecretMask(csr = ''): SecretMask {
  const wholes: string[] = csr ? forms(csr) : [];
  const parts = new Set<string>();

  function strip(text: string): string {
    const low = lower(text);
    const hidden = new Uint8Array(text.length);
    for (const whole of wholes)
      for (let at = low.indexOf(whole); at >= 0; at = low.indexOf(whole, at + whole.length))
        hidden.fill(1, at, at + whole.length);
    for (let at = 0; at < low.length && parts.size; at++)
      if (parts.has(low.slice(at, at + PART))) hidden.fill(1, at, at + PART);
    return hidden.includes(1)
      ? text.replace(/[\s\S]/g, (unit, at) => (!hidden[at] ? unit : hidden[at - 1] ? '' : '***'))
      : text;
  }

  function cleaned(text: string): string {
    let shown = strip(text);
    let escaped = shown;
    // Three times: an escape may be escaped.
    for (let turn = 0; turn < 3; turn++) {
      const plain = escaped.replace(ESCAPES, (_, unit, byte, solidus = '') =>
        unit || byte ? String.fromCharCode(Number(`0x${unit || byte}`)) : solidus,
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
      for (const form of forms(decodeURIComponent(signature), signature))
        for (let at = 0; at + PART <= form.length; at++) parts.add(form.slice(at, at + PART));
    },

    text: cleaned,

    packet(packet) {
      if (packet.type !== PUBLISH) return packet;
      const clear = decodeUtf8(packet.payload);
      const payload =
        (clear === undefined ? undefined : encodeUtf8(cleaned(clear))) ?? bytesOf(cleaned(textOf(packet.payload)));
      return { ...packet, topicName: cleaned(packet.topicName), payload };
    },
  };
}

/** A secret in base64 as a peer may write it: the text, percent-encoded or not, and its bytes, each as it is, in hex, and in base64 at three offsets. */
function forms(secret: string, encoded = secret): string[] {
  const url = secret.replace(/\+/g, '-').replace(/\//g, '_');
  const raw = bitsOf(
    [...secret.replace(/=/g, '')].map((digit) => DIGITS.indexOf(digit)),
    6,
  );
  return [raw, ...[secret, encoded, url].map((text) => bitsOf([...bytesOf(text)], 8))]
    .flatMap((bits) => [
      written(bits, 8, (byte) => String.fromCharCode(byte)),
      written(bits, 4, (digit) => digit.toString(16)),
      // Behind none, two and one bytes: the digits that depend on the secret alone.
      ...[0, 2, 4].map((skipped) => written(bits.slice(skipped), 6, (digit) => DIGITS[digit]!)),
    ])
    .filter((form) => form === secret || form.length >= PART)
    .map(lower);
}

/** The numbers in binary, of so many bits each. */
function bitsOf(numbers: readonly number[], width: number): string {
  return numbers.map((number) => (number + 2 ** width).toString(2).slice(1)).join('');
}

/** Each so many bits as `one` writes their number; what is left over is left out. */
function written(bits: string, width: number, one: (number: number) => string): string {
  let text = '';
  for (let at = 0; at + width <= bits.length; at += width) text += one(parseInt(bits.slice(at, at + width), 2));
  return text;
}

/** Of bytes that are no UTF-8. */
function textOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (unit) => unit.charCodeAt(0));
}

/** Of ASCII alone: other letters may change their length. */
function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
