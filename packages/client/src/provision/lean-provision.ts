import type { Assignment } from '../dps/assignment.ts';
import { transportsOf } from '../transport/tls.ts';
import type { Transport } from '../transport/transport.ts';
import type { ProvisionOptions } from './options.ts';
import { provisionOver } from './provision-over.ts';

/** Options of `provision` in `@mote/client/lean` and `@mote/client/tls`, where transports are values. */
export interface LeanProvisionOptions extends Omit<ProvisionOptions, 'transport' | 'proxy' | 'csr'> {
  /** Default: `tlsTransport`. Several transports are tried in turn until one connects. */
  readonly transport?: Transport | readonly Transport[] | undefined;
  /** Certificate signing request: PEM or base64 DER. It makes 2025-07-01-preview, which it needs, the default of `apiVersion`. */
  readonly csr?: string | undefined;
}

/**
 * Registers the device with the service and resolves with the hub it was assigned to. Rejects with ProvisioningError or with the
 * reason of `signal`. It always settles by `timeoutMs`, and then leaves no socket, timer or listener behind.
 *
 * @example
 * const { assignedHub, deviceId } = await provision({
 *   idScope: '0ne00ABCDEF',
 *   registrationId: 'sensor-17',
 *   attestation: symmetricKey(key),
 *   transport: [tlsTransport, webSocketTransport],
 * });
 */
export async function provision(options: LeanProvisionOptions): Promise<Assignment> {
  return provisionOver(options as ProvisionOptions, transportsOf);
}
