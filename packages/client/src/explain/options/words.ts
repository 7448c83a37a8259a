import type { OptionWords } from './sentence.ts';

// Sentences that several options share. Each says what an option has to be.

export const OBJECT: string = 'an object';
export const FUNCTION: string = 'a function';
export const MS: string = 'milliseconds, 0 or more';
export const SOME_MS: string = 'finite milliseconds above 0';
export const SIGNAL: string = 'an AbortSignal';
export const URL: string = 'a URL';
export const ENDPOINT: string = 'host or host:port';
export const AGENT: string = 'printable ASCII';
export const KEEP_ALIVE: string = 'whole seconds, 0 to 1177: the service hangs up after 1767 s of silence';
export const DIAL: string = 'an object with dial()';

/** What the members of `tls` have to be. */
export const TLS_OPTIONS: OptionWords = {
  tls: OBJECT,
  'tls.ca': 'PEM with BEGIN CERTIFICATE',
  'tls.ciphers': 'ciphers with encryption and certificate',
  'tls.crl': 'PEM',
  'tls.ecdhCurve': 'text',
  'tls.family': '0, 4 or 6',
  'tls.lookup': FUNCTION,
  'tls.maxVersion': 'TLSv1.2 or TLSv1.3',
  'tls.minVersion': 'TLSv1.2 or TLSv1.3',
  'tls.rejectUnauthorized': 'always on; trust your CA with tls.ca',
  'tls.servername': 'a host name',
  'tls.sigalgs': 'no MD5 and no SHA-1',
};
