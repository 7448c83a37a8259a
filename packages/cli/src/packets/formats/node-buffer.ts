import { bytesOfHex } from '../hex.ts';
import type { Candidate } from './candidate.ts';

/** `<Buffer 20 02 00 05>`, the contents of an ArrayBuffer, an NSData: bytes in angle brackets, perhaps cut by the log. */
const BUFFER = /<(?:(?:Slow)?Buffer)?((?:\s*(?:[0-9a-f]{2})+)+)\s*(?:(?:\.\.\.|…)\s*(?:(\d+) more bytes?)?)?\s*>/gi;

export function bufferCandidates(text: string): Candidate[] {
  const found = Array.from(text.matchAll(BUFFER), ([written, hex = '', more]) => ({
    bytes: bytesOfHex(hex.replace(/\s+/g, '')),
    named: /^<\w*Buffer/i.test(written),
    cut: !/\.\.\.|…/.test(written)
      ? []
      : [more === undefined ? 'the log cut the bytes' : `the log cut ${bytesMore(Number(more))}`],
  }));
  if (found.length === 0) return [];
  return [
    {
      format: found.some(({ named }) => named) ? 'a Buffer as Node prints it' : 'hex in angle brackets',
      pieces: found.map(({ bytes }) => ({ bytes })),
      notes: found.flatMap(({ cut }) => cut),
      certain: true,
    },
  ];
}

const bytesMore = (count: number): string => (count === 1 ? '1 more byte' : `${count} more bytes`);
