import type { Assignment } from './core/assignment.ts';
import { provisionOver } from './driver.ts';
import type { ProvisionOptions } from './options.ts';
import { directTls } from './transport/tls.ts';

export { sasSigner } from './attestation/sas-signer.ts';
export { groupKey, symmetricKey } from './attestation/symmetric-key.ts';
export type { Assignment } from './core/assignment.ts';
export { ProvisioningError } from './core/error.ts';

/** `provision` for a bundle that is to stay small: TLS alone, without proxy. */
export async function provision(options: Omit<ProvisionOptions, 'transport' | 'proxy'>): Promise<Assignment> {
  return provisionOver(options, [directTls]);
}
