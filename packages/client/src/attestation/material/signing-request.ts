import type { FileContent } from '../attestation.ts';
import { csrLine } from '../signing-request.ts';
import { blocksOf } from './blocks.ts';

/**
 * Finds a certificate signing request in an input of any form and returns one line of base64 DER. Undefined when there is no complete one.
 */
export function base64Csr(csr: FileContent): string | undefined {
  return blocksOf(csr)
    .filter(({ label }) => /(^|REQUEST)$/.test(label))
    .map(({ der }) => csrLine(der.toString('base64')))
    .find((line) => line);
}
