import type { Assignment } from '../dps/assignment.ts';
import { refuse } from '../dps/error.ts';
import { isObject } from '../option-rules.ts';
import { directTls } from '../transport/tls.ts';
import type { Transport } from '../transport/transport.ts';
import type { ProvisionOptions } from './options.ts';
import { callbacks, provisionOver, type Words } from './provision-over.ts';

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
  return provisionByValue(options);
}

/** `provision` with transports that are values, and with `words` if there are any. */
export async function provisionByValue(
  options: LeanProvisionOptions,
  words?: (options: ProvisionOptions) => Words,
): Promise<Assignment> {
  if (!isObject(options)) refuse('options', 'an object');
  const { transport = directTls, ...others } = options;
  const transports = [transport].flat();
  if (!transports.length || !transports.every((one) => typeof one?.dial === 'function'))
    refuse('transport', 'an object with dial(), or a list of them');
  return provisionOver(others, transports, callbacks, words);
}
