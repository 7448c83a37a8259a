import { decodeUtf8 } from '@mote/codec';
import { parseJson } from '../values/bounded-json.ts';

/** Stands for a body that is no JSON. */
export const BROKEN: unique symbol = Symbol('no JSON');

/** Undefined for an empty body, or one of blanks, which SDKs send for nothing. */
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
