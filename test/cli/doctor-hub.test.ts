import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { symmetricKey } from '@mote/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HubOfSubject, Subject } from '../../packages/cli/src/doctor/subject.ts';
import { closedPort, DoctorDevice } from './doctor-device.ts';
import { here } from './in-process.ts';

const HUB = 'mote-emulated-hub.azure-devices.net';
const WRONG_KEY = Buffer.alloc(64, 'wrong').toString('base64');
let device: DoctorDevice;
let dir: string;

beforeAll(async () => {
  device = await DoctorDevice.make();
  dir = mkdtempSync(join(tmpdir(), 'mote-doctor-'));
  writeFileSync(join(dir, 'ca.pem'), device.dps.ca);
  // Its identity at the hub is made by the registration.
  await device.findings({});
});

afterAll(async () => {
  rmSync(dir, { recursive: true });
  await device.close();
});

const dial = (): HubOfSubject['dial'] => ({ host: '127.0.0.1', port: device.dps.port });
const key = (): string => device.subject.key!;
const id = (): string => device.subject.registrationId!;

/** The hub alone, as a connection string names it. */
function known(changes: { hostName?: string; deviceId?: string; key?: string; port?: number } = {}): Partial<Subject> {
  const { hostName = HUB, deviceId = id(), port = device.dps.port } = changes;
  const names = { hostName, deviceId };
  const options = {
    ...names,
    attestation: symmetricKey(changes.key ?? key()),
    endpoint: `127.0.0.1:${port}`,
    tls: { ca: device.dps.ca },
    timeoutMs: 5000,
  };
  return { known: { names, options, dial: { host: '127.0.0.1', port } } };
}

describe('mote doctor --hub', () => {
  test('has a tick for the name, the port, the certificate and the device of the hub', async () => {
    const report = await device.findings({ hub: true, hubDial: dial() });
    expect(report.filter(({ state }) => state !== 'good' && state !== 'note')).toEqual([]);
    const { port } = device.dps;
    expect(report.slice(-5).map(({ check }) => check)).toEqual([
      'registration',
      'hub DNS',
      `hub port ${port}`,
      `hub TLS on ${port}`,
      'hub',
    ]);
    expect(report.at(-1)?.says).toBe(`${HUB} lets ${id()} in`);
  });

  test('is well by the key of a group, by certificate, and over WebSocket', async () => {
    const { primaryKey } = device.enrolled('group');
    const grouped = { registrationId: 'grouped', key: undefined, groupKey: primaryKey! };
    for (const changes of [grouped, device.x509Member('hub-member')])
      expect(await device.findings({ ...changes, hub: true, hubDial: dial() })).toContainEqual(
        expect.objectContaining({ check: 'hub', state: 'good' }),
      );
    const overWebSocket = { transport: 'websocket', mqttPort: undefined } as const;
    const hubDial = { host: '127.0.0.1', port: device.dps.webSocketPort };
    expect((await device.findings({ ...overWebSocket, hub: true, hubDial })).at(-1)).toMatchObject({ state: 'good' });
  });

  test('does not go there when the registration has failed, or was not tried', async () => {
    for (const changes of [{ key: WRONG_KEY }, { register: false }])
      expect((await device.findings({ ...changes, hub: true, hubDial: dial() })).at(-1)).toMatchObject({
        check: 'hub',
        state: 'skipped',
      });
  });

  test('leaves the hub alone unless it is asked for', async () => {
    expect((await device.findings({ hubDial: dial() })).at(-1)?.check).toBe('registration');
  });
});

describe('of a hub that is known', () => {
  test.each<[string, () => Promise<Partial<Subject>> | Partial<Subject>, string, RegExp]>([
    ['a closed port', async () => known({ port: await closedPort() }), 'port-blocked', /^hub port/],
    ['another name', () => known({ hostName: 'other.azure-devices.net' }), 'server-name', /^hub TLS/],
    ['another authority', () => ({ ...known(), ca: undefined }), 'wrong-ca', /^hub TLS/],
    ['a key that is refused', () => known({ key: WRONG_KEY }), 'hub-refused', /^hub$/],
    ['a device that it does not know', () => known({ deviceId: 'nobody' }), 'hub-refused', /^hub$/],
  ])('%s is named, and nothing else', async (_what, changes, problem, check) => {
    const wrong = (await device.findings(await changes())).filter(({ state }) => state === 'bad');
    expect(wrong.map((finding) => finding.problem)).toEqual([problem]);
    expect(wrong[0]!.check).toMatch(check);
    expect(wrong[0]!.fix).toMatch(/^[A-Z`].*[.?]$/);
    expect(JSON.stringify(wrong)).not.toContain(WRONG_KEY);
  });

  test('the command examines the hub of a connection string, and nothing of provisioning', async () => {
    const text = `HostName=${HUB};DeviceId=${id()};SharedAccessKey=${key()}`;
    writeFileSync(join(dir, 'login'), text);
    const words = ['--hub-host', `127.0.0.1:${device.dps.port}`, '--ca', join(dir, 'ca.pem'), '--json'];
    const { code, stdout } = await here(['doctor', '--connection-string-file', join(dir, 'login'), ...words]);
    const { healthy, findings } = JSON.parse(stdout) as { healthy: boolean; findings: { check: string }[] };
    expect([code, healthy]).toEqual([0, true]);
    expect(findings.map(({ check }) => check.split(' ')[0])).toEqual(['hub', 'hub', 'hub', 'hub']);
    expect(stdout).not.toContain(key());
  });

  test.each([
    [['--connection-string', 'HostName=h'], '--connection-string has the form'],
    [['--connection-string-file', '@none'], 'there is no such file'],
    [['--hub', '--hub-host', 'a b'], '--hub-host is HOST or HOST:PORT'],
  ])('%j is a mistake of the caller', async (words, sentence) => {
    const { code, stderr } = await here(['doctor', ...words.map((word) => word.replace(/^@/, `${dir}/`))]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
  });
});
