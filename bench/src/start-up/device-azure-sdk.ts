import { createRequire } from 'node:module';
import { join } from 'node:path';
import { azureFolder } from '../size/azure-folder.ts';
import type { Door } from './emulator.ts';

const require = createRequire(join(azureFolder, 'package.json'));
const { ProvisioningDeviceClient } = require('azure-iot-provisioning-device');
const { Mqtt } = require('azure-iot-provisioning-device-mqtt');
const { SymmetricKeySecurityClient } = require('azure-iot-security-symmetric-key');

const argument = process.argv[2];
if (argument !== undefined) {
  const { endpoint, idScope, registrationId, key } = JSON.parse(argument) as Door;
  const security = new SymmetricKeySecurityClient(registrationId, key);
  const client = ProvisioningDeviceClient.create(endpoint, idScope, new Mqtt(), security);
  client.register((error: Error | null, result?: { assignedHub: string }) => {
    if (error) throw error;
    process.exit(result?.assignedHub ? 0 : 1);
  });
}
