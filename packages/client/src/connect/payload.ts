import { encodeUtf8 } from '@mote/codec';
import { bytesOf } from '../values.ts';

/** The bytes of a payload or a password: UTF-8 of text, the memory of a view or an ArrayBuffer. Undefined for anything else. */
export function payloadOf(given: unknown): Uint8Array | undefined {
  // Memory that was transferred away has no bytes, and is no payload.
  if (given instanceof Uint8Array && given.length > 0) return given;
  return typeof given === 'string' ? encodeUtf8(given) : bytesOf(given);
}
