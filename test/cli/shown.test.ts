// A secret in the place of something else: it is told that something is wrong, and the secret is not repeated.

import { createHash, randomBytes } from 'node:crypto';
import { createSasToken } from '@mote/client';
import { describe, expect, test } from 'vitest';
import { looksSecret, shown } from '../../packages/cli/src/shown.ts';
import { pem } from '../client/attestation/made.ts';
import { spoken } from './files/spoken.ts';

const BYTES = createHash('sha512').update('no key, and as long as one').digest();
const KEY = BYTES.toString('base64');

const SECRETS: Readonly<Record<string, string>> = {
  'base64 of 64 bytes': KEY,
  'base64 of 32 bytes': BYTES.toString('base64', 0, 32),
  'base64 of 16 bytes': BYTES.toString('base64', 0, 16),
  'base64 without its padding': BYTES.toString('base64', 0, 32).replace('=', ''),
  'base64 of URLs': BYTES.toString('base64url'),
  'base64 in quotes': `"${KEY}"`,
  'base64 with a line break': KEY.replace(/.{40}/, '$&\n'),
  hex: BYTES.toString('hex'),
  'hex behind 0x, in capitals': `0x${BYTES.toString('hex', 0, 16).toUpperCase()}`,
  'a connection string': `HostName=h.azure-devices.net;DeviceId=d;SharedAccessKey=${KEY}`,
  'a SAS token': createSasToken({ idScope: '0ne00ABCDEF', registrationId: 'd', key: KEY, expiry: 2e9 }),
  'the URL of a proxy': `http://user:${BYTES.toString('base64url', 0, 9)}@proxy:3128`,
  PEM: pem('PRIVATE KEY', BYTES),
};

describe('looks like a secret', () => {
  test.each(Object.entries(SECRETS))('%s', (_kind, secret) => {
    expect(shown(secret)).toBe(`(${secret.length} characters that look like a secret; not shown)`);
  });

  test('base64 of any bytes', () => {
    for (let size = 32; size <= 64; size++)
      for (let turn = 0; turn < 20; turn++) expect(looksSecret(randomBytes(size).toString('base64'))).toBe(true);
  });
});

test.each([
  ...['sensor-17', '0ne00ABCDEF', 'One00000000', 'tls', 'dps.example:8883', '-1', '12.5', 'websockets', ''],
  ...['global.azure-devices-provisioning.net', 'https://global.azure-devices-provisioning.net/', 'user@host'],
  ...['3f2504e0-4f89-41d3-9a0c-0305e82c3301', 'Building4-Floor2-Room117-Thermostat', 'z'.repeat(100)],
])('%s does not, and is shown in quotes', (text) => {
  expect(shown(text)).toBe(JSON.stringify(text));
});

/** Where a word of the caller's comes back in a message. */
const PLACES: Readonly<Record<string, (secret: string) => readonly string[]>> = {
  'a choice': (secret) => ['provision', `--transport=${secret}`],
  'a number': (secret) => ['provision', '--id-scope=a', '--registration-id=d', `--key=${KEY}`, `--timeout=${secret}`],
  'a word': (secret) => ['derive-key', '--', secret],
  'a host of the doctor': (secret) => ['doctor', `--host=${secret}`],
  'the host of the hub': (secret) => ['doctor', `--hub-host=${secret}`],
  'an ID scope of the doctor': (secret) => ['doctor', '--host=localhost:1', '--no-register', `--id-scope=${secret}`],
  'a registration id of the doctor': (secret) => [
    'doctor',
    '--host=localhost:1',
    '--no-register',
    `--registration-id=${secret}`,
  ],
  'ids that are swapped': (secret) => [
    'doctor',
    '--host=localhost:1',
    '--no-register',
    `--id-scope=${secret}`,
    '--registration-id=0ne00ABCDEF',
  ],
  'ids of a provisioning that are swapped': (secret) => [
    'provision',
    `--id-scope=${secret}`,
    '--registration-id=0ne00ABCDEF',
  ],
  'the ID scope of a token': (secret) => ['sas', `--id-scope=${secret}`, '--registration-id=d', '--key=x'],
  'the end of a token': (secret) => [
    'sas',
    '--id-scope=a',
    '--registration-id=d',
    `--key=${KEY}`,
    `--expiry=${secret}`,
  ],
  'a property': (secret) => [
    'device',
    '--id-scope=a',
    '--registration-id=d',
    `--key=${KEY}`,
    `--property=${secret.replaceAll('=', '1')}`,
  ],
  'a version of MQTT': (secret) => ['publish', 'localhost', '-t', 'a', '-m', 'b', `--protocol-version=${secret}`],
  'a code': (secret) => ['explain', '--', secret],
};

/** These can be a host or a registration id as well: such a word is not wrong there. */
const NAMES = /^(hex|base64 of URLs)/;

describe.each(Object.entries(PLACES))('in the place of %s', (place, words) => {
  const secrets = Object.entries(SECRETS).filter(
    ([kind]) => !/^a (host|registration id) of/.test(place) || !NAMES.test(kind),
  );
  test.each(secrets)('%s is not repeated', async (_kind, secret) => {
    const { text } = await spoken([...words(secret)]);
    for (const part of secret
      .replace(/SharedAccess\w+|PRIVATE|provisioning|registrations?/g, ' ')
      .match(/[\w+/-]{12,}/g) ?? [])
      for (let at = 0; at + 12 <= part.length; at++) expect(text).not.toContain(part.slice(at, at + 12));
  });
});
