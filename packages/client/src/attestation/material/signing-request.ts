import type { Dressed } from '../attestation.ts';
import { csrLine } from '../signing-request.ts';
import { dersOf, isDressed } from './dress.ts';

/** Finds a certificate signing request in an input of any form and returns one line of base64 DER. Undefined when there is no complete one. */
export function base64Csr(csr: Dressed): string | undefined {
  if (!isDressed(csr)) return undefined;
  for (const der of dersOf(csr, /REQUEST$/)) {
    if (!csrLine(der.toString('base64'))) continue;
    // A request with its signature is longer than 128 bytes. An editor may have added a line end.
    const size = der[1] === 0x81 ? 3 + der[2]! : 4 + der.readUInt16BE(2);
    if (size <= der.length) return der.toString('base64', 0, size);
  }
  return undefined;
}
