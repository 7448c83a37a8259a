import { quietly } from '../values.ts';
import type { Dressed } from './attestation.ts';
import { authorities } from './material/certificates.ts';

/**
 * The TLS options with the CAs in them as PEM, however they were dressed: what is given to Node is what was read here, and not the
 * text around it. What holds no certificate becomes empty, and is refused as that.
 */
export function readTls<Options>(tls: Options): Options {
  const { ca } = Object(tls) as { readonly ca?: Dressed | readonly Dressed[] };
  return ca === undefined ? tls : { ...tls, ca: quietly(() => authorities('tls.ca', ca)) ?? '' };
}
