import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type * as Client from '@mote/client';
import { deriveDeviceKey, provision, symmetricKey } from '@mote/client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { codeBlocks } from './code-blocks.ts';
import type { Stand } from './redirected-client.ts';
import { CACHE } from './redirected-client.ts';
import { start, stop } from './servers.ts';

const stand = vi.hoisted((): Stand => ({}));
vi.mock('@mote/client', async (original) => {
  const { led } = await import('./redirected-client.ts');
  return led(await original<typeof Client>(), stand);
});

let proxy: Server;

beforeAll(async () => {
  await start(stand);
  const { dir, groupKey } = stand.service!;
  proxy = await tunnel();
  vi.stubEnv('DPS_GROUP_KEY', groupKey);
  const key = deriveDeviceKey(groupKey, 'sensor-17');
  vi.stubEnv('DPS_KEY', key);
  const known = { idScope: '0ne00ABCDEF', registrationId: 'sensor-17', attestation: symmetricKey(key) };
  const { assignedHub } = await provision(known);
  vi.stubEnv('IOTHUB_DEVICE_CONNECTION_STRING', `HostName=${assignedHub};DeviceId=sensor-17;SharedAccessKey=${key}`);
  vi.stubEnv('DPS_CERT', `${dir}/camera-4.pem`);
  vi.stubEnv('DPS_CERT_KEY', `${dir}/camera-4.key`);
  vi.stubEnv('HTTPS_PROXY', `http://user:password@127.0.0.1:${(proxy.address() as AddressInfo).port}`);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  proxy.close();
  await stop(stand);
});

// The block of docs/ci.md needs an emulator beside it: ci-job.test.ts runs it.
const scripts = codeBlocks().filter(({ language, file }) => language === 'ts' && file !== 'docs/ci.md');

test('the documents show code', () => {
  expect(scripts.length).toBeGreaterThan(2);
});

test.each(scripts)('the code at $where runs as it stands', async ({ where, language, text }) => {
  const folder = CACHE;
  const file = `${folder}${where.replace(/\W/g, '-')}.${language === 'ts' ? 'ts' : 'mjs'}`;
  writeFileSync(file, text);
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    await expect(import(file)).resolves.toBeDefined();
  } finally {
    log.mockRestore();
  }
});

/** The least of an HTTP proxy. */
async function tunnel(): Promise<Server> {
  const server = createServer();
  server.on('connect', (request, client) => {
    const [host, port] = request.url!.split(':');
    const upstream = connect(Number(port), host, () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
    upstream.on('error', () => client.destroy()).pipe(client);
    client.on('error', () => upstream.destroy()).pipe(upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
