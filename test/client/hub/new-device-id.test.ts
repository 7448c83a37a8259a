import { symmetricKey } from '@mote/client';
import { memoryStore, tlsTransport } from '@mote/client/lean';
import { encodePublish } from '@mote/codec';
import type { Emulator } from '@mote/emulator';
import { afterEach, expect, test } from 'vitest';
import { openDeviceOver } from '../../../packages/client/src/device/device-over.ts';
import type { HubDevice } from '../../../packages/client/src/device/hub-device.ts';
import type { DeviceHubOptionsBase } from '../../../packages/client/src/device/open-device-options.ts';
import { emulator, first, HUB, KEY, kept, telemetry, until } from './at-emulator.ts';

// The provisioning service may give a device another id. A hub closes the link on every topic of another device, so that what was
// accepted, what is subscribed to and the will have to follow.

const authentication = { type: 'sas', symmetricKey: { primaryKey: KEY, secondaryKey: KEY } } as const;
// A `$` and a digit would be something else in the second argument of String.replace.
const [OLD, NEW] = ['old', "new$1$'-id"] as const;

let name: string = OLD;
afterEach(() => {
  name = OLD;
});

async function service(): Promise<Emulator> {
  return emulator({ devices: [OLD, NEW].map((deviceId) => ({ deviceId, authentication })) });
}

async function opened(azure: Emulator, hub: DeviceHubOptionsBase = {}): Promise<HubDevice> {
  return kept(
    await openDeviceOver(
      {
        idScope: '0ne00ABCDEF',
        registrationId: 'sensor',
        attestation: symmetricKey(KEY),
        hub: { endpoint: `127.0.0.1:${azure.port}`, tls: { ca: azure.ca }, retry: { baseMs: 1 }, ...hub },
      },
      async () =>
        ({ assignedHub: HUB, deviceId: name, registrationId: 'sensor', status: 'assigned', raw: {} }) as never,
      () => [tlsTransport],
    ),
  );
}

async function renamed(device: HubDevice): Promise<void> {
  name = NEW;
  device.reprovision();
  await until(() => device.deviceId === NEW && device.state.type === 'online');
}

test('telemetry that was queued under the old id arrives under the new one, once, in its order', async () => {
  const azure = await service();
  const states: string[] = [];
  const device = await opened(azure, { onState: ({ type }) => states.push(type) });
  name = NEW;
  azure.hub.disable(OLD);
  await until(() => device.state.type !== 'online');
  const sent = Array.from({ length: 60 }, (_, n) =>
    device.send({ n }, { properties: { n: `${n}` }, qos: n % 2 ? 1 : 0 }),
  );
  await Promise.all(sent);
  const messages = await telemetry(azure, 60);
  expect(messages.map(({ json }) => (json as { n: number }).n)).toEqual(Array.from({ length: 60 }, (_, n) => n));
  expect(messages.at(-1)).toMatchObject({ deviceId: NEW, properties: { n: '59' } });
  // Refused, with a fresh token too: then the service has said the other name.
  expect(states.filter((state) => state === 'provisioning')).toHaveLength(2);
});

test('telemetry of an earlier run, in the store, arrives under the new id', async () => {
  const azure = await service();
  const store = memoryStore();
  const topicName = `devices/${OLD}/messages/events/a=b`;
  await store.load();
  await store.put(
    'out-000000000000001',
    encodePublish({ topicName, payload: Buffer.from('kept'), qos: 1, packetId: 7 }),
  );
  name = NEW;
  await opened(azure, { store });
  expect(await telemetry(azure)).toMatchObject([
    { deviceId: NEW, body: new TextEncoder().encode('kept'), properties: { a: 'b' } },
  ]);
});

test('a loop over messages gets those of the new id, and is not ended', async () => {
  const azure = await service();
  const device = await opened(azure);
  const messages = device.messages();
  await messages.granted;
  await renamed(device);
  await messages.granted;
  await azure.hub.sendMessage(NEW, 'for the new one');
  expect((await first(messages))?.text()).toBe('for the new one');
  await device.send('still connected');
  expect(await telemetry(azure)).toMatchObject([{ deviceId: NEW }]);
});

test('the will is one of the new id, and as it was when the device was opened', async () => {
  const azure = await service();
  const body = { gone: 1 };
  const device = await opened(azure, { will: { body, properties: { last: 'yes' } } });
  body.gone = 2;
  await renamed(device);
  azure.hub.disconnect(NEW);
  const [will] = await telemetry(azure);
  expect(will).toMatchObject({ deviceId: NEW, json: { gone: 1 }, properties: { last: 'yes' } });
});

test('what leaves no room for a longer id in its topic arrives without its properties', async () => {
  const azure = await service();
  const store = memoryStore();
  await store.load();
  const topicName = `devices/${OLD}/messages/events/a=`.padEnd(65_535, 'x');
  await store.put(
    'out-000000000000001',
    encodePublish({ topicName, payload: Buffer.from('kept'), qos: 1, packetId: 7 }),
  );
  name = NEW;
  const device = await opened(azure, { store });
  await device.send('after');
  const kept = { deviceId: NEW, body: new TextEncoder().encode('kept'), properties: {} };
  expect(await telemetry(azure, 2)).toMatchObject([kept, { body: new TextEncoder().encode('after') }]);
});
