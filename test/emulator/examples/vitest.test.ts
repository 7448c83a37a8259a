// How a device's own tests use the emulator, with vitest. docs/emulator.md points here.
import { ProvisioningError, provision, symmetricKey } from '@mote/client';
import { type Emulator, startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, expect, test } from 'vitest';

const key = Buffer.from('a key of your own, 16 to 64 bytes').toString('base64');
const attestation = { type: 'symmetricKey', symmetricKey: { primaryKey: key } } as const;
let dps: Emulator;

beforeAll(async () => {
  dps = await startEmulator({
    pollsBeforeAssigned: 0,
    individualEnrollments: [
      { registrationId: 'boiler-1', attestation, deviceId: 'basement' },
      { registrationId: 'boiler-2', attestation, provisioningStatus: 'disabled' },
    ],
  });
});
afterAll(() => dps.close());

function provisionDevice(registrationId: string) {
  const endpoint = `localhost:${dps.port}`;
  return provision({
    idScope: dps.idScope,
    registrationId,
    attestation: symmetricKey(key),
    endpoint,
    tls: { ca: dps.ca },
  });
}

test('the boiler learns its hub and its device id', async () => {
  expect(await provisionDevice('boiler-1')).toMatchObject({ assignedHub: dps.iotHubs[0], deviceId: 'basement' });
  expect(dps.registrations.get('boiler-1')).toMatchObject({ status: 'assigned', substatus: 'initialAssignment' });
});

test('a boiler that is switched off in the service is told so', async () => {
  await expect(provisionDevice('boiler-2')).rejects.toThrow(ProvisioningError);
});

test('what the device sent can be read from the events', async () => {
  await provisionDevice('boiler-1');
  for await (const event of dps.events) {
    if (event.type !== 'connected') continue;
    expect(event).toMatchObject({ registrationId: 'boiler-1', apiVersion: '2019-03-31', credentials: 'sas' });
    break;
  }
});
