import { bytesOfHex } from '../hex.ts';
import type { Candidate } from './candidate.ts';

/** Bytes in angle brackets: `<Buffer 20 02 00 05>`, the contents of an ArrayBuffer, an NSData. The log may have cut them. */
const BUFFER =
  /<((?:Slow)?Buffer)?((?:\s*[0-9a-f]{2})+)\s*(?:(?:\.\.\.|…)\s*(?:(\d+) more bytes?|[0-9a-f\s]*)?)?\s*>/gi;

/** Each byte in brackets of its own, as terminal programs print them: `[20][02]`, `<20> <02>`. */
const ONE_BY_ONE = /([[<({])(?:0x)?[0-9a-f]{2}[\]>)}]\s*(?:\1(?:0x)?[0-9a-f]{2}[\]>)}]\s*)+/gi;

/** Reads bytes in brackets: `<Buffer 20 02>`, `[20][02]`. */
export function bufferCandidates(text: string): Candidate[] {
  const single = Array.from(text.matchAll(ONE_BY_ONE), ([run]) => bytesOfHex(run.replace(/0x|[^0-9a-f]/gi, '')));
  if (single.length > 0) {
    const pieces = single.map((bytes) => ({ bytes }));
    return [{ format: 'bytes in brackets', pieces, continuous: true, notes: [] }];
  }
  const found = Array.from(text.matchAll(BUFFER), ([written, name, hex = '', more]) => ({
    bytes: bytesOfHex(hex.replace(/\s+/g, '')),
    named: name !== undefined,
    lines: hex.trim().includes('\n'),
    cut: !/\.\.\.|…/.test(written)
      ? []
      : [more === undefined ? 'the log cut the bytes' : `the log cut ${bytesMore(Number(more))}`],
  })).filter(({ bytes, named, lines }) => named || (bytes.length > 1 && !lines));
  if (found.length === 0) return [];
  const named = found.some((one) => one.named);
  return [
    {
      format: named ? 'a Buffer as Node prints it' : 'hex in angle brackets',
      pieces: found.map(({ bytes }) => ({ bytes })),
      notes: found.flatMap(({ cut }) => cut),
      // Without the name Buffer it may be something else: `<14>` is the priority of syslog, and `>..<` of `od -t x1z` holds characters.
      certain: named,
    },
  ];
}

const bytesMore = (count: number): string => (count === 1 ? '1 more byte' : `${count} more bytes`);
