import { spansOf } from './annotate/layout.ts';
import type { Span } from './annotate/span.ts';
import { decode } from './decode-packet.ts';
import type { DecodeError } from './error.ts';

export type { Span } from './annotate/span.ts';

/**
 * Names each byte of a stream of packets, valid or not. The spans cover `bytes` from the first to the last without gaps. Errors are
 * those of the decoder. Bytes after a packet that it refuses are one span, `not read`: nobody knows where the next packet begins.
 *
 * @example
 * const fields = annotate(Uint8Array.of(0xd0, 0)).map(({ field }) => field); // ['Control Packet', 'Remaining Length']
 */
export function annotate(bytes: Uint8Array): Span[] {
  const spans: Span[] = [];
  let at = 0;
  while (at < bytes.length) {
    const packet = spansOf(bytes, at);
    const start = at;
    at = packet[packet.length - 1]!.end;
    let error = errorOf(bytes.subarray(start, at));
    const stop = error !== undefined;
    for (const span of packet) {
      // The error belongs to the span that holds its offset. If a byte is missing, the offset is past the end: then to the last span.
      if (error && (start + error.offset < span.end || span.end === at)) {
        spans.push(withError(span, error));
        error = undefined;
      } else spans.push(span);
    }
    if (stop && at < bytes.length) {
      spans.push({ start: at, end: bytes.length, field: 'not read', value: bytes.subarray(at) });
      break;
    }
  }
  return spans;
}

/** A copy, written without spread: ES5 has none, and the helper for it would be larger. */
function withError({ start, end, field, value }: Span, error: DecodeError): Span {
  return { start, end, field, value, error };
}

/** The error of the decoder, so that both always agree on what is valid. */
function errorOf(packet: Uint8Array): DecodeError | undefined {
  try {
    decode(packet);
    return undefined;
  } catch (error) {
    return error as DecodeError;
  }
}
