import { CHAIN_HINT } from '../core/dps/hints.ts';
import { ProvisioningError, type ProvisioningErrorCode } from '../core/error.ts';
import { quietly } from '../core/quietly.ts';
import type { DialStage } from '../core/stage.ts';
import { messageOf } from '../core/values.ts';

/** By Node's code; the first that fits counts. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [/ALERT/, CHAIN_HINT],
  [/ENOTFOUND|EAI_AGAIN/, 'Is the host name right, and does DNS answer?'],
  [/ECONNREFUSED/, 'Nothing listens there. Is the port right?'],
  [/EXPIRED|NOT_YET_VALID/, 'Is the clock right?'],
  [/ALTNAME/, 'Dial a name that is a subjectAltName of the certificate.'],
  [/WRONG_VERSION/, 'That was no TLS. Is the port right?'],
  [/CERT|LEAF|CA$/, 'Is its CA in `tls: { ca }`, or does something intercept TLS?'],
];

/**
 * What an error of Node's means at this stage; undefined for an end without one. No stage: the handshake was over, though
 * TLS 1.3 lets a server judge our certificate only then.
 */
export function tlsFailure(cause: unknown, stage: DialStage | undefined, address: string): unknown {
  // In front OpenSSL has the address of the thread, which is another each time, and behind a line feed.
  const message = messageOf(cause)?.replace(/^[\dA-F]+:(?=error:)|\s+$/g, '');
  if (message !== undefined) quietly(() => Object.assign(cause as Error, { message }));
  const reason = String((cause as { readonly code?: unknown } | undefined)?.code ?? message ?? '');
  const failed = (code: ProvisioningErrorCode, at: DialStage, retryable = false): ProvisioningError =>
    new ProvisioningError(code, at, `${address}: ${reason || 'closed by the peer'}`, {
      retryable,
      cause,
      hint: HINTS.find(([pattern]) => pattern.test(reason))?.[1],
    });
  if (/_ALERT_(.*CERTIFICATE.*|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)$/.test(reason))
    return failed('client-certificate-rejected', 'tls');
  if (stage === undefined) return cause;
  if (stage !== 'tls') return failed('connect-failed', stage, true);
  return /^(|ECONNRESET|EPIPE)$/.test(reason) ? failed('connection-lost', stage, true) : failed('tls-failed', stage);
}
