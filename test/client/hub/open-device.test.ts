import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  fileCache,
  groupKey,
  type HubDevice,
  type OpenDeviceOptions,
  openDevice,
  symmetricKey,
  x509,
} from '@mote/client';
import * as lean from '@mote/client/lean';
import { type Emulator, type EmulatorOptions, startEmulator } from '@mote/emulator';
import { afterEach, describe, expect, test } from 'vitest';
import { deviceOptions, KEY, kept, telemetry, until } from './at-emulator.ts';

const folder = mkdtempSync(join(tmpdir(), 'mote-device-'));
afterEach(() => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
});

const attestation = { type: 'symmetricKey', symmetricKey: { primaryKey: KEY } } as const;

async function service(options: EmulatorOptions = {}): Promise<Emulator> {
  return kept(
    await startEmulator({
      iotHubs: ['hub-1.example.net'],
      pollsBeforeAssigned: 0,
      individualEnrollments: [{ registrationId: 'dev', deviceId: 'device-7', attestation }],
      ...options,
    }),
  );
}

async function opened(azure: Emulator, options: Partial<OpenDeviceOptions> = {}): Promise<HubDevice> {
  return kept(await openDevice(deviceOptions(azure, options)));
}

describe('from key to telemetry', () => {
  test('by key, over TLS; the device id is the one that the service gave', async () => {
    const azure = await service();
    const states: string[] = [];
    const device = await opened(azure, {
      hub: { endpoint: `127.0.0.1:${azure.port}`, onState: ({ type }) => states.push(type) },
    });
    await device.send({ t: 1 });
    expect(await telemetry(azure)).toMatchObject([{ deviceId: 'device-7', json: { t: 1 } }]);
    await device.close();
    expect(states).toEqual(['provisioning', 'connecting', 'online', 'closed']);
  });

  test('by the key of a group, over WebSocket, lean', async () => {
    const azure = await service({
      enrollmentGroups: [{ enrollmentGroupId: 'g', attestation }],
    });
    const device = kept(
      await lean.openDevice({
        idScope: azure.idScope,
        registrationId: 'member',
        attestation: lean.groupKey(KEY),
        endpoint: `127.0.0.1:${azure.webSocketPort}`,
        transport: lean.webSocketTransport,
        tls: { ca: azure.ca },
        hub: { endpoint: `127.0.0.1:${azure.webSocketPort}` },
      }),
    );
    await device.send('x');
    expect(await telemetry(azure)).toMatchObject([{ deviceId: 'member' }]);
    expect(groupKey(KEY).type).toBe('group-key');
  });

  test('by certificate', async () => {
    // With no enrollments given it makes one of each kind.
    const azure = kept(await startEmulator({ iotHubs: ['hub-1.example.net'], pollsBeforeAssigned: 0 }));
    const { cert, key } = azure.issueDeviceCertificate('sensor');
    const device = await opened(azure, { registrationId: 'sensor', attestation: x509({ cert, key }) });
    await device.send('x');
    expect(await telemetry(azure)).toMatchObject([{ deviceId: 'sensor' }]);
  });
});

describe('the cache', () => {
  test('is written before the hub is dialled, whole and for its owner, and saves the service the next time', async () => {
    const azure = await service();
    const path = join(folder, 'cache.json');
    const device = await opened(azure, { cache: fileCache(path) });
    await device.close();
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      assignedHub: 'hub-1.example.net',
      deviceId: 'device-7',
      idScope: azure.idScope,
      registrationId: 'dev',
    });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['cache.json']);
    const states: string[] = [];
    const again = await opened(azure, {
      cache: fileCache(path),
      hub: { endpoint: `127.0.0.1:${azure.port}`, onState: ({ type }) => states.push(type) },
    });
    await again.close();
    expect(states).toEqual(['connecting', 'online', 'closed']);
  });

  test('of a hub that refuses the device leads to the service, once', async () => {
    const azure = await service();
    const path = join(folder, 'cache.json');
    const states: string[] = [];
    await fileCache(path).save({
      assignedHub: 'gone.example.net',
      deviceId: 'device-7',
      idScope: azure.idScope,
      registrationId: 'dev',
      savedAt: '',
    });
    const device = await opened(azure, {
      cache: fileCache(path),
      hub: {
        endpoint: `127.0.0.1:${azure.port}`,
        tls: { ca: azure.ca, servername: 'localhost' },
        onState: ({ type }) => states.push(type),
      },
    });
    expect(device.hostName).toBe('hub-1.example.net');
    // Refused, a fresh token, refused.
    expect(states).toEqual(['connecting', 'waiting', 'connecting', 'provisioning', 'connecting', 'online']);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ assignedHub: 'hub-1.example.net' });
  });

  test.each([
    ['nothing', undefined, 0],
    ['no JSON', '{', 1],
    ['another kind of JSON', '[]', 1],
    ['a word', 'null', 1],
    ['too much', `"${'x'.repeat(70_000)}"`, 1],
    ['another device', JSON.stringify({ assignedHub: 'h', deviceId: 'd', idScope: 'x', registrationId: 'y' }), 0],
    ['no hub', JSON.stringify({ deviceId: 'd', registrationId: 'dev' }), 0],
    ['no scope', JSON.stringify({ assignedHub: 'h', deviceId: 'd', registrationId: 'dev' }).replace('{', '{ '), 0],
    ['no registration id', JSON.stringify({ deviceId: 'd', assignedHub: 'h' }), 0],
    ['a hub that is no name', JSON.stringify({ assignedHub: 'a b', deviceId: 'd', registrationId: 'dev' }), 0],
  ])('with %s counts as empty, and is told', async (_what, content, told) => {
    const azure = await service();
    const path = join(folder, 'cache.json');
    const text = content?.replace('{"deviceId"', `{"idScope":"${azure.idScope}","deviceId"`);
    if (text !== undefined) writeFileSync(path, text);
    const problems: unknown[] = [];
    const device = await opened(azure, { cache: fileCache(path, { onProblem: (error) => problems.push(error) }) });
    expect(device.hostName).toBe('hub-1.example.net');
    expect(problems).toHaveLength(told);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ deviceId: 'device-7' });
  });

  test('that cannot be written or read stops nothing', async () => {
    const azure = await service();
    for (const cache of [
      fileCache(folder),
      fileCache(join(folder, 'none', 'cache.json')),
      {
        load: () => Promise.reject(new Error('x')),
        save: () => {
          throw new Error('y');
        },
      },
    ]) {
      const device = await opened(azure, { cache });
      await device.close();
      expect(device.hostName).toBe('hub-1.example.net');
    }
  });

  test('is cleared', async () => {
    const path = join(folder, 'cache.json');
    const cache = fileCache(path);
    await cache.save({ assignedHub: 'h', deviceId: 'd', idScope: 's', registrationId: 'r', savedAt: '' });
    expect(await cache.load()).toMatchObject({ assignedHub: 'h' });
    await cache.clear();
    await cache.clear();
    expect([existsSync(path), await cache.load()]).toEqual([false, undefined]);
  });
});

describe('a hub that speaks no MQTT 3.1.1', () => {
  test('is not dialled', async () => {
    const azure = await service({ connectionProfiles: { 'hub-1.example.net': 'mqttV5' } });
    const states: string[] = [];
    const options = deviceOptions(azure, {
      apiVersion: '2026-11-02-preview',
      hub: { endpoint: '127.0.0.1:1', onState: ({ type }) => states.push(type) },
    });
    await expect(openDevice(options)).rejects.toMatchObject({
      name: 'HubError',
      code: 'unsupported-profile',
      reason: 'mqttV5',
    });
    expect(states).toEqual(['provisioning', 'stopped']);
  });
});

describe('a device whose service does not help', () => {
  test('waits while the service says failed', async () => {
    const azure = await service({ scenario: { rules: [{ on: 'register', times: 1, fault: { status: 'failed' } }] } });
    const device = await opened(azure);
    expect(device.state.type).toBe('online');
  });

  test.each([
    ['a wrong key', { attestation: symmetricKey(Buffer.alloc(32, 9).toString('base64')) }, 'unauthorized'],
    ['no enrollment', { registrationId: 'nobody' }, 'not-found'],
    ['a wrong id', { registrationId: '' }, 'invalid-options'],
    ['an option of connect', { hub: { port: 1 } as never }, 'invalid-options'],
    ['a cache that is none', { cache: {} as never }, 'invalid-options'],
    ['an option of the hub beside it', { onState: () => {} } as never, 'invalid-options'],
    ['bad retries', { hub: { retry: { baseMs: -1 } } }, 'invalid-options'],
    ['a bad CA', { hub: { tls: { ca: 'x' } } }, 'invalid-options'],
  ])('ends at once: %s', async (_what, options, code) => {
    const azure = await service();
    await expect(openDevice(deviceOptions(azure, options))).rejects.toMatchObject({ name: 'HubError', code });
  });

  test('ends when its signal says so, with its reason', async () => {
    const azure = await service();
    const reason = new Error('enough');
    await expect(openDevice(deviceOptions(azure, { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
  });
});

test('moves to another hub with everything that it has taken, and reads its twin anew', async () => {
  let hub = 'hub-1.example.net';
  const azure = await service({
    iotHubs: ['hub-1.example.net', 'hub-2.example.net'],
    allocate: () => ({ iotHubHostName: hub }),
    individualEnrollments: [
      {
        registrationId: 'dev',
        attestation,
        allocationPolicy: 'custom',
        reprovisionPolicy: { updateHubAssignment: true, migrateDeviceData: false },
      },
    ],
  });
  const states: string[] = [];
  const device = await opened(azure, {
    hub: { endpoint: `127.0.0.1:${azure.port}`, onState: (state) => states.push(state.type) },
  });
  const changes = device.twin.desired();
  await azure.hub.setDesired('dev', { at: 1 });
  const seen = [(await changes.next()).value];
  if (seen[0]?.version === 1) seen.push((await changes.next()).value);
  expect(seen.at(-1)).toMatchObject({ version: 2, patch: { at: 1 } });
  expect(device.hostName).toBe('hub-1.example.net');
  hub = 'hub-2.example.net';
  const sent = Array.from({ length: 30 }, (_, n) => device.send({ n }));
  device.reprovision();
  sent.push(...Array.from({ length: 30 }, (_, n) => device.send({ n: n + 30 })));
  await Promise.all(sent);
  await until(() => device.state.type === 'online');
  expect(device.hostName).toBe('hub-2.example.net');
  const numbers = (await telemetry(azure, 60)).map(({ json }) => (json as { n: number }).n);
  expect(numbers).toEqual(Array.from({ length: 60 }, (_, n) => n));
  expect((await changes.next()).value).toMatchObject({ version: 1, complete: true });
  expect(states).toEqual(['provisioning', 'connecting', 'online', 'provisioning', 'connecting', 'online']);
});
