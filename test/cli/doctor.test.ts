import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSasToken, deriveDeviceKey } from '@mote/client';
import { type Emulator, startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examine } from '../../packages/cli/src/doctor/examine.ts';
import type { Finding } from '../../packages/cli/src/doctor/finding.ts';
import type { Subject } from '../../packages/cli/src/doctor/subject.ts';
import { mote } from './mote.ts';

let dps: Emulator;
let healthy: Subject;
let proxy: Server;
let closedPort: number;
let dir: string;
let caFile: string;
const tunnels = new Set<Socket>();

const HOUR = 3_600_000;
const enrolled = (kind: 'individual' | 'group', attestation: 'symmetricKey' | 'x509') =>
  dps.enrollments.find((enrollment) => enrollment.kind === kind && enrollment.attestation === attestation)!;

beforeAll(async () => {
  dps = await startEmulator({ retryAfterSeconds: 0, pollsBeforeAssigned: 0 });
  const { registrationId, primaryKey } = enrolled('individual', 'symmetricKey');
  healthy = {
    idScope: dps.idScope,
    registrationId: registrationId!,
    host: 'localhost',
    mqttPort: dps.port,
    webSocketPort: dps.webSocketPort,
    transport: 'tls',
    key: primaryKey!,
    secondaryKey: undefined,
    groupKey: undefined,
    cert: undefined,
    certKey: undefined,
    passphrase: undefined,
    ca: dps.ca,
    proxy: undefined,
    environmentProxy: undefined,
    sas: undefined,
    register: true,
    timeoutMs: 10_000,
    now: Date.now,
  };
  dir = mkdtempSync(join(tmpdir(), 'mote-doctor-'));
  caFile = join(dir, 'ca.pem');
  writeFileSync(caFile, dps.ca);
  closedPort = await freePort();
  // Whatever port is asked for, the tunnel ends at the emulator: the way that a direct dial does not find.
  proxy = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      const service = connect(dps.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        service.pipe(socket).pipe(service);
      });
      service.on('error', () => socket.destroy());
      tunnels.add(service);
    });
    tunnels.add(socket);
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => proxy.once('listening', listening));
});

afterAll(async () => {
  for (const socket of tunnels) socket.destroy();
  proxy.close();
  rmSync(dir, { recursive: true });
  await dps.close();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

async function findings(changes: Partial<Subject>): Promise<Finding[]> {
  const found: Finding[] = [];
  for await (const finding of examine({ ...healthy, ...changes })) found.push(finding);
  return found;
}

/** The problems named, in order; the report must name no other. */
async function problems(changes: Partial<Subject>): Promise<(string | undefined)[]> {
  return (await findings(changes)).filter(({ state }) => state === 'bad').map(({ problem }) => problem);
}

const x509Member = (registrationId: string): Partial<Subject> => {
  const { cert, key } = dps.issueDeviceCertificate(registrationId);
  return { registrationId, key: undefined, cert, certKey: key };
};
const leafOf = (pem: string) => pem.slice(0, pem.indexOf('-----END CERTIFICATE-----') + 25);

test('a device that is well has a tick on every line, down to a real registration', async () => {
  const report = await findings({});
  expect(report.filter(({ state }) => state !== 'good' && state !== 'note')).toEqual([]);
  expect(report.map(({ check }) => check)).toEqual([
    'ID scope',
    'registration id',
    'device key',
    'DNS',
    `port ${dps.port}`,
    `port ${dps.webSocketPort}`,
    `TLS on ${dps.port}`,
    `TLS on ${dps.webSocketPort}`,
    'clock',
    'registration',
  ]);
  expect(report.at(-1)?.says).toMatch(/^assigned to /);
});

test('a device with a certificate and its chain is well too', async () => {
  expect(await problems(x509Member('x509-member'))).toEqual([]);
});

test('a device is well over WebSocket alone, and through a proxy', async () => {
  expect(await problems({ transport: 'websocket', mqttPort: undefined })).toEqual([]);
  const { port } = proxy.address() as AddressInfo;
  const report = await findings({ proxy: `http://user:hidden@127.0.0.1:${port}`, webSocketPort: undefined });
  expect(report.filter(({ state }) => state === 'bad')).toEqual([]);
  expect(report.find(({ check }) => check === 'proxy')?.says).toMatch(
    /^http:\/\/127\.0\.0\.1:\d+ opens the way to localhost:/,
  );
  expect(JSON.stringify(report)).not.toContain('hidden');
});

describe('of ten planted misconfigurations each is named, and nothing else', () => {
  test('a clock that is two hours ahead', async () => {
    const report = await findings({ now: () => Date.now() + 2 * HOUR });
    expect(report.filter(({ state }) => state === 'bad')).toEqual([
      expect.objectContaining({ problem: 'clock-skew', says: expect.stringMatching(/^it is 2 h ahead/) }),
    ]);
  });

  test('a certificate whose common name differs from the registration id in letter case', async () => {
    expect(await problems({ ...x509Member('Case-Member'), registrationId: 'case-member' })).toEqual(['cn-case']);
  });

  test('a group key that was not derived', async () => {
    const { primaryKey } = enrolled('group', 'symmetricKey');
    expect(await problems({ registrationId: 'member-1', key: primaryKey! })).toEqual(['group-key-underived']);
  });

  test('a chain that lacks its intermediate', async () => {
    const member = x509Member('leaf-only');
    expect(await problems({ ...member, cert: leafOf(member.cert!) })).toEqual(['missing-intermediate']);
  });

  test('port 8883 blocked while 443 is open', async () => {
    const report = await findings({ mqttPort: closedPort });
    expect(report.filter(({ state }) => state === 'bad')).toEqual([
      expect.objectContaining({ problem: 'port-blocked', fix: expect.stringContaining('--transport websocket') }),
    ]);
  });

  test('a proxy that is needed', async () => {
    const { port } = proxy.address() as AddressInfo;
    const environmentProxy = `http://user:hidden@127.0.0.1:${port}`;
    const report = await findings({ mqttPort: closedPort, webSocketPort: undefined, environmentProxy });
    expect(report.filter(({ state }) => state === 'bad').map(({ problem }) => problem)).toEqual(['proxy-needed']);
    expect(JSON.stringify(report)).not.toContain('hidden');
  });

  test('an ID scope that begins with the letter O', async () => {
    expect(await problems({ idScope: 'One00000000' })).toEqual(['scope-grammar']);
  });

  test('a private key of another device', async () => {
    const { key } = dps.issueDeviceCertificate('other-device');
    expect(await problems({ ...x509Member('this-device'), certKey: key })).toEqual(['cert-key-mismatch']);
  });

  test('an expired SAS token', async () => {
    const { idScope, registrationId, key } = healthy;
    const expiry = Math.floor(Date.now() / 1000) - 7200;
    const sas = createSasToken({ idScope: idScope!, registrationId: registrationId!, key: key!, expiry });
    const report = await findings({ sas });
    expect(report.filter(({ state }) => state === 'bad')).toEqual([
      expect.objectContaining({ problem: 'sas-expired', says: expect.stringMatching(/^it ended 2 h ago/) }),
    ]);
  });

  test('an authority that did not sign the service', async () => {
    await using other = await startEmulator();
    expect(await problems({ ca: other.ca })).toEqual(['wrong-ca', 'wrong-ca']);
    expect(await problems({ ca: undefined })).toEqual(['wrong-ca', 'wrong-ca']);
  });
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
    expect(await problems({ ...changes, register: false })).toEqual([problem]);
  });

  test('the key of a device where that of its group belongs is named', async () => {
    expect(await problems({ key: undefined, groupKey: healthy.key })).toEqual(['device-key-as-group-key']);
  });

  test('an ID scope that does not exist is told apart from an outage', async () => {
    const report = await findings({ idScope: '0ne0BADBAD0' });
    expect(report.at(-1)).toMatchObject({
      problem: 'registration-refused',
      says: expect.stringContaining('connection-refused'),
    });
    expect(report.at(-1)?.fix).toMatch(/ID scope/);
  });

  test('a host that does not exist is named once', async () => {
    const report = await findings({ host: 'no-such-host.invalid' });
    expect(report.filter(({ state }) => state === 'bad').map(({ problem }) => problem)).toEqual(['dns-failed']);
  });

  test('a chain in the wrong order is named', async () => {
    const member = x509Member('upside-down');
    const leaf = leafOf(member.cert!);
    const rest = member.cert!.slice(leaf.length).trim();
    expect(await problems({ ...member, cert: `${rest}\n${leaf}\n`, register: false })).toContain('chain-order');
  });

  test('a host that the certificate does not name is told', async () => {
    const { port } = proxy.address() as AddressInfo;
    const elsewhere = { host: 'service.example', proxy: `http://127.0.0.1:${port}`, webSocketPort: undefined };
    expect(await problems(elsewhere)).toEqual(['server-name']);
  });

  test('a port that speaks no TLS is told', async () => {
    const plain = createServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise((listening) => plain.listen(0, '127.0.0.1', () => listening(undefined)));
    const { port } = plain.address() as AddressInfo;
    expect(await problems({ mqttPort: port, webSocketPort: undefined })).toEqual(['tls-failed']);
    plain.close();
  });

  test.each([
    ['another device', (token: string) => token.replace('registrations%2F', 'registrations%2Fnot-'), 'sas-resource'],
    ['another key', (token: string) => token.replace(/sig=[^&]{6}/, 'sig=AAAAAA'), 'sas-signature'],
    ['milliseconds', (token: string) => token.replace(/se=(\d+)/, 'se=$1000'), 'sas-unreadable'],
    ['nobody', () => 'SharedAccessSignature', 'sas-unreadable'],
  ])('a SAS token of %s is told', async (_of, spoil, problem) => {
    const { idScope, registrationId, key } = healthy;
    const expiry = Math.floor(Date.now() / 1000) + 600;
    const token = createSasToken({ idScope: idScope!, registrationId: registrationId!, key: key!, expiry });
    expect(await problems({ sas: spoil(token), register: false })).toEqual([problem]);
  });

  test('a SAS token that was signed with the group key itself is told', async () => {
    const { primaryKey } = enrolled('group', 'symmetricKey');
    const request = { idScope: dps.idScope, registrationId: 'member-2', expiry: Math.floor(Date.now() / 1000) + 600 };
    const member = { registrationId: 'member-2', key: undefined, groupKey: primaryKey!, register: false };
    expect(await problems({ ...member, sas: createSasToken({ ...request, key: primaryKey! }) })).toEqual([
      'group-key-underived',
    ]);
    const right = createSasToken({ ...request, key: deriveDeviceKey(primaryKey!, 'member-2') });
    expect(await problems({ ...member, sas: right })).toEqual([]);
  });

  test('no key, token or passphrase stands in a report', async () => {
    const report = JSON.stringify(
      await findings({ passphrase: 'open sesame', sas: 'SharedAccessSignature sig=topsecret' }),
    );
    for (const secret of [healthy.key!, 'open sesame', 'topsecret']) expect(report).not.toContain(secret);
  });
});

describe('as a command', () => {
  test('ends with 0 for a device that is well, and prints a tick a line', async () => {
    const words = ['doctor', '--host', `localhost:${dps.port}`, '--id-scope', dps.idScope, '--ca', caFile];
    const { code, stdout, stderr } = await mote([...words, '--registration-id', healthy.registrationId!], {
      DPS_KEY: healthy.key!,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^✔ registration +assigned to /m);
    expect(stdout).not.toContain(healthy.key);
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
    const plain = await mote(words, { DPS_KEY: healthy.key! });
    expect(plain.code).toBe(1);
    expect(plain.stdout).toMatch(/^✖ ID scope .*\n +→ Copy it/m);
    const { code, stdout } = await mote([...words, '--json'], { DPS_KEY: healthy.key! });
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
