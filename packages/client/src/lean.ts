// The same functions without sentences and hints, for devices that count kilobytes: errors say code, stage, reason and numbers,
// and `@mote/client/explain` makes words of them, later or elsewhere. Transports are values, so that a bundler takes only what is
// named.

import type { Assignment } from './dps/assignment.ts';
import { refuse } from './dps/error.ts';
import type { ProvisionOptions } from './options.ts';
import { provisionOver } from './provision-over.ts';
import { directTls } from './transport/tls.ts';
import type { Transport } from './transport/transport.ts';

export type { Attestation, PasswordRequest } from './attestation/attestation.ts';
export { deriveDeviceKey } from './attestation/device-key.ts';
export { x509 } from './attestation/material/x509.ts';
export { sasSigner } from './attestation/sas-signer.ts';
export { createSasToken } from './attestation/sas-token.ts';
export { groupKey, symmetricKey } from './attestation/symmetric-key.ts';
export type { Assignment } from './dps/assignment.ts';
export { ProvisioningError, type ProvisioningErrorCode } from './dps/error.ts';
export type { ProgressEvent } from './dps/progress.ts';
export { connect, createClient } from './lean-connect.ts';
export { tcpTransport } from './transport/plain-tcp.ts';
export { throughProxy } from './transport/proxy.ts';
export { directTls as tlsTransport } from './transport/tls.ts';
export { leanWebSocket as webSocketTransport } from './transport/websocket/websocket.ts';

export interface LeanProvisionOptions extends Omit<ProvisionOptions, 'transport' | 'proxy'> {
  /** `tlsTransport` by default. Several are tried in turn until one stands. */
  readonly transport?: Transport | readonly Transport[] | undefined;
}

/**
 * Registers the device with the service and returns the hub it was assigned to. Rejects with ProvisioningError, or with the
 * reason of `signal`; always by `timeoutMs`, and nothing stays open behind it.
 */
export async function provision(options: LeanProvisionOptions): Promise<Assignment> {
  const { transport = directTls, ...others } = options ?? refuse('options', 'an object');
  const transports = [transport].flat();
  if (!transports.length || !transports.every((one) => typeof one?.dial === 'function'))
    refuse('transport', 'an object with dial(), or a list of them');
  return provisionOver(others, transports);
}
