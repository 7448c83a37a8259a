import { quietly, taken } from '../values.ts';
import type { FileContent } from './attestation.ts';
import { authorities } from './material/certificates.ts';

/**
 * Returns TLS options with their CAs as PEM, whatever form they had. Node gets only what was read here, without the text around it.
 * A CA option without a certificate becomes empty, which is refused later.
 */
export function readTls<Options>(tls: Options): Options {
  const own = taken(tls);
  const ca = quietly(() => (own as { readonly ca?: FileContent | readonly FileContent[] }).ca);
  return ca === undefined ? own : { ...own, ca: quietly(() => authorities('tls.ca', ca)) ?? '' };
}
