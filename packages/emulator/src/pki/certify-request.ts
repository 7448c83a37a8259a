import type { CertificateIssuer } from '../service/credentials/certificate-issuer.ts';
import { messageOf } from '../service/values/message-of.ts';
import type { Authority } from './authority.ts';
import { readSigningRequest } from './signing-request.ts';

/** Preview rules of the service: the key is on P-384, and CN is the registration id. */
export function certifyRequests(authority: Authority): CertificateIssuer {
  return (request, registrationId) => {
    try {
      const { commonName, publicKey, curve } = readSigningRequest(request);
      if (curve !== 'secp384r1') {
        return `the key of the signing request has to be on P-384; it is ${curve === undefined ? 'on no curve' : `on ${curve}`}`;
      }
      if (commonName?.toLowerCase() !== registrationId.toLowerCase()) {
        return `CN "${commonName}" of the signing request is not the registration id "${registrationId}"`;
      }
      return authority.certify(commonName, publicKey);
    } catch (error) {
      return `the signing request cannot be read: ${messageOf(error)}`;
    }
  };
}
