import { transportsToHub, withReadTls } from '../connect/connect.ts';
import { mqttObservers } from '../connect/mqtt-observers.ts';
import type { HubDevice } from './hub-device.ts';
import type { HubOptions } from './hub-options.ts';
import { connectHubOver } from './hub-over.ts';
import { hubWords } from './hub-words.ts';

/**
 * Connects a device, or one of its modules, to its IoT hub and keeps it connected: it reconnects, renews its token, and loses no
 * message that `send` has accepted. Resolves when the hub has accepted the device for the first time. Rejects with HubError or with
 * the reason of `signal`, always by `timeoutMs`, and then leaves no socket and no timer behind.
 *
 * @example
 * const device = await connectHub({ hostName, deviceId: 'sensor-17', attestation: symmetricKey(key) });
 * await device.send({ temperature: 21.5 });
 * await device.close();
 */
export async function connectHub(given: HubOptions): Promise<HubDevice> {
  const options = withReadTls(given);
  return connectHubOver(options, transportsToHub, {
    words: hubWords(options),
    observers: mqttObservers,
  });
}
