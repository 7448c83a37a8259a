// Provisioning over TLS with sentences and hints, without other transports in the bundle. `@mote/client` has all of them, by name.

import type { Assignment } from './dps/assignment.ts';
import { explainTls } from './explain/explain.ts';
import type { LeanProvisionOptions } from './provision/lean-provision.ts';
import type { ProvisionOptions } from './provision/options.ts';
import { callbacks, provisionOver } from './provision/provision-over.ts';
import { transportsOf } from './transport/tls.ts';
import { taken } from './values.ts';
import { inWords } from './words.ts';

export { sasSigner } from './attestation/sas-signer.ts';
export { groupKey, symmetricKey } from './attestation/symmetric-key.ts';
export { type X509Options, x509 } from './attestation/x509.ts';
export type { Assignment } from './dps/assignment.ts';
export { ProvisioningError, type ProvisioningErrorCode } from './dps/error.ts';
export type { ProgressEvent } from './dps/progress.ts';
export type { LeanProvisionOptions };

/**
 * Registers the device with the service and resolves with the hub it was assigned to. Rejects with ProvisioningError or with the
 * reason of `signal`. It always settles by `timeoutMs`, and then leaves no socket, timer or listener behind.
 *
 * @example
 * const { assignedHub, deviceId } = await provision({
 *   idScope: '0ne00ABCDEF',
 *   registrationId: 'sensor-17',
 *   attestation: symmetricKey(key),
 * });
 */
export async function provision(options: LeanProvisionOptions): Promise<Assignment> {
  const given = taken(options as ProvisionOptions);
  return inWords(given, explainTls, callbacks, (observers) => provisionOver(given, transportsOf, observers));
}
