import { refuse } from '../dps/error.ts';
import { wrong } from '../values.ts';
import type { Attestation } from './attestation.ts';
import { type Sign, signed, tokenBySigner } from './sas-token.ts';

/**
 * A key that is held elsewhere, for example in a TPM. `sign` gets bytes and returns their HMAC-SHA256. It is called once for each
 * connection.
 *
 * @example
 * const attestation = sasSigner((bytes) => hsm.hmac(bytes));
 */
export function sasSigner(sign: Sign): Attestation {
  return {
    type: 'symmetric-key',
    alternatives: 1,
    check: () => {
      if (typeof sign !== 'function') refuse('sasSigner', wrong(sign));
    },
    password: (request) => tokenBySigner(request, sign),
    sign: (text) => text && signed(sign, text),
  };
}
