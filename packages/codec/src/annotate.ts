import { spansOf } from './annotate/layout.ts';
import type { Span } from './annotate/span.ts';
import { decode } from './decode-packet.ts';
import type { DecodeError } from './error.ts';

export type { Span } from './annotate/span.ts';

/**
 * Says what each byte of a stream of packets means, valid or not. The spans partition `bytes`: they follow each other from its
 * first byte to its last. The verdict is the decoder's own; what follows a packet that it refuses is `not read`.
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

function withError({ start, end, field, value }: Span, error: DecodeError): Span {
  return { start, end, field, value, error };
}

function errorOf(packet: Uint8Array): DecodeError | undefined {
  try {
    decode(packet);
    return undefined;
  } catch (error) {
    return error as DecodeError;
  }
}
