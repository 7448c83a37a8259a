import { type Hmac, isSignedBy, type ReadToken } from '../credentials/sas-token.ts';

export interface SasCheck {
  readonly idScope: string;
  readonly registrationId: string;
  /** Any one of them may have signed. */
  readonly keys: readonly Uint8Array[];
  readonly nowSeconds: number;
  readonly hmac: Hmac;
}

/** Undefined when the token is good; else the reason, which the service does not tell its devices. */
export function findSasFault(token: ReadToken, check: SasCheck): string | undefined {
  const expected = `${check.idScope}/registrations/${check.registrationId}`;
  if (token.path.toLowerCase() !== expected.toLowerCase())
    return `sr of the token is "${token.path}", expected "${expected}"`;
  // Python leaves skn out and Java leaves it empty.
  if (token.policyName !== undefined && token.policyName !== '' && token.policyName !== 'registration') {
    return `skn of the token is "${token.policyName}", expected "registration"`;
  }
  if (!check.keys.some((key) => isSignedBy(token, key, check.hmac)))
    return 'the signature does not match any key of the enrollment';
  if (token.expiry <= check.nowSeconds) {
    return `the token expired ${Math.ceil(check.nowSeconds - token.expiry)} s ago`;
  }
  return undefined;
}
