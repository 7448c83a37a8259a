import { createSasToken } from '@mote/client';
import { startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closedPort, DoctorDevice, leafOf } from './doctor-device.ts';

const HOUR = 3_600_000;
let device: DoctorDevice;

beforeAll(async () => {
  device = await DoctorDevice.make();
});

afterAll(() => device.close());

test('a device that is well has a tick on every line, down to a real registration', async () => {
  const report = await device.findings({});
  expect(report.filter(({ state }) => state !== 'good' && state !== 'note')).toEqual([]);
  expect(report.map(({ check }) => check)).toEqual([
    'ID scope',
    'registration id',
    'device key',
    'DNS',
    `port ${device.dps.port}`,
    `port ${device.dps.webSocketPort}`,
    `TLS on ${device.dps.port}`,
    `TLS on ${device.dps.webSocketPort}`,
    'clock',
    'registration',
  ]);
  expect(report.at(-1)?.says).toMatch(/^assigned to /);
});

test('a device with a certificate and its chain is well too', async () => {
  expect(await device.problems(device.x509Member('x509-member'))).toEqual([]);
});

test('a device is well over WebSocket alone, and through a proxy', async () => {
  expect(await device.problems({ transport: 'websocket', mqttPort: undefined })).toEqual([]);
  const report = await device.findings({
    proxy: `http://user:hidden@127.0.0.1:${device.proxyPort}`,
    webSocketPort: undefined,
  });
  expect(report.filter(({ state }) => state === 'bad')).toEqual([]);
  expect(report.find(({ check }) => check === 'proxy')?.says).toMatch(
    /^http:\/\/127\.0\.0\.1:\d+ opens the way to localhost:/,
  );
  expect(JSON.stringify(report)).not.toContain('hidden');
});

describe('of ten planted misconfigurations each is named, and nothing else', () => {
  test('a clock that is two hours ahead', async () => {
    const report = await device.findings({ now: () => Date.now() + 2 * HOUR });
    expect(report.filter(({ state }) => state === 'bad')).toEqual([
      expect.objectContaining({ problem: 'clock-skew', says: expect.stringMatching(/^it is 2 h ahead/) }),
    ]);
  });

  test('a certificate whose common name differs from the registration id in letter case', async () => {
    expect(await device.problems({ ...device.x509Member('Case-Member'), registrationId: 'case-member' })).toEqual([
      'cn-case',
    ]);
  });

  test('a group key that was not derived', async () => {
    const { primaryKey } = device.enrolled('group');
    expect(await device.problems({ registrationId: 'member-1', key: primaryKey! })).toEqual(['group-key-underived']);
  });

  test('a chain that lacks its intermediate', async () => {
    const member = device.x509Member('leaf-only');
    expect(await device.problems({ ...member, cert: leafOf(member.cert) })).toEqual(['missing-intermediate']);
  });

  test('port 8883 blocked while 443 is open', async () => {
    const report = await device.findings({ mqttPort: await closedPort() });
    expect(report.filter(({ state }) => state === 'bad')).toEqual([
      expect.objectContaining({
        problem: 'port-blocked',
        fix: expect.stringContaining('set --transport to websocket'),
      }),
    ]);
  });

  test('a proxy that is needed', async () => {
    const environmentProxy = `http://user:hidden@127.0.0.1:${device.proxyPort}`;
    const report = await device.findings({ mqttPort: await closedPort(), webSocketPort: undefined, environmentProxy });
    expect(report.filter(({ state }) => state === 'bad').map(({ problem }) => problem)).toEqual(['proxy-needed']);
    expect(JSON.stringify(report)).not.toContain('hidden');
  });

  test('an ID scope that begins with the letter O', async () => {
    expect(await device.problems({ idScope: 'One00000000' })).toEqual(['scope-grammar']);
  });

  test('a private key of another device', async () => {
    const { key } = device.dps.issueDeviceCertificate('other-device');
    expect(await device.problems({ ...device.x509Member('this-device'), certKey: key })).toEqual(['cert-key-mismatch']);
  });

  test('an expired SAS token', async () => {
    const { idScope, registrationId, key } = device.subject;
    const expiry = Math.floor(Date.now() / 1000) - 7200;
    const sas = createSasToken({ idScope: idScope!, registrationId: registrationId!, key: key!, expiry });
    const report = await device.findings({ sas });
    expect(report.filter(({ state }) => state === 'bad')).toEqual([
      expect.objectContaining({ problem: 'sas-expired', says: expect.stringMatching(/^it ended 2 h ago/) }),
    ]);
  });

  test('an authority that did not sign the service', async () => {
    await using other = await startEmulator();
    expect(await device.problems({ ca: other.ca })).toEqual(['wrong-ca', 'wrong-ca']);
    expect(await device.problems({ ca: undefined })).toEqual(['wrong-ca', 'wrong-ca']);
  });
});
