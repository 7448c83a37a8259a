import { ProvisioningError } from '../core/error.ts';
import type { Attestation } from './attestation.ts';
import { createSasToken, type Sign } from './sas-token.ts';

/** A key that is held elsewhere: `sign` gets the bytes and returns their HMAC-SHA256. Called once for each connection. */
export function sasSigner(sign: Sign): Attestation {
  return {
    type: 'symmetric-key',
    alternatives: 1,
    check: () => {
      if (typeof sign !== 'function')
        throw new ProvisioningError('invalid-options', 'options', 'sasSigner takes a function');
    },
    password: ({ alternative: _, ...request }) => createSasToken({ ...request, sign }),
  };
}
