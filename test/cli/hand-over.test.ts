import type { Assignment } from '@mote/client';
import { describe, expect, test } from 'vitest';
import { handOver, hubToken, obstacle } from '../../packages/cli/src/provision/hand-over.ts';

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
  expect(JSON.parse(handOver(assignment, { deviceKey, expiry: 1663119026 }, 'json').join(''))).toMatchObject({
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
  expect(handOver(assignment, credentials, 'env')).toEqual([
    'MQTT_HOST=MyExampleHub.azure-devices.net',
    'MQTT_PORT=8883',
    'MQTT_CLIENT_ID=my-symkey-device',
    "MQTT_USERNAME='MyExampleHub.azure-devices.net/my-symkey-device/?api-version=2021-04-12'",
    "MQTT_CERT_FILE='/keys/it'\\''s mine.pem'",
    'MQTT_KEY_FILE=/keys/device.key',
  ]);
  expect(handOver(assignment, credentials, 'mosquitto').join('\n')).toContain('--key /keys/device.key');
});

describe('a device that cannot talk to its hub as it is told why, and nothing to paste', () => {
  test.each<[string, Partial<Assignment>, string]>([
    ['`#` in its id [MQTT-3.3.2-2]', { deviceId: 'LightSensor#1' }, 'wildcard'],
    ['`+` in its id [MQTT-3.3.2-2]', { deviceId: 'a+b' }, 'wildcard'],
    ['a hub of MQTT 5', { connectionProfile: 'mqttV5' }, 'is mqttV5: such a hub does not speak MQTT 3.1.1'],
    ['a profile nobody knows', { connectionProfile: 'gen3' }, 'is gen3'],
    ['a profile in other letters', { connectionProfile: 'Classic' }, 'is Classic'],
    ['an empty profile', { connectionProfile: '' }, 'does not speak MQTT 3.1.1'],
    ['a profile that is no text', { connectionProfile: '5' }, 'is 5'],
    [
      'a control character in its id',
      { deviceId: 'a\u001b[2Jb' },
      'cannot be pasted: MyExampleHub.azure-devices.net, a\\u001b[2Jb',
    ],
    ['a direction mark in its hub', { assignedHub: 'hub\u202e.azure-devices.net' }, 'hub\\u202e.azure-devices.net'],
  ])('%s', (_what, fields, words) => {
    expect(obstacle({ ...assignment, ...fields })).toContain(words);
  });

  test.each<[string, Partial<Assignment>]>([
    ['absent', {}],
    ['classic', { connectionProfile: 'classic' }],
  ])('but not where the profile is %s', (_what, fields) => {
    expect(obstacle({ ...assignment, ...fields })).toBeUndefined();
  });
});
