import { type Hmac, isSignedBy, type ReadToken } from '../credentials/sas-token.ts';

/** What a token of DPS has to fit. */
export interface SasCheck {
  readonly idScope: string;
  readonly registrationId: string;
  /** The signature may come from any of these keys. */
  readonly keys: readonly Uint8Array[];
  readonly nowSeconds: number;
  readonly hmac: Hmac;
}

/** The reason why a token is not valid, which devices are not told. Undefined when it is valid. */
export function findSasFault(token: ReadToken, check: SasCheck): string | undefined {
  const expected = `${check.idScope}/registrations/${check.registrationId}`;
  if (token.path.toLowerCase() !== expected.toLowerCase())
    return `sr of the token is "${token.path}", expected "${expected}"`;
  // The Python SDK sends no `skn`, the Java SDK an empty one.
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
