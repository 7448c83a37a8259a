import type { X509Certificate } from 'node:crypto';
import { refuse } from '../../dps/error.ts';
import { crypto } from '../../node.ts';
import { quietly } from '../../values.ts';
import type { FileContent } from '../attestation.ts';
import { blocksOf } from './blocks.ts';

/** Reads certificates. Throws ProvisioningError `invalid-options` when there is none. */
export function certificates(option: string, input: FileContent): X509Certificate[] {
  const { X509Certificate } = crypto();
  const found = quietly(() =>
    blocksOf(input)
      .filter(({ label }) => /(^|CERTIFICATE)$/.test(label))
      .map(({ der }) => new X509Certificate(der)),
  );
  return found?.length ? found : refuse(option, 'holds no certificate (PEM or DER)');
}

/** PEM of each certificate, without the text that stood around it. */
export function authorities(option: string, input: unknown): string[] {
  return [input].flat().flatMap((one) => certificates(option, one as FileContent).map(String));
}
