import type { ProvisioningError, ProvisioningErrorCode } from '@mote/client';

/** 128 + SIGINT, as shells have it. */
export const ABORTED = 130;

// A Record over the closed union: a new code without an exit code does not compile.
export const EXIT_CODES: Readonly<Record<ProvisioningErrorCode, number>> = {
  'invalid-options': 2,
  'connect-failed': 10,
  'proxy-failed': 10,
  'tls-failed': 11,
  'client-certificate-rejected': 12,
  'websocket-failed': 13,
  'connection-lost': 14,
  'protocol-violation': 15,
  'subscribe-refused': 16,
  'connection-refused': 20,
  unauthorized: 30,
  'not-found': 31,
  throttled: 32,
  'service-error': 33,
  'registration-failed': 34,
  'registration-disabled': 34,
  'bad-request': 35,
  'timed-out': 40,
};

/** CONNACK refusals add their return code, so that a script can tell 21 (protocol level) from 25 (not authorized). */
export function exitCodeOf(error: ProvisioningError): number {
  return EXIT_CODES[error.code] + (error.code === 'connection-refused' ? (error.returnCode ?? 0) : 0);
}
