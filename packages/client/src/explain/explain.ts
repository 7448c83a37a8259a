import type { Failure, Setting } from './failure.ts';
import { type Hints, hintOf } from './hints.ts';
import { SENTENCES, type Sentences, sentenceOf } from './sentences.ts';
import { TRANSPORT_HINTS, TRANSPORT_SENTENCES } from './transports.ts';

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
  return explainWith({ ...SENTENCES, ...TRANSPORT_SENTENCES }, TRANSPORT_HINTS, error, setting);
}

/** The same where TLS is the only way: without what is said of proxies and WebSocket. */
export function explainTls(error: Failure, setting: Setting = {}): Words {
  return explainWith(SENTENCES, {}, error, setting);
}

function explainWith(sentences: Sentences, hints: Hints, error: Failure, setting: Setting): Words {
  const hint = hintOf(error, setting, hints) ?? error.hint;
  return { message: sentenceOf(error, sentences), ...(hint !== undefined && { hint }) };
}
