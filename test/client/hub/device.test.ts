import { describe, expect, test } from 'vitest';
import { atHub, emulator, first, KEY, telemetry, until } from './at-emulator.ts';

const CODES = (error: { code: string }): string => error.code;

describe('telemetry', () => {
  test.each(['tls', 'websocket'] as const)('reaches the hub with its properties over %s', async (transport) => {
    const azure = await emulator();
    const device = await atHub(azure, { transport });
    expect(device.state).toMatchObject({ type: 'online', hostName: 'hub-1.example.net', deviceId: 'dev' });
    await device.send(
      { t: 21.5 },
      { properties: { room: '7', empty: '', none: null, 'a b': 'c+d' }, messageId: 'm1', creationTime: new Date(0) },
    );
    await device.send('text', { correlationId: 'c', component: 'thermostat', qos: 0 });
    await device.send(new Uint8Array([1, 2]));
    const [json, text, bytes] = await telemetry(azure, 3);
    expect(json).toMatchObject({
      deviceId: 'dev',
      json: { t: 21.5 },
      properties: { room: '7', empty: '', none: null, 'a b': 'c+d' },
      systemProperties: {
        messageId: 'm1',
        contentType: 'application/json',
        contentEncoding: 'utf-8',
        creationTime: '1970-01-01T00:00:00.000Z',
      },
    });
    expect(text).toMatchObject({ systemProperties: { correlationId: 'c', component: 'thermostat' } });
    expect(Buffer.from(text!.body).toString()).toBe('text');
    expect([...bytes!.body]).toEqual([1, 2]);
  });

  test('of a batch is one message of the quota, and each value settles with it', async () => {
    const azure = await emulator();
    const device = await atHub(azure);
    const batch = device.batch({ maxBytes: 200, properties: { kind: 'batch' } });
    const sent = Array.from({ length: 20 }, (_, n) => batch.send({ n }));
    await batch.flush();
    await Promise.all(sent);
    const last = batch.send('last');
    await device.close();
    await last;
    const messages = await telemetry(azure, 3);
    expect(messages.flatMap(({ json }) => json)).toEqual([...Array.from({ length: 20 }, (_, n) => ({ n })), 'last']);
    for (const { body } of messages) expect(body.length).toBeLessThan(200);
    expect(messages[0]!.properties).toEqual({ kind: 'batch' });
  });

  test('of a module, by connection string', async () => {
    const azure = await emulator();
    const string = `HostName=hub-1.example.net;DeviceId=dev;ModuleId=mod;SharedAccessKey=${KEY}`;
    const own = { hostName: undefined, deviceId: undefined, attestation: undefined };
    const device = await atHub(azure, { ...own, connectionString: string });
    await device.send(1, { outputName: 'out' });
    expect(await telemetry(azure)).toMatchObject([{ deviceId: 'dev', moduleId: 'mod', json: 1 }]);
  });
});

describe('messages', () => {
  test('are acknowledged when the loop body is done', async () => {
    const azure = await emulator();
    const device = await atHub(azure);
    const messages = device.messages();
    await messages.granted;
    await azure.hub.sendMessage('dev', '{"a":1}', {
      messageId: 'm1',
      properties: { x: 'y' },
      contentType: 'application/json',
    });
    await azure.hub.sendMessage('dev', 'second');
    const one = (await messages.next()).value!;
    expect(one).toMatchObject({
      messageId: 'm1',
      properties: { x: 'y' },
      contentType: 'application/json',
      duplicate: false,
    });
    expect([one.text(), one.json()]).toEqual(['{"a":1}', { a: 1 }]);
    expect(azure.hub.devices.find(({ id }) => id === 'dev')!.queuedMessages).toBe(2);
    const two = (await messages.next()).value!;
    expect(two.text()).toBe('second');
    two.complete();
    await messages.return();
    await until(() => azure.hub.devices.find(({ id }) => id === 'dev')!.queuedMessages === 0);
    expect(await messages.next()).toEqual({ done: true, value: undefined });
  });
});

describe('methods', () => {
  test('are answered by their handlers, and in their place by 404, 500 and 400', async () => {
    const azure = await emulator();
    const device = await atHub(azure);
    const seen: unknown[] = [];
    const ready = device.onMethod('reboot', async ({ payload, requestId, signal }) => {
      seen.push(payload, typeof requestId, signal.aborted);
      return { status: 202, payload: { soon: true } };
    });
    device.onMethod('silent', () => {});
    device.onMethod('throws', () => {
      throw new Error('secret');
    });
    device.onMethod('cycle', () => {
      const loop: Record<string, unknown> = {};
      loop['loop'] = loop;
      return { payload: loop };
    });
    device.onMethod('large', () => ({ payload: 'x'.repeat(131_072) }));
    device.onMethod('status', () => ({ status: 1.5 }));
    await ready;
    expect(await azure.hub.invoke('dev', 'reboot', { now: true })).toEqual({ status: 202, payload: { soon: true } });
    expect(seen).toEqual([{ now: true }, 'string', false]);
    const status = async (name: string): Promise<unknown> => (await azure.hub.invoke('dev', name)).status;
    expect(await status('silent')).toBe(200);
    for (const name of ['throws', 'cycle', 'large', 'status']) expect(await status(name), name).toBe(500);
    expect(await azure.hub.invoke('dev', 'throws')).toEqual({ status: 500, payload: undefined });
    expect(await status('nobody')).toBe(404);
    device.offMethod('reboot');
    expect(await status('reboot')).toBe(404);
  });
});

describe('twin', () => {
  test('get, report, and desired from the whole on', async () => {
    const azure = await emulator();
    const device = await atHub(azure);
    await azure.hub.setDesired('dev', { interval: 5 });
    expect(await device.twin.get()).toMatchObject({ desired: { interval: 5, $version: 2 }, reported: { $version: 1 } });
    expect(await device.twin.report({ state: 'up' })).toBe(2);
    expect(azure.hub.twin('dev').reported).toMatchObject({ state: 'up' });
    const changes = device.twin.desired();
    expect((await changes.next()).value).toEqual({ version: 2, patch: { interval: 5 }, complete: true });
    await azure.hub.setDesired('dev', { interval: null, rate: 1 });
    expect((await changes.next()).value).toEqual({ version: 3, patch: { interval: null, rate: 1 }, complete: false });
    azure.hub.disconnect('dev');
    await azure.hub.setDesired('dev', { rate: 2 });
    expect((await changes.next()).value).toEqual({ version: 4, patch: { rate: 2 }, complete: true });
    await changes.return();
    expect(await changes.next()).toEqual({ done: true, value: undefined });
  });

  test('everything together takes the five filters that a hub allows', async () => {
    const azure = await emulator();
    const device = await atHub(azure);
    const messages = device.messages();
    device.onMethod('m', () => ({}));
    await first(device.twin.desired());
    await messages.granted;
    await device.twin.report({ a: 1 });
    expect(await device.renewCertificate('MIIB', { timeoutMs: 50 }).catch(CODES)).toBeTypeOf('string');
  });
});
