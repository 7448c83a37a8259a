import type { ProvisioningError, ProvisioningErrorCode } from '@mote/client';

/** Exit code after Ctrl-C, SIGTERM or SIGHUP: 128 + 2 (SIGINT), as shells do it. */
export const ABORTED = 130;

/** Exit codes of `mote provision`. The type names every code of an error, so a new one without an exit code does not compile. */
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

/** The exit code for an error of `provision`. */
export function exitCodeOf(error: ProvisioningError): number {
  return exitCodeIn(EXIT_CODES, error);
}

/**
 * The exit code for an error, by these codes. `connection-refused` adds the return code: 21 is the protocol level, 25 is not authorized.
 */
export function exitCodeIn<Code extends string>(
  codes: Readonly<Record<Code, number>>,
  { code, returnCode = 0 }: { readonly code: Code; readonly returnCode?: number },
): number {
  return codes[code] + (code === 'connection-refused' ? returnCode : 0);
}
