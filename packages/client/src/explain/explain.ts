import type { Failure, Setting } from './failure.ts';
import { type Hints, hintOf } from './hints.ts';
import { optionSentenceNear } from './options/near-name.ts';
import { optionSentence } from './options/sentence.ts';
import { SENTENCES, type Sentences, sentenceOf } from './sentences.ts';
import { TRANSPORT_HINTS, TRANSPORT_SENTENCES } from './transports.ts';

/** What people are told about a failure. */
export interface Words {
  /** What happened. */
  readonly message: string;
  /** The likely cause and what to do. Undefined when no cause is likelier than others. Options of the library are named in `…`. */
  readonly hint?: string | undefined;
}

/**
 * Says what a failure means and what to do. Takes a ProvisioningError, or the object that its JSON gives. `setting` says how the
 * device was set up: the more is known of it, the more exact the hint is. No secret is needed, and none appears. `inFlags` turns
 * names of options into flags of the command.
 *
 * @example
 * const { message, hint } = explain({ code: 'unauthorized', stage: 'register' }, { attestation: 'x509' });
 */
export function explain(error: Failure, setting: Setting = {}): Words {
  return explainWith({ ...SENTENCES, ...TRANSPORT_SENTENCES }, TRANSPORT_HINTS, optionSentenceNear, error, setting);
}

/** The same for TLS alone, without the sentences about proxies and WebSocket. */
export function explainTls(error: Failure, setting: Setting = {}): Words {
  return explainWith(SENTENCES, {}, optionSentence, error, setting);
}

function explainWith(
  sentences: Sentences,
  hints: Hints,
  option: typeof optionSentence,
  error: Failure,
  setting: Setting,
): Words {
  const hint = hintOf(error, setting, hints) ?? error.hint;
  return { message: sentenceOf(error, sentences, option), ...(hint !== undefined && { hint }) };
}
