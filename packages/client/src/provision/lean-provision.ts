import type { Assignment } from '../dps/assignment.ts';
import { transportsOf } from '../transport/tls.ts';
import type { Transport } from '../transport/transport.ts';
import type { ProvisionOptions } from './options.ts';
import { provisionOver } from './provision-over.ts';

export interface LeanProvisionOptions extends Omit<ProvisionOptions, 'transport' | 'proxy' | 'csr'> {
  /** `tlsTransport` by default. Several are tried in turn until one stands. */
  readonly transport?: Transport | readonly Transport[] | undefined;
  /** Certificate signing request: PEM or base64 DER. Needs api-version 2025-07-01-preview, the default when it is given. */
  readonly csr?: string | undefined;
}

/**
 * Registers the device with the service and returns the hub it was assigned to. Rejects with ProvisioningError, or with the
 * reason of `signal`; always by `timeoutMs`, and nothing stays open behind it.
 */
export async function provision(options: LeanProvisionOptions): Promise<Assignment> {
  return provisionOver(options as ProvisionOptions, transportsOf(options));
}
