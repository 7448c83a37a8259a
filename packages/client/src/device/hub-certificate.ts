import { csrLine } from '../attestation/signing-request.ts';
import { HubError, refuseHub } from '../hub/error.ts';
import { limit } from '../hub/limits.ts';
import { bytesOf, wrong } from '../values.ts';
import { ask } from './hub-ask.ts';
import type { HubLink } from './hub-link.ts';
import type { RequestOptions } from './hub-options.ts';

/** Default of `timeoutMs` for a certificate, milliseconds. A person or a policy may have to approve it. */
const CERTIFICATE_MS = 300_000;
/** Most characters of a certificate request in base64. */
const CSR_BYTES = 8192;
/** The first byte of a signing request in DER. */
const DER_SEQUENCE = 0x30;

/** `renewCertificate` of a device. */
export async function issueCertificate(
  link: HubLink,
  csr: string | ArrayBufferView,
  options?: RequestOptions,
): Promise<readonly string[]> {
  const text = (): string => JSON.stringify({ id: link.names().deviceId, csr: csrText(csr), replace: '*' });
  const { body } = await ask(link, 'issue-certificate', text, options, CERTIFICATE_MS);
  const { certificates } = Object(body) as { certificates?: unknown };
  if (Array.isArray(certificates) && certificates.length && certificates.every((one) => typeof one === 'string'))
    return certificates.map(pemOf);
  throw link.explained(new HubError('protocol-violation', 'credentials', { reason: 'no-certificates' }));
}

/** Turns a certificate request in PEM, DER or base64 into base64 DER. */
function csrText(csr: string | ArrayBufferView): string {
  const bytes = bytesOf(csr);
  const line = csrLine(bytes ? Buffer.from(bytes).toString(bytes[0] === DER_SEQUENCE ? 'base64' : 'latin1') : csr);
  if (line === undefined) return refuseHub('csr', wrong(csr));
  limit('csr', line.length, CSR_BYTES);
  return line;
}

/** Turns base64 DER into PEM; PEM stays as it is. */
function pemOf(certificate: string): string {
  if (/-----BEGIN/.test(certificate)) return certificate;
  const lines = certificate.replace(/\s/g, '').replace(/.{64}(?!$)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
