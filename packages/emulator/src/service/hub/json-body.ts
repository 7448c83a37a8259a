import { decodeUtf8 } from '@mote/codec';
import { parseJson } from '../values/bounded-json.ts';

/** The value for a body that is not JSON. */
export const BROKEN: unique symbol = Symbol('no JSON');

/** Parses a body. Undefined for an empty one or spaces, which SDKs send for no payload. */
export function readBody(payload: Uint8Array): unknown {
  const text = decodeUtf8(payload);
  if (text === undefined) return BROKEN;
  if (text.trim() === '') return undefined;
  try {
    return parseJson(text);
  } catch {
    return BROKEN;
  }
}
