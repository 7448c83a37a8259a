import { silenceHint } from './dps/hints.ts';
import { ProvisioningError, type ProvisioningErrorCode } from './error.ts';
import type { Stage } from './stage.ts';

/** Why an attempt ended that the peer did not end in words. A transport that knows more brings an error of its own. */
export function lossError(
  code: ProvisioningErrorCode,
  stage: Stage,
  message: string,
  cause: unknown,
): ProvisioningError {
  if (!(cause instanceof ProvisioningError)) {
    const detail = cause instanceof Error ? `: ${cause.message}` : '';
    return new ProvisioningError(code, stage, message + detail, { retryable: true, cause });
  }
  // A transport knows what broke its rules, but not how far the talk above it had come.
  return cause.code === 'protocol-violation' ? new ProvisioningError(cause.code, stage, cause.message) : cause;
}

export function silenceError(stage: Stage, cause?: ProvisioningError): ProvisioningError {
  return new ProvisioningError('timed-out', stage, `no answer at stage ${stage}`, {
    retryable: true,
    cause,
    hint: silenceHint(stage),
  });
}

/** The same error, for a service that wants us to wait longer than there is time. */
export function overdue(error: ProvisioningError): ProvisioningError {
  const message = `${error.message}; it asks to wait ${error.retryAfter} s, beyond the deadline`;
  return new ProvisioningError(error.code, error.stage, message, error);
}
