import type { TlsOptions } from './options.ts';
import { refuse } from './refuse.ts';

const ALLOWED: readonly string[] = [
  'ca',
  'ciphers',
  'crl',
  'ecdhCurve',
  'family',
  'lookup',
  'maxVersion',
  'minVersion',
  'rejectUnauthorized',
  'servername',
  'sigalgs',
];

/** Lets pass what cannot lower the floor: TLS 1.2, with the server's certificate verified. */
export function checkTlsOptions(options: TlsOptions): void {
  for (const name of Object.keys(options)) {
    if (!ALLOWED.includes(name))
      refuse(`tls.${name}`, `no option here; there are ${ALLOWED.join(', ')}, and x509() for a client certificate`);
  }
  if ((options.rejectUnauthorized ?? true) !== true)
    refuse('tls.rejectUnauthorized', 'verification cannot be turned off; trust your CA with tls.ca');
  for (const name of ['minVersion', 'maxVersion'] as const) {
    if (!['TLSv1.2', 'TLSv1.3', undefined].includes(options[name])) refuse(`tls.${name}`, 'TLSv1.2 or TLSv1.3');
  }
}
