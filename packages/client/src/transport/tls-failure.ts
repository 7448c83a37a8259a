import { messageOf, quietly } from '../values.ts';
import type { DialStage } from './transport.ts';
import { TransportError, type TransportErrorKind } from './transport-error.ts';

/**
 * What an error of Node's means at this stage; undefined for an end without one. No stage: the handshake was over, though
 * TLS 1.3 lets a server judge our certificate only then.
 */
export function tlsFailure(cause: unknown, stage: DialStage | undefined, address: string): unknown {
  // In front OpenSSL has the address of the thread, which is another each time, and behind a line feed.
  const message = messageOf(cause)?.replace(/^[\dA-F]+:(?=error:)|\s+$/g, '');
  if (message !== undefined) quietly(() => Object.assign(cause as Error, { message }));
  const reason = String((cause as { readonly code?: unknown } | undefined)?.code ?? message ?? '');
  const failed = (kind: TransportErrorKind, at: DialStage, retryable = false): TransportError =>
    new TransportError(kind, at, { retryable, cause, reason: reason || 'closed by the peer' }, `${address}:`);
  if (/_ALERT_(.*CERTIFICATE.*|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)$/.test(reason))
    return failed('client-certificate', 'tls');
  if (stage === undefined) return cause;
  if (stage !== 'tls') return failed(stage === 'dns' ? 'dns' : 'tcp', stage, true);
  return /^(|ECONNRESET|EPIPE)$/.test(reason) ? failed('closed', stage, true) : failed('tls', stage);
}
