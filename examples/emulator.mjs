// node emulator.mjs [SCENARIO]: both services of Azure on this machine, for the devices beside it. Writes settings.json and ca.pem to the
// present folder and prints what devices send, until it is stopped. Build the workspace first.

import { writeFileSync } from 'node:fs';
import { startEmulator } from '@mote/emulator';

const azure = await startEmulator({ iotHubs: ['localhost'], scenario: process.argv[2] });
const { registrationId, primaryKey: key } = azure.individual('symmetricKey');
const settings = { idScope: azure.idScope, registrationId, key, host: 'localhost', port: azure.port, ca: 'ca.pem' };
writeFileSync('ca.pem', azure.ca);
writeFileSync('settings.json', `${JSON.stringify(settings, undefined, 2)}\n`, { mode: 0o600 });
console.log(`listening on port ${azure.port}; the device is ${registrationId}`);
for await (const { deviceId, body } of azure.hub.telemetry()) console.log(deviceId, Buffer.from(body).toString());
