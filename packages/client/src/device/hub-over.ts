import { symmetricKey } from '../attestation/symmetric-key.ts';
import { readConnectionString } from '../azure/connection-string.ts';
import { refuseHub } from '../hub/error.ts';
import { checkTransports, type TransportsOf } from '../option-rules.ts';
import { checkHubOptions } from './check-hub-options.ts';
import type { DevicePlan } from './device-plan.ts';
import { HubDevice } from './hub-device.ts';
import type { HubOptionsBase } from './hub-options.ts';
import { refusalOf } from './refusal.ts';

/**
 * `connectHub` over these transports, tried in turn. Without `words` the message of an error is code, reason and numbers, without a hint.
 */
export async function connectHubOver(
  options: HubOptionsBase,
  transportsOf: TransportsOf,
  { words, observers }: Pick<DevicePlan, 'words' | 'observers'> = {},
): Promise<HubDevice> {
  try {
    const { hostName, deviceId, moduleId, attestation, connectionString, connectionProfile, transport, ...link } =
      checkHubOptions(options) as ReturnType<typeof checkHubOptions> & { transport?: unknown };
    const transports = checkTransports({ transport }, transportsOf, refuseHub);
    const proof = proofOf({ attestation, connectionString });
    const entry = { assignedHub: hostName, deviceId, connectionProfile };
    return await new HubDevice({ link, transports, entry, moduleId, words, observers, ...proof }).open(link.signal);
  } catch (error) {
    throw refusalOf(error, options, (refusal) => words?.(refusal, ''));
  }
}

/** How the device proves its identity: by the attestation, or by what the connection string holds. */
function proofOf({
  attestation,
  connectionString = '',
}: Pick<HubOptionsBase, 'attestation' | 'connectionString'>): Pick<DevicePlan, 'attestation' | 'token' | 'policyName'> {
  if (typeof attestation === 'function') return { attestation };
  if (attestation) return { attestation: () => attestation };
  const {
    sharedAccessKey,
    sharedAccessKeyName: policyName,
    sharedAccessSignature: token,
  } = readConnectionString(connectionString) ?? {};
  if (!sharedAccessKey && !token) return refuseHub('attestation', 'missing');
  const key = symmetricKey(sharedAccessKey ?? '');
  if (sharedAccessKey) key.check('');
  return { attestation: () => key, token, policyName };
}
