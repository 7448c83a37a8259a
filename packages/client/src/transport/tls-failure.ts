import { ProvisioningError } from '../core/error.ts';
import type { DialStage } from '../core/stage.ts';

const HINTS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'Is the host name right, and is there a DNS server?',
  EAI_AGAIN: 'The DNS server does not answer: is there a network?',
  ECONNREFUSED: 'Nothing listens there: are host and port right?',
  CERT_HAS_EXPIRED: 'Is the clock right?',
  CERT_NOT_YET_VALID: 'Is the clock right?',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Dial the name that is in the certificate.',
  ERR_SSL_WRONG_VERSION_NUMBER: 'Something other than TLS answered: is the port right, or is a proxy in the way?',
};
const UNKNOWN_CA =
  'A server with a CA of its own (emulator, private cloud) needs it in `tls: { ca }`. If not, something intercepts TLS.';

/**
 * What an error of Node's means at this stage; undefined for an end without one. No stage: the handshake was over, though
 * TLS 1.3 lets a server judge our certificate only then.
 */
export function tlsFailure(error: unknown, stage: DialStage | undefined, address: string): unknown {
  const code = codeOf(error);
  if (/_ALERT_(.*CERTIFICATE.*|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)$/.test(code)) {
    return new ProvisioningError('client-certificate-rejected', 'tls', `the server refused our certificate (${code})`, {
      cause: error,
      hint: 'Are the dates right, every intermediate in `cert`, and the CA verified in the service?',
    });
  }
  if (stage === undefined) return error;
  const message = `${address}: ${code || 'closed by the peer'}`;
  if (stage !== 'tls')
    return new ProvisioningError('connect-failed', stage, message, {
      retryable: true,
      cause: error,
      hint: HINTS[code],
    });
  if (code === '' || code === 'ECONNRESET' || code === 'EPIPE') {
    return new ProvisioningError('connection-lost', stage, message, { retryable: true, cause: error });
  }
  return new ProvisioningError('tls-failed', stage, message, {
    cause: error,
    hint: HINTS[code] ?? (/CA|CERT|LEAF/.test(code) ? UNKNOWN_CA : undefined),
  });
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
