import type { Failure, Setting } from './failure.ts';
import { hintOf } from './hints.ts';
import { sentenceOf } from './sentences.ts';

/** Words about a failure, for people. */
export interface Words {
  /** What happened, in one clause. */
  readonly message: string;
  /** What is likely wrong and what to do, where something is likelier than the rest. Names options of the library in `…`. */
  readonly hint?: string | undefined;
}

/**
 * Says what a failure means, and what to do: of a ProvisioningError, or of the object that its JSON gives. The more is known of the
 * device's `setting`, the more the hint has looked at. No secret is asked for, and none is in the words. `inFlags` makes words for
 * the command of them.
 *
 * @example
 * const { message, hint } = explain(error, { attestation: 'x509' });
 */
export function explain(error: Failure, setting: Setting = {}): Words {
  return { message: sentenceOf(error), hint: hintOf(error, setting) ?? error.hint };
}
