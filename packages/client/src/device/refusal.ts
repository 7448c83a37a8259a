import { type Abortable, isReason } from '../abort.ts';
import { HubError, hubErrorOf } from '../hub/error.ts';

/**
 * What a promise of a device rejects with: the reason of the caller's signal as it is, an error of a part of the client as a HubError.
 * `speak` gives that its words.
 */
export function refusalOf(
  error: unknown,
  options: Abortable,
  speak: (error: HubError, call: Abortable) => void,
): unknown {
  const refusal = isReason(error, options) ? error : hubErrorOf(error);
  if (refusal instanceof HubError) speak(refusal, options);
  return refusal;
}
