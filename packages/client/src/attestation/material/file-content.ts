import { bytesOf as memoryOf } from '../../values.ts';
import type { FileContent } from '../attestation.ts';

/** Whether a value can be the content of a file. A view of another realm counts, too; one of memory that was transferred does not. */
export function isFileContent(input: unknown): input is FileContent {
  return typeof input === 'string' || (ArrayBuffer.isView(input) && memoryOf(input) !== undefined);
}

/** The bytes of a view: the same memory, not a copy. */
export function bytesOf(view: ArrayBufferView): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}

/**
 * The ASCII text of an input, since PEM and base64 are ASCII. Byte order marks and the zeros of UTF-16 are removed. `\n` written as
 * two characters, as in environment variables, becomes a line break.
 */
export function asciiOf(input: FileContent): string {
  const text = typeof input === 'string' ? input : bytesOf(input).toString();
  return text.replace(/[\0\ufeff\ufffd\xef\xbb\xbf\xff\xfe]/g, '').replace(/\\[rn]/g, '\n');
}

/** One PEM block: its label, and the text between BEGIN and END. */
export type PemBlock = readonly [label: string, body: string];

/** One block: its label, and the text up to an END with the same label. Takes time linear in the length of the text. */
export const PEM: RegExp = /-----BEGIN ([^-]+)-----((?:[^-]|-(?!----))*)-----END \1-----/g;

/** Finds PEM blocks. Text around them is skipped [RFC 7468 2]. */
export function pemBlocks(text: string): PemBlock[] {
  return [...text.matchAll(PEM)].map(([, label, body]) => [label!, body!]);
}
