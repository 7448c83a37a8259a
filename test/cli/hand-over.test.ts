import type { Assignment } from '@mote/client';
import { expect, test } from 'vitest';
import { handOver, hubToken } from '../../packages/cli/src/provision/hand-over.ts';

const assignment: Assignment = {
  assignedHub: 'MyExampleHub.azure-devices.net',
  deviceId: 'my-symkey-device',
  registrationId: 'my-symkey-device',
  status: 'assigned',
  raw: {},
};
const deviceKey = '18RQk/hOPJR9EbsJlk2j8WA6vWaj/yi+oaYg7zmxfQNdOyMSu+SJ8O7TSlZhDJCYmn4rzEiVKIzNiVAWjLxrGA==';

test('the token for the hub is the one that Microsoft’s documentation prints for this key', () => {
  expect(hubToken(assignment.assignedHub, assignment.deviceId, { deviceKey, expiry: 1663119026 })).toBe(
    'SharedAccessSignature sr=MyExampleHub.azure-devices.net%2Fdevices%2Fmy-symkey-device' +
      '&sig=f%2BwW8XOKeJOtiPc9Iwjc4OpExvPM7NlhM9qxN2a1aAM%3D&se=1663119026',
  );
});

test('json is what mqtt.js takes', () => {
  expect(JSON.parse(handOver(assignment, { deviceKey, expiry: 1663119026 }, 'json'))).toMatchObject({
    protocol: 'mqtts',
    host: 'MyExampleHub.azure-devices.net',
    port: 8883,
    protocolVersion: 4,
    clientId: 'my-symkey-device',
    username: 'MyExampleHub.azure-devices.net/my-symkey-device/?api-version=2021-04-12',
  });
});

test('a certificate is handed over by its paths, and no password with it', () => {
  const credentials = { certFile: "/keys/it's mine.pem", keyFile: '/keys/device.key' };
  expect(handOver(assignment, credentials, 'env').split('\n')).toEqual([
    'MQTT_HOST=MyExampleHub.azure-devices.net',
    'MQTT_PORT=8883',
    'MQTT_CLIENT_ID=my-symkey-device',
    "MQTT_USERNAME='MyExampleHub.azure-devices.net/my-symkey-device/?api-version=2021-04-12'",
    "MQTT_CERT_FILE='/keys/it'\\''s mine.pem'",
    'MQTT_KEY_FILE=/keys/device.key',
  ]);
  expect(handOver(assignment, credentials, 'mosquitto')).toContain('--key /keys/device.key');
});
