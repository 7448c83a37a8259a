import { type LeanProvisionOptions, provision } from '../provision/lean-provision.ts';
import { transportsOf } from '../transport/tls.ts';
import { openDeviceOver } from './device-over.ts';
import type { HubDevice } from './hub-device.ts';
import type { LeanHubOptions } from './hub-options.ts';
import { connectHubOver } from './hub-over.ts';
import type { DeviceHubOptionsBase, OpenDeviceOptionsBase } from './open-device-options.ts';

/** Options of `openDevice` in `@mote/client/lean`, where transports are values. */
export interface LeanOpenDeviceOptions extends Omit<OpenDeviceOptionsBase, 'csr' | 'proxy'> {
  /** Default `tlsTransport`. Several are tried in turn until one connects. */
  readonly transport?: LeanProvisionOptions['transport'];
  /** Certificate signing request: PEM or base64 DER. */
  readonly csr?: LeanProvisionOptions['csr'];
  readonly hub?:
    | (DeviceHubOptionsBase & { readonly transport?: LeanProvisionOptions['transport']; readonly proxy?: undefined })
    | undefined;
}

/**
 * `connectHub` for small bundles: with only the transports that are named, and errors without sentences.
 *
 * @example
 * const device = await connectHub({ hostName, deviceId: 'sensor-17', attestation: symmetricKey(key) });
 * await device.close();
 */
export async function connectHub(options: LeanHubOptions): Promise<HubDevice> {
  return connectHubOver(options, transportsOf);
}

/**
 * `openDevice` for small bundles: with only the transports that are named, and errors without sentences.
 *
 * @example
 * const device = await openDevice({
 *   idScope: '0ne00ABCDEF',
 *   registrationId: 'sensor-17',
 *   attestation: symmetricKey(key),
 *   transport: [tlsTransport, webSocketTransport],
 * });
 * await device.close();
 */
export async function openDevice(options: LeanOpenDeviceOptions): Promise<HubDevice> {
  return openDeviceOver(options, provision, transportsOf);
}
