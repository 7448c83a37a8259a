import { HubError, ProvisioningError } from '@mote/client';
import { explain, inFlags, printable, type Words } from '@mote/client/explain';
import { type Invocation, UsageError } from '../command.ts';
import { explain as explainCode } from '../explain/explain.ts';
import { answerHint } from '../network/what-answers.ts';
import { SERVICE_TLS, settingOf, subjectOf } from '../provision/outcome.ts';
import { stderr, stdout } from '../terminal/output.ts';
import { paintFor } from '../terminal/paint.ts';
import { hubExitCodeOf } from './exit-code.ts';
import type { Way } from './flags.ts';

/** Prints a failure: JSON on stdout if asked for, sentences on stderr. Returns the exit code. Throws UsageError for a wrong flag. */
export async function deviceFailed(invocation: Invocation, given: HubError, way: Way): Promise<number> {
  // The last failure before the deadline tells more than the deadline itself.
  const error = given.code === 'timed-out' && given.cause instanceof HubError ? given.cause : given;
  if (error.code === 'invalid-options') throw new UsageError(usageOf(error, way));
  const words = wordsOf(invocation, error, way);
  const message = invocation.asGiven(words.message);
  const cause = error.cause instanceof ProvisioningError ? error.cause : error;
  const advice = (await answerHint(cause, invocation.text('proxy'), SERVICE_TLS)) ?? words.hint;
  const hint = advice === undefined ? undefined : invocation.asGiven(advice);
  const { code, stage, retryable, reason, returnCode, statusCode, errorCode, trackingId, limit, size } = error;
  if (invocation.on('json')) {
    const numbers = { reason, returnCode, statusCode, errorCode, trackingId, limit, size };
    stdout.json({ error: { code, stage, retryable, message, hint, ...numbers } });
  }
  stderr.prose([`${paintFor(process.stderr).bad(code)}: ${printable(message, 1000)}`]);
  if (hint !== undefined) stderr.prose([hint]);
  stderr.prose([`more: \`mote explain ${subjectOf(error)}\`, or \`mote doctor --hub\` with the same flags`]);
  return hubExitCodeOf(error);
}

/** An error in words, with flags in place of options: like `mote provision` if the provisioning service caused it, else like `hubWords`. */
export function wordsOf(invocation: Invocation, error: HubError, way: Way): Words {
  const { cause } = error;
  if (way.kind === 'provisioning' && cause instanceof ProvisioningError)
    return inFlags(explain(cause, settingOf(invocation, way.device)));
  return hubWords(error);
}

/** An error of the hub in words. If its message is only the code and some facts, the sentence is that of `mote explain`. */
export function hubWords(error: HubError): Words {
  const { cause } = error;
  if (!error.message.startsWith(error.code)) return inFlags({ message: error.message, hint: error.hint });
  const known = (explainCode(subjectOf(error)) ?? explainCode(error.code))!.explanation;
  // Codes, reasons and the message of the system.
  const facts = [error.message.slice(error.code.length).trim(), cause instanceof Error ? cause.message : ''];
  const said = facts.filter((fact) => fact !== '' && fact !== error.code).join(': ');
  return { message: said === '' ? known.what : `${known.what.replace(/\.$/, '')} (${said}).`, hint: known.fix };
}

/** A wrong option as a wrong flag. `endpoint` means --host, except in connectHub, where --hub-host sets it. */
function usageOf({ message }: HubError, way: Way): string {
  return inFlags({ message: way.kind === 'hub' ? message.replace(/^endpoint: /, 'hub.endpoint: ') : message }).message;
}
