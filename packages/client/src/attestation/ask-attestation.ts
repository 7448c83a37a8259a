import { errorFrom, ProvisioningError, refuse } from '../dps/error.ts';
import { observe, tagOf, wrong } from '../values.ts';

/**
 * Calls `check` or `tls` of an attestation, which may be the application's own. What it throws becomes the cause of `invalid-options`. A
 * promise is refused: nobody waits for it here, and its rejection would end the process.
 */
export function askAttestation<Answer>(call: () => Answer): Answer {
  let answer: Answer;
  try {
    answer = call();
  } catch (cause) {
    // An error of ours, of any entry, comes back as it is.
    if (errorFrom(cause, 'options', false) === cause) throw cause;
    throw new ProvisioningError('invalid-options', 'options', 'attestation: failed', { cause });
  }
  if (tagOf(answer) !== 'Promise') return answer;
  observe(() => answer);
  return refuse('attestation', wrong(answer));
}
