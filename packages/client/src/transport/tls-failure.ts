import { messageOf, quietly } from '../values.ts';
import type { DialStage } from './transport.ts';
import { TransportError, type TransportErrorKind } from './transport-error.ts';

/**
 * Makes a TransportError of an error of Node at this stage. Undefined for an end without an error. No stage: the handshake was over.
 * Even then the error may be about our certificate, since a TLS 1.3 server may judge it only after the handshake.
 */
export function tlsFailure(cause: unknown, stage: DialStage | undefined, address: string): unknown {
  // OpenSSL puts a thread address in front of its message, which differs each time, and a line feed behind it.
  const message = messageOf(cause)?.replace(/^[\dA-F]+:(?=error:)|\s+$/g, '');
  if (message !== undefined) quietly(() => Object.assign(cause as Error, { message }));
  const reason = String((cause as { readonly code?: unknown } | undefined)?.code ?? message ?? '');
  const failed = (kind: TransportErrorKind, at: DialStage, retryable?: boolean): TransportError =>
    new TransportError(kind, at, { retryable, cause, reason: reason || 'closed by the peer' }, `${address}:`);
  if (/_ALERT_(.*CERTIFICATE.*|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)$/.test(reason))
    return failed('client-certificate', 'tls');
  if (stage === undefined) return cause;
  // Before TLS a dial is at `dns` or `tcp`, and the error is of the same name.
  if (stage !== 'tls') return failed(stage as 'dns' | 'tcp', stage, true);
  // CERT_NOT_YET_VALID passes with time, alone of what is wrong with certificates: a device often starts before its clock is set.
  return /^(|ECONNRESET|EPIPE)$/.test(reason)
    ? failed('closed', stage, true)
    : failed('tls', stage, /YET/.test(reason));
}
