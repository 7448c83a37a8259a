import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import type * as Client from '@mote/client';
import { deriveDeviceKey, provision, symmetricKey } from '@mote/client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { answer, LoopbackServer, message } from '../client/mqtt/server.ts';
import { codeBlocks } from './code-blocks.ts';
import { type DocumentedService, startDocumentedService } from './service.ts';

// Blocks that dial the public service are led to an emulator, those that dial a broker to one of ours: nothing else of them is
// changed.
const stand = vi.hoisted(() => ({
  service: undefined as DocumentedService | undefined,
  broker: undefined as LoopbackServer | undefined,
}));
vi.mock('@mote/client', async (original) => {
  const client = await original<typeof Client>();
  const provision: typeof client.provision = (options) => {
    const { host, port, ca } = stand.service!.dps;
    const endpoint = { endpoint: `${host}:${port}`, tls: { ca } };
    return client.provision(options.endpoint === undefined ? { ...options, ...endpoint } : options);
  };
  const openDevice: typeof client.openDevice = (options) => {
    if (options.endpoint !== undefined) return client.openDevice(options);
    const { host, port, ca } = stand.service!.dps;
    const endpoint = `${host}:${port}`;
    return client.openDevice({
      ...options,
      endpoint,
      tls: { ca },
      cache: undefined,
      hub: { ...options.hub, endpoint },
    });
  };
  const connectHub: typeof client.connectHub = (options) => {
    const { host, port, ca } = stand.service!.dps;
    return client.connectHub({ ...options, endpoint: `${host}:${port}`, tls: { ca } });
  };
  const led = (options: Client.ConnectOptions): Client.ConnectOptions => ({
    ...options,
    host: '127.0.0.1',
    port: stand.broker!.port,
    transport: 'tcp',
  });
  return {
    ...client,
    provision,
    openDevice,
    connectHub,
    connect: (options: Client.ConnectOptions) => client.connect(led(options)),
    createClient: (options: Client.ConnectOptions) => client.createClient(led(options)),
    journalStore: (name: string) => client.journalStore(`${CACHE}${name}`),
  };
});

let proxy: Server;
const CACHE = fileURLToPath(new URL('../../.cache/code-blocks/', import.meta.url));

/** Somebody publishes to whoever subscribes, once. */
const greet: LoopbackServer['reply'] = (packet, peer) => {
  if (packet.cmd !== 'subscribe') return false;
  answer(packet, peer);
  for (const { topic } of packet.subscriptions) peer.say(message(topic, 'on', 1, 1));
  return true;
};

beforeAll(async () => {
  const service = await startDocumentedService();
  stand.service = service;
  const { dir, groupKey } = service;
  proxy = await tunnel();
  stand.broker = await LoopbackServer.listen(greet);
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
  await stand.broker?.[Symbol.asyncDispose]();
  await stand.service?.close();
});

// The block of docs/ci.md needs an emulator beside it: ci-job.test.ts runs it.
const scripts = codeBlocks().filter(({ language, file }) => language === 'ts' && file !== 'docs/ci.md');

test('the documents show code', () => {
  expect(scripts.length).toBeGreaterThan(2);
});

test.each(scripts)('the code at $where runs as it stands', async ({ where, language, text }) => {
  const folder = CACHE;
  mkdirSync(folder, { recursive: true });
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
