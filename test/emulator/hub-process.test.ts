import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONNACK, CONNECT, PUBACK, PUBLISH, type PublishPacket } from '@mote/codec';
import { type Emulator, type EmulatorOptions, startEmulator, type TelemetryMessage } from '@mote/emulator';
import { describe, expect, test } from 'vitest';
import { HUB_KEY, hubToken, subscribe } from './hub-memory.ts';
import { registerByHand } from './register-by-hand.ts';
import { sasToken } from './sas.ts';
import { dial, type Identity, type WireDevice } from './wire-device.ts';

const attestation = { type: 'symmetricKey', symmetricKey: { primaryKey: HUB_KEY } } as const;
const options: EmulatorOptions = {
  webSocketPort: false,
  apiPort: 0,
  iotHubs: ['localhost'],
  pollsBeforeAssigned: 0,
  individualEnrollments: [{ registrationId: 'dev', attestation }],
};

/** A device at the hub, over TLS. */
async function atHub(
  azure: Emulator,
  id: string,
  how: { cleanSession?: boolean; identity?: Identity } = {},
): Promise<WireDevice> {
  const { cleanSession = true, identity } = how;
  const device = await dial(azure, identity);
  const password = identity === undefined ? { password: hubToken({ resource: `localhost/devices/${id}` }) } : {};
  const userName = `localhost/${id}/?api-version=2021-04-12`;
  device.send({ type: CONNECT, clientId: id, cleanSession, keepAlive: 60, userName, ...password });
  expect(await device.next()).toMatchObject({ type: CONNACK, returnCode: 0 });
  return device;
}

const register = (azure: Emulator) =>
  registerByHand(azure, {
    registrationId: 'dev',
    password: sasToken({ idScope: azure.idScope, registrationId: 'dev', key: HUB_KEY }),
  });

const message = (topicName: string, body: string): PublishPacket => ({
  type: PUBLISH,
  topicName,
  payload: Buffer.from(body),
  qos: 1,
  retain: false,
  dup: false,
  packetId: 4,
});

describe('from key to telemetry on one port', () => {
  test('registration, telemetry, method, message, twin, over TLS and azure.hub', async () => {
    await using azure = await startEmulator(options);
    expect(await register(azure)).toMatchObject({ body: { registrationState: { assignedHub: 'localhost' } } });
    const device = await atHub(azure, 'dev');
    device.send(message('devices/dev/messages/events/%24.ct=application%2Fjson&room=7', '{"t":21.5}'));
    expect(await device.next()).toEqual({ type: PUBACK, packetId: 4 });
    const telemetry = azure.hub.telemetry()[Symbol.asyncIterator]();
    expect((await telemetry.next()).value).toMatchObject({
      deviceId: 'dev',
      json: { t: 21.5 },
      properties: { room: '7' },
      systemProperties: { contentType: 'application/json' },
    } satisfies Partial<TelemetryMessage>);
    device.send(
      subscribe(
        '$iothub/methods/POST/#',
        'devices/dev/messages/devicebound/#',
        '$iothub/twin/PATCH/properties/desired/#',
      ),
    );
    await device.next();
    const called = azure.hub.invoke('dev', 'reboot', { now: true });
    const request = (await device.next()) as PublishPacket;
    device.send(message(request.topicName.replace('POST/reboot', 'res/201'), '"soon"'));
    expect(await called).toEqual({ status: 201, payload: 'soon' });
    expect(await device.next()).toMatchObject({ type: PUBACK });
    const messageId = await azure.hub.sendMessage('dev', 'hello', { properties: { a: '1' } });
    expect(await device.next()).toMatchObject({ topicName: expect.stringContaining(messageId) });
    expect(await azure.hub.setDesired('dev', { on: true })).toBe(2);
    expect(await device.next()).toMatchObject({ topicName: expect.stringContaining('$version=2') });
    expect(azure.hub.twin('dev')).toEqual({
      deviceId: 'dev',
      desired: { on: true, $version: 2 },
      reported: { $version: 1 },
    });
    expect(azure.hub.disconnect('dev')).toBe(true);
    await device.closed();
    expect(azure.hub.devices).toMatchObject([{ id: 'dev', connected: false, queuedMessages: 1 }]);
    await expect(azure.hub.invoke('dev', 'reboot')).rejects.toMatchObject({ errorCode: 404_103 });
    await azure.close();
    expect(await telemetry.next()).toMatchObject({ done: true });
  });

  test('a device with a certificate, registered and not, and one of another CN', async () => {
    await using azure = await startEmulator({
      ...options,
      individualEnrollments: [],
      enrollmentGroups: [{ enrollmentGroupId: 'g', attestation: { type: 'x509' } }],
    });
    const identity = azure.issueDeviceCertificate('member');
    await registerByHand(azure, { registrationId: 'member', ...identity });
    (await atHub(azure, 'member', { identity })).socket.destroy();
    // Renewed: another certificate of the same CA and name.
    (await atHub(azure, 'member', { identity: azure.issueDeviceCertificate('member') })).socket.destroy();
    await expect(atHub(azure, 'member', { identity: azure.issueDeviceCertificate('other') })).rejects.toThrow();
  });

  test('a method that nobody answers ends at its deadline', async () => {
    await using azure = await startEmulator({
      ...options,
      devices: [{ deviceId: 'dev', authentication: { symmetricKey: { primaryKey: HUB_KEY } } }],
    });
    const device = await atHub(azure, 'dev');
    device.send(subscribe('$iothub/methods/POST/#'));
    await device.next();
    await expect(azure.hub.invoke('dev', 'm', undefined, { timeoutMs: 20 })).rejects.toMatchObject({
      errorCode: 504_101,
    });
    await expect(azure.hub.invoke('dev', 'm', undefined, { timeoutMs: 300_001 })).rejects.toThrow('timeoutMs');
    await expect(azure.hub.invoke('dev', 'no blank')).rejects.toMatchObject({ errorCode: 400_004 });
    device.socket.destroy();
  });
});

test('twin, queue and session survive a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mote-hub-'));
  const stateFile = join(folder, 'state.json');
  const first = await startEmulator({ ...options, stateFile });
  await register(first);
  const device = await atHub(first, 'dev', { cleanSession: false });
  device.send(subscribe('devices/dev/messages/devicebound/#'));
  await device.next();
  device.socket.destroy();
  await first.hub.setDesired('dev', { on: true });
  await first.close();
  await using second = await startEmulator({ ...options, stateFile });
  expect(second.hub.twin('dev').desired).toEqual({ on: true, $version: 2 });
  await second.hub.sendMessage('dev', 'waiting');
  const again = await atHub(second, 'dev', { cleanSession: false });
  expect(await again.next()).toMatchObject({ type: PUBLISH, payload: new Uint8Array(Buffer.from('waiting')) });
  again.socket.destroy();
  rmSync(folder, { recursive: true });
});

test('the service side over HTTP', async () => {
  await using azure = await startEmulator(options);
  const ask = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`http://127.0.0.1:${azure.apiPort}${path}`, {
      method,
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  const identity = { deviceId: 'dev', authentication: { symmetricKey: { primaryKey: HUB_KEY } } };
  expect((await ask('PUT', '/devices/dev', identity)).status).toBe(200);
  expect((await ask('PUT', '/devices/x', identity)).status).toBe(400);
  expect((await ask('PUT', '/devices/a%23b', { deviceId: 'a#b' })).body.message).toContain('no topic may hold');
  expect((await ask('GET', '/devices')).body).toMatchObject([{ id: 'dev', connected: false }]);
  expect((await ask('PATCH', '/twins/dev', { properties: { desired: { a: 1 } } })).body).toMatchObject({
    properties: { desired: { a: 1, $version: 2 } },
  });
  expect((await ask('GET', '/twins/nobody')).status).toBe(404);
  expect((await ask('PATCH', '/twins/dev', { properties: { desired: { 'a.b': 1 } } })).status).toBe(400);
  expect((await ask('POST', '/twins/dev/methods', { methodName: 'm' })).body).toMatchObject({ errorCode: 404_103 });
  expect((await ask('POST', '/devices/dev/messages/devicebound', { body: 'hi' })).status).toBe(201);
  expect((await ask('POST', '/devices/dev/messages/devicebound', {})).status).toBe(400);
  const device = await atHub(azure, 'dev');
  device.send(message('devices/dev/messages/events/', 'x'));
  await device.next();
  expect((await ask('GET', '/telemetry')).body).toMatchObject([{ deviceId: 'dev', body: 'eA==' }]);
  expect((await ask('POST', '/devices/dev/disconnect')).body).toEqual({ disconnected: true });
  expect((await ask('POST', '/devices/dev/disable')).status).toBe(204);
  expect((await ask('DELETE', '/devices/dev')).status).toBe(204);
  expect((await ask('DELETE', '/devices/dev')).status).toBe(404);
  device.socket.destroy();
});
