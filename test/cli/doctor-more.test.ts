import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { createSasToken, deriveDeviceKey } from '@mote/client';
import { startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Subject } from '../../packages/cli/src/doctor/subject.ts';
import { TestAuthority } from '../client/hostile/certificates.ts';
import { DoctorDevice, leafOf, listening, portOf } from './doctor-device.ts';
import { mote } from './mote.ts';

let device: DoctorDevice;
let dir: string;
let caFile: string;

beforeAll(async () => {
  device = await DoctorDevice.make();
  dir = mkdtempSync(join(tmpdir(), 'mote-doctor-'));
  caFile = join(dir, 'ca.pem');
  writeFileSync(caFile, device.dps.ca);
});

afterAll(async () => {
  rmSync(dir, { recursive: true });
  await device.close();
});

describe('beyond the ten', () => {
  test.each<[string, Partial<Subject>, string]>([
    ['an ID scope with quotes from a script', { idScope: '"0ne00000000"' }, 'scope-grammar'],
    ['a host name for an ID scope', { idScope: 'x.azure-devices-provisioning.net' }, 'scope-grammar'],
    ['a registration id with a space', { registrationId: 'sensor 17' }, 'registration-id-grammar'],
    ['a key that lost its padding', { key: 'QUJDREVGR0hJSktMTU5PUA' }, 'key-not-base64'],
    ['a connection string for a key', { key: 'HostName=h;DeviceId=d;SharedAccessKey=QUJD' }, 'key-not-base64'],
    ['a key of three bytes', { key: 'QUJD' }, 'key-length'],
    ['a secondary key that is none', { secondaryKey: 'none' }, 'key-length'],
    ['no credential at all', { key: undefined }, 'credential-missing'],
    ['a certificate that is no PEM', { key: undefined, cert: 'DER', certKey: '' }, 'cert-unreadable'],
  ])('%s is named before anything is dialled', async (_title, changes, problem) => {
    expect(await device.problems({ ...changes, register: false })).toEqual([problem]);
  });

  test('the key of a device where that of its group belongs is named', async () => {
    expect(await device.problems({ key: undefined, groupKey: device.subject.key })).toEqual([
      'device-key-as-group-key',
    ]);
  });

  test('an ID scope that does not exist is told apart from an outage', async () => {
    const report = await device.findings({ idScope: '0ne0BADBAD0' });
    expect(report.at(-1)).toMatchObject({
      problem: 'registration-refused',
      says: expect.stringContaining('connection-refused'),
    });
    expect(report.at(-1)?.fix).toMatch(/ID scope/);
  });

  test('a host that does not exist is named once', async () => {
    const report = await device.findings({ host: 'no-such-host.invalid' });
    expect(report.filter(({ state }) => state === 'bad').map(({ problem }) => problem)).toEqual(['dns-failed']);
  });

  test('of a certificate without its issuer it is said beforehand whom the service must know', async () => {
    const member = device.x509Member('leaf-alone');
    const leaf = leafOf(member.cert);
    const report = await device.findings({ ...member, cert: leaf, register: false });
    const issuer = /^CN=(.*)$/m.exec(new X509Certificate(leaf).issuer)![1]!;
    expect(report.find(({ check }) => check === 'chain')).toEqual({
      check: 'chain',
      state: 'note',
      says: expect.stringContaining(`the service must know ${issuer} itself`),
      fix: expect.stringContaining(`If ${issuer} is an intermediate`),
    });
  });

  test('a certificate whose issuer is itself enrolled is well alone', async () => {
    const member = device.x509Member('direct');
    const leaf = leafOf(member.cert);
    const certificate = leafOf(member.cert.slice(leaf.length));
    await using direct = await startEmulator({
      pollsBeforeAssigned: 0,
      enrollmentGroups: [
        {
          enrollmentGroupId: 'direct',
          attestation: { type: 'x509', x509: { signingCertificates: { primary: { certificate } } } },
        },
      ],
    });
    const { port: mqttPort, webSocketPort, ca, idScope } = direct;
    const report = await device.findings({ ...member, cert: leaf, mqttPort, webSocketPort, ca, idScope });
    expect(report.filter(({ state }) => state === 'bad')).toEqual([]);
    expect(report.at(-1)?.says).toMatch(/^assigned to /);
  });

  test('a chain in the wrong order is named', async () => {
    const member = device.x509Member('upside-down');
    const leaf = leafOf(member.cert);
    const rest = member.cert.slice(leaf.length).trim();
    expect(await device.problems({ ...member, cert: `${rest}\n${leaf}\n`, register: false })).toContain('chain-order');
  });

  test('a host that the certificate does not name is told', async () => {
    const elsewhere = {
      host: 'service.example',
      proxy: `http://127.0.0.1:${device.proxyPort}`,
      webSocketPort: undefined,
    };
    expect(await device.problems(elsewhere)).toEqual(['server-name']);
  });

  test('a host that only the common name of the certificate names is told', async () => {
    const authority = new TestAuthority();
    const server = await listening(createTlsServer(authority.named('localhost', ['192.0.2.1'])));
    const report = await device.findings({
      host: 'localhost',
      ca: authority.ca,
      mqttPort: portOf(server),
      webSocketPort: undefined,
      register: false,
    });
    expect(report.filter(({ state }) => state === 'bad')).toMatchObject([
      { problem: 'server-name', says: expect.stringContaining('IP Address:192.0.2.1, not for localhost') },
    ]);
    server.close();
  });

  test('a port that speaks no TLS is told', async () => {
    const plain = await listening(
      createServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    expect(await device.problems({ mqttPort: portOf(plain), webSocketPort: undefined })).toEqual(['tls-failed']);
    plain.close();
  });

  test.each([
    ['another device', (token: string) => token.replace('registrations%2F', 'registrations%2Fnot-'), 'sas-resource'],
    [
      'another key',
      (token: string) => token.replace(/sig=[^&]*/, `sig=${encodeURIComponent(`${'A'.repeat(43)}=`)}`),
      'sas-signature',
    ],
    ['milliseconds', (token: string) => token.replace(/se=(\d+)/, 'se=$1000'), 'sas-unreadable'],
    ['nobody', () => 'SharedAccessSignature', 'sas-unreadable'],
  ])('a SAS token of %s is told', async (_of, spoil, problem) => {
    const { idScope, registrationId, key } = device.subject;
    const expiry = Math.floor(Date.now() / 1000) + 600;
    const token = createSasToken({ idScope: idScope!, registrationId: registrationId!, key: key!, expiry });
    expect(await device.problems({ sas: spoil(token), register: false })).toEqual([problem]);
  });

  test('a SAS token that was signed with the group key itself is told', async () => {
    const { primaryKey } = device.enrolled('group');
    const request = {
      idScope: device.dps.idScope,
      registrationId: 'member-2',
      expiry: Math.floor(Date.now() / 1000) + 600,
    };
    const member = { registrationId: 'member-2', key: undefined, groupKey: primaryKey!, register: false };
    expect(await device.problems({ ...member, sas: createSasToken({ ...request, key: primaryKey! }) })).toEqual([
      'group-key-underived',
    ]);
    const right = createSasToken({ ...request, key: deriveDeviceKey(primaryKey!, 'member-2') });
    expect(await device.problems({ ...member, sas: right })).toEqual([]);
  });

  test('no key, token or passphrase stands in a report', async () => {
    const report = JSON.stringify(
      await device.findings({ passphrase: 'open sesame', sas: 'SharedAccessSignature sig=topsecret' }),
    );
    for (const secret of [device.subject.key!, 'open sesame', 'topsecret']) expect(report).not.toContain(secret);
  });
});

describe('as a command', () => {
  test('ends with 0 for a device that is well, and prints a tick a line', async () => {
    const words = [
      'doctor',
      '--host',
      `localhost:${device.dps.port}`,
      '--id-scope',
      device.dps.idScope,
      '--ca',
      caFile,
    ];
    const { code, stdout, stderr } = await mote([...words, '--registration-id', device.subject.registrationId!], {
      DPS_KEY: device.subject.key!,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^✔ registration +assigned to /m);
    expect(stdout).not.toContain(device.subject.key);
  });

  test('takes the common name of a certificate for the registration id, as provision does', async () => {
    const { cert, certKey } = device.x509Member('x509-member');
    const files = { cert: join(dir, 'member.pem'), key: join(dir, 'member.key') };
    writeFileSync(files.cert, String(cert));
    writeFileSync(files.key, String(certKey));
    const words = ['--host', `localhost:${device.dps.port}`, '--id-scope', device.dps.idScope, '--ca', caFile];
    const { code, stdout, stderr } = await mote(['doctor', ...words, '--cert', files.cert, '--cert-key', files.key]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^✔ registration id +x509-member$/m);
  });

  test('ends with 1 and the fix below the cross, or as JSON', async () => {
    const words = [
      'doctor',
      '--host',
      'localhost:1',
      '--id-scope',
      'One00000000',
      '--registration-id',
      'x',
      '--no-register',
    ];
    const plain = await mote(words, { DPS_KEY: device.subject.key! });
    expect(plain.code).toBe(1);
    expect(plain.stdout).toMatch(/^✖ ID scope .*\n +→ Copy it/m);
    const { code, stdout } = await mote([...words, '--json'], { DPS_KEY: device.subject.key! });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      healthy: false,
      findings: [{ problem: 'scope-grammar', state: 'bad' }, {}, {}, {}, {}, {}, {}],
    });
  });

  test('ends with 2 when a file cannot be read', async () => {
    const { code, stderr } = await mote(['doctor', '--cert', '/nowhere/device.pem']);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('--cert: cannot read') });
  });
});
