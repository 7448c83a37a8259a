import type { Dressed } from '../attestation.ts';
import { csrLine } from '../signing-request.ts';
import { dersOf, isDressed } from './dress.ts';

/** One line of base64 DER, as the service wants it, of a request however it is dressed; undefined when there is no whole one in it. */
export function base64Csr(csr: Dressed): string | undefined {
  if (!isDressed(csr)) return undefined;
  for (const der of dersOf(csr, /REQUEST$/)) {
    if (!csrLine(der.toString('base64'))) continue;
    // With a signature in it no request is shorter than 128 bytes; an editor may have put a line end behind it.
    const size = der[1] === 0x81 ? 3 + der[2]! : 4 + der.readUInt16BE(2);
    if (size <= der.length) return der.toString('base64', 0, size);
  }
  return undefined;
}
