import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The SDK lives outside the workspace, so that its packages stay out of ours. */
export const azureFolder: string = fileURLToPath(new URL('../../../test/interop/azure-sdk', import.meta.url));

/** What Microsoft's documentation tells a device to install, from a symmetric key to telemetry over MQTT. */
export const AZURE_PACKAGES: readonly string[] = [
  'azure-iot-provisioning-device',
  'azure-iot-provisioning-device-mqtt',
  'azure-iot-security-symmetric-key',
  'azure-iot-device',
  'azure-iot-device-mqtt',
];

export function azureIsInstalled(): boolean {
  return existsSync(`${azureFolder}/node_modules`);
}

export const AZURE_MISSING = 'The Azure SDK was not installed: `test/interop/azure-sdk/run.sh` does that.';
