import { transportsToHub, withReadTls } from '../connect/connect.ts';
import type { ConnectOptions } from '../connect/connect-options.ts';
import { mqttObservers } from '../connect/mqtt-observers.ts';
import type { ProvisionOptions } from '../provision/options.ts';
import { provision } from '../provision/provision.ts';
import { isCache, openDeviceOver } from './device-over.ts';
import type { HubDevice } from './hub-device.ts';
import { hubWords } from './hub-words.ts';
import { answering, knownCertificate } from './known-certificate.ts';
import type { DeviceHubOptionsBase, OpenDeviceOptionsBase } from './open-device-options.ts';

/** Options of `openDevice`: those of `provision`, and under `hub` those of the connection to the hub. */
export interface OpenDeviceOptions extends OpenDeviceOptionsBase {
  /** As for `provision`. The hub is dialled in the same way unless `hub.transport` says otherwise. */
  readonly transport?: ProvisionOptions['transport'];
  readonly hub?:
    | (DeviceHubOptionsBase & { readonly transport?: Exclude<ConnectOptions['transport'], 'tcp'> })
    | undefined;
}

/**
 * Provisions a device when that is needed, connects it to its hub and keeps it connected. It moves to another hub when the service
 * assigns one. Resolves when the device is online for the first time. Rejects with HubError or with the reason of `signal`, always
 * by `timeoutMs`, and then leaves no socket and no timer behind.
 *
 * @example
 * const device = await openDevice({
 *   idScope: '0ne00ABCDEF',
 *   registrationId: 'sensor-17',
 *   attestation: symmetricKey(key),
 *   cache: fileCache('assignment.json'),
 * });
 * await device.send({ temperature: 21.5 });
 * await device.close();
 */
export async function openDevice(given: OpenDeviceOptions): Promise<HubDevice> {
  const options = withReadTls(given);
  const { hub, cache } = Object(options) as OpenDeviceOptions;
  return openDeviceOver(
    { ...options, cache: isCache(cache) ? answering(cache) : cache, hub: hub && withReadTls(hub) },
    provision,
    transportsToHub,
    { words: hubWords(options), observers: mqttObservers, certificate: knownCertificate },
  );
}
