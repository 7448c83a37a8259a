import { startEmulator } from '@mote/emulator';
import { expect, test } from 'vitest';

test('the first enrollment of each kind is found, typed with what it has', async () => {
  await using azure = await startEmulator({ webSocketPort: false });
  const key: string = azure.individual('symmetricKey').primaryKey;
  const id: string = azure.individual('x509').registrationId;
  const group: string = azure.group('symmetricKey').enrollmentGroupId;
  expect([Buffer.from(key, 'base64').length, id, group, azure.group('x509').enrollmentGroupId]).toEqual([
    64,
    'x509-device',
    'key-group',
    'x509-group',
  ]);
  azure.reload({ individualEnrollments: [] });
  expect(() => azure.group('x509')).toThrow('there is no group enrollment attested by x509');
});
