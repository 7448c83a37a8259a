import { decodeBase64, encodeBase64 } from '../azure/base64.ts';

/** So many characters of a signature in a row are as good as a part of the secret. */
const PART = 8;

/**
 * Masks what a hostile peer may put of ours into its own words. It knows the SAS tokens of all connections of one registration.
 * - Of a token the signature is the secret: any eight characters of it in a row are masked, as text, hex or base64 at any offset.
 * - A CSR is masked whole, in the same forms. Not parts of it: the certificate that is issued shares some with it.
 * - Letters count in either case, and what is hidden behind JSON or percent escapes, or between NULs, is found.
 */
export class SecretMask {
  readonly #wholes: string[] = [];
  readonly #parts = new Set<string>();
  /** Every four characters of those, so that most text is passed over in steps of four. */
  readonly #halves = new Set<string>();

  constructor(csr = '') {
    if (csr) this.#wholes.push(...forms(csr).map(lower));
  }

  addToken(token: string): void {
    this.#wholes.push(lower(token));
    const signature = /&sig=([^&]+)/.exec(token)?.[1] ?? '';
    for (const form of forms(decodeURIComponent(signature), signature))
      for (let at = 0; at + PART <= form.length; at++) {
        const part = lower(form.slice(at, at + PART));
        this.#parts.add(part);
        for (let half = 0; half <= PART / 2; half++) this.#halves.add(part.slice(half, half + PART / 2));
      }
  }

  /** Of text as it came. Text that hides a secret behind escapes is given back without them. */
  text(text: string): string {
    let shown = this.#strip(text);
    let escaped = shown;
    // Three times: an escape may be escaped.
    for (let turn = 0; turn < 3; turn++) {
      const plain = escaped.replace(ESCAPES, (_, unit, byte, solidus = '') =>
        unit || byte ? String.fromCharCode(Number(`0x${unit || byte}`)) : solidus,
      );
      if (plain === escaped) break;
      const stripped = this.#strip(plain);
      if (stripped !== plain) shown = stripped;
      escaped = stripped;
    }
    return shown;
  }

  /** Of bytes that are no UTF-8. */
  bytes(bytes: Uint8Array): Uint8Array {
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    return Uint8Array.from(this.text(text), (unit) => unit.charCodeAt(0));
  }

  #strip(text: string): string {
    const low = lower(text);
    const hidden = new Uint8Array(text.length);
    for (const whole of this.#wholes)
      for (let at = low.indexOf(whole); at >= 0; at = low.indexOf(whole, at + whole.length))
        hidden.fill(1, at, at + whole.length);
    // Eight characters in a row have four of these among them, wherever they begin.
    for (let at = 0; at < low.length && this.#parts.size > 0; at += PART / 2)
      if (this.#halves.has(low.slice(at, at + PART / 2)))
        for (let from = Math.max(at - PART / 2 + 1, 0); from <= at; from++)
          if (this.#parts.has(low.slice(from, from + PART))) hidden.fill(1, from, from + PART);
    return hidden.includes(1)
      ? text.replace(/[\s\S]/g, (unit, at) => (!hidden[at] ? unit : hidden[at - 1] ? '' : '***'))
      : text;
  }
}

const ESCAPES = /\\u([\da-f]{4})|%([\da-f]{2})|\\(\/)|\0/gi;

/** A secret in base64 as a peer may write it: the text, percent-encoded or not, and its bytes, each as it is, in hex, and in base64 at three offsets. */
function forms(secret: string, encoded = secret): readonly string[] {
  const raw = String.fromCharCode(...(decodeBase64(secret) ?? []));
  const url = secret.replace(/\+/g, '-').replace(/\//g, '_');
  return [secret, encoded, url, raw]
    .flatMap((text) => [
      text,
      text.replace(/[\s\S]/g, (unit) => (unit.charCodeAt(0) + 256).toString(16).slice(1)),
      ...['', '\0', '\0\0'].map((before) => insideBase64(before, text)),
    ])
    .filter((form) => form === secret || form.length >= PART);
}

/** The digits of base64 that depend on the text alone, when this stands before it and anything behind. */
function insideBase64(before: string, text: string): string {
  const bytes = Uint8Array.from(before + text, (unit) => unit.charCodeAt(0));
  return encodeBase64(bytes).slice(before === '' ? 0 : before.length + 1, Math.floor((bytes.length * 4) / 3));
}

/** Of ASCII alone: other letters may change their length. */
function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
