import { constants } from 'node:crypto';
import type { TlsOptions } from 'node:tls';
import type { ServerIdentity } from '../pki/authority.ts';

/** For both listeners. A client certificate is asked of everyone and judged by the service, not by TLS. */
export function tlsOptions(identities: readonly ServerIdentity[], handshakeTimeoutMs: number): TlsOptions {
  return {
    cert: identities.map(({ cert }) => cert),
    key: identities.map(({ key }) => key),
    minVersion: 'TLSv1.2',
    requestCert: true,
    rejectUnauthorized: false,
    handshakeTimeout: handshakeTimeoutMs,
    // A resumed session would come without the client's chain.
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
  };
}
