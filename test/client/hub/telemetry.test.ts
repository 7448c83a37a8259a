import { connectHub, type HubDevice, symmetricKey } from '@mote/client';
import { type Emulator, startEmulator, type TelemetryMessage } from '@mote/emulator';
import { afterEach, expect, test } from 'vitest';

const KEY = Buffer.alloc(32, 7).toString('base64');
const HUB = 'hub-1.example.net';

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

async function emulator(): Promise<Emulator> {
  const azure = await startEmulator({
    iotHubs: [HUB],
    devices: [
      { deviceId: 'dev', authentication: { type: 'sas', symmetricKey: { primaryKey: KEY, secondaryKey: KEY } } },
    ],
  });
  open.push(azure);
  return azure;
}

async function atHub(azure: Emulator, options: Partial<Parameters<typeof connectHub>[0]> = {}): Promise<HubDevice> {
  const device = await connectHub({
    hostName: HUB,
    deviceId: 'dev',
    attestation: symmetricKey(KEY),
    endpoint: `127.0.0.1:${options.transport === 'websocket' ? azure.webSocketPort : azure.port}`,
    tls: { ca: azure.ca },
    ...options,
  });
  open.push(device);
  return device;
}

async function next(azure: Emulator): Promise<TelemetryMessage> {
  for await (const message of azure.hub.telemetry()) return message;
  throw new Error('ended');
}

test.each(['tls', 'websocket'] as const)('telemetry reaches the hub over %s', async (transport) => {
  const azure = await emulator();
  const device = await atHub(azure, { transport });
  expect(device.state).toMatchObject({ type: 'online', hostName: HUB });
  await device.send({ t: 21.5 }, { properties: { room: '7' }, messageId: 'm1' });
  expect(await next(azure)).toMatchObject({
    deviceId: 'dev',
    json: { t: 21.5 },
    properties: { room: '7' },
    systemProperties: { messageId: 'm1', contentType: 'application/json', contentEncoding: 'utf-8' },
  });
});
