import { runInNewContext } from 'node:vm';
import { connectHub, symmetricKey } from '@mote/client';
import { type Emulator, startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, expect, test } from 'vitest';

// Values of another realm, as Jest's sandboxes and vm contexts give them, and telemetry that no program could write again.

const KEY = Buffer.alloc(32, 7).toString('base64');
const foreign = (code: string): never => runInNewContext(code) as never;

let azure: Emulator;
beforeAll(async () => {
  azure = await startEmulator({
    webSocketPort: false,
    devices: [{ deviceId: 'd', authentication: { symmetricKey: { primaryKey: KEY } } }],
  });
});
afterAll(() => azure.close());

test.each([
  ['body', ['Uint8Array.of(1, 2)']],
  ['expiry', ['"x"', '({ expiry: new Date(8e12) })']],
  ['properties', ['"x"', '({ properties: { a: "b", n: null } })']],
])('a message may have a %s of another realm', async (_what, codes) => {
  const given = codes.map(foreign) as unknown as [string, object?];
  await expect(azure.hub.sendMessage('d', ...given)).resolves.toMatch(/./);
});

test('desired properties may be of another realm', async () => {
  await azure.hub.setDesired('d', foreign('({ a: { b: 1 } })'));
  expect(azure.hub.twin('d').desired).toMatchObject({ a: { b: 1 } });
});

test.each([
  ['64 levels', `${'['.repeat(64)}${']'.repeat(64)}`, true],
  ['65 levels', `${'['.repeat(65)}${']'.repeat(65)}`, false],
  ['60,000 arrays', `${'['.repeat(60_000)}${']'.repeat(60_000)}`, false],
  ['20,000 objects', `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`, false],
  ['brackets in a text', JSON.stringify('['.repeat(1000)), true],
])('what telemetry() gives as json can be written as JSON: %s', async (_what, body, isJson) => {
  const [hostName] = azure.iotHubs;
  await using device = await connectHub({
    hostName,
    deviceId: 'd',
    attestation: symmetricKey(KEY),
    endpoint: `127.0.0.1:${azure.port}`,
    tls: { ca: azure.ca },
  });
  await device.send(body);
  for await (const message of azure.hub.telemetry()) {
    if (Buffer.from(message.body).toString() !== body) continue;
    expect(message.json !== undefined).toBe(isJson);
    expect(() => JSON.stringify(message)).not.toThrow();
    break;
  }
});
