import type { X509Certificate } from 'node:crypto';
import { refuse } from '../../dps/error.ts';
import { crypto } from '../../node.ts';
import { quietly } from '../../values.ts';
import type { Dressed } from '../attestation.ts';
import { dersOf } from './dress.ts';

/** At least one certificate. Throws ProvisioningError `invalid-options`. */
export function certificates(option: string, input: Dressed): X509Certificate[] {
  const { X509Certificate } = crypto();
  const found = quietly(() => dersOf(input, /CERTIFICATE$/).map((der) => new X509Certificate(der)));
  return found?.length ? found : refuse(option, 'holds no certificate (PEM or DER)');
}

/** PEM of each: what is given to Node is what was read here, and not the text around it. */
export function authorities(option: string, input: unknown): string[] {
  return [input].flat().flatMap((one) => certificates(option, one as Dressed).map(String));
}
