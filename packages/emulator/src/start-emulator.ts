import { checkOptions } from './check-options.ts';
import type { Emulator } from './emulator.ts';
import type { EmulatorOptions } from './options.ts';
import { RunningEmulator } from './running-emulator.ts';

/**
 * Starts the device endpoints of DPS and IoT Hub on this machine. CA, keys and certificates are made now and, without `authority`,
 * exist only as long as the emulator runs. Rejects with ConfigError when an option or an enrollment is wrong, and with the system's
 * error when it cannot listen.
 *
 * @example
 * const dps = await startEmulator({ scenario: 'throttled', seed: 7 });
 * const { registrationId, primaryKey } = dps.individual('symmetricKey');
 * const { assignedHub } = await provision({
 *   idScope: dps.idScope,
 *   registrationId,
 *   attestation: symmetricKey(primaryKey),
 *   endpoint: `${dps.host}:${dps.port}`,
 *   tls: { ca: dps.ca },
 * });
 * await dps.close();
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const config = checkOptions(options);
  // Null is absent, as in the service's JSON: from here on nobody has to think of it.
  const given = Object.entries(options).filter(([, value]) => value !== null);
  const emulator = new RunningEmulator(Object.fromEntries(given), config);
  try {
    await emulator.listen();
  } catch (error) {
    await emulator.close();
    throw error;
  }
  return emulator;
}
