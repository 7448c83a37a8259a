import type { Dressed } from '../attestation.ts';

export function isDressed(input: unknown): input is Dressed {
  return typeof input === 'string' || ArrayBuffer.isView(input);
}

export function bytesOf(view: ArrayBufferView): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}

/**
 * The ASCII text in it, which PEM and base64 are. Without byte order marks, however they were read, and without the zeros of
 * UTF-16; `\n` as two characters, as environment variables have it, is a line break.
 */
export function asciiOf(input: Dressed): string {
  const text = typeof input === 'string' ? input : bytesOf(input).toString();
  return text.replace(/[\0\ufeff\ufffd\xef\xbb\xbf\xff\xfe]/g, '').replace(/\\[rn]/g, '\n');
}

/** One block of PEM: its label, and what stands between BEGIN and END. */
export type PemBlock = readonly [label: string, body: string];

/** Whatever stands around the blocks is skipped (RFC 7468 2). Linear in the length of the text. */
export function pemBlocks(text: string): PemBlock[] {
  return [...text.matchAll(/-----BEGIN ([^-]+)-----((?:[^-]|-(?!----))*)-----END \1-----/g)].map(([, label, body]) => [
    label!,
    body!,
  ]);
}

/** DER of the blocks with such a label; without any PEM, DER or its base64. Whether it is what it should be is for the caller. */
export function dersOf(input: Dressed, label: RegExp): Buffer[] {
  const text = asciiOf(input);
  const blocks = pemBlocks(text);
  if (blocks.length) return blocks.filter(([name]) => label.test(name)).map(([, body]) => Buffer.from(body, 'base64'));
  return [typeof input === 'string' || bytesOf(input)[0] !== 0x30 ? Buffer.from(text, 'base64') : bytesOf(input)];
}
