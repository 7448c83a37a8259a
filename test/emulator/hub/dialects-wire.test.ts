import type { ConnectionOptions } from 'node:tls';
import { type Emulator, type EmulatorEvent, startEmulator, type TelemetryMessage } from '@mote/emulator';
import { describe, expect, test } from 'vitest';
import { HUB, HUB_KEY, hubToken } from '../hub-memory.ts';
import { connack, connect, connectFields, DISCONNECT, puback, publish, suback, subscribe } from './by-hand.ts';
import { dialByHand, dialWebSocket, frame, type HandSocket, served, type Upgrade } from './wire-by-hand.ts';

// Dialects of official SDKs below MQTT, over real sockets: test/vectors/hub-transcripts/README.md, "WebSocket" and "CONNECT".

const EVENTS = 'devices/dev/messages/events/';
const hello = {
  clientId: 'dev',
  userName: `${HUB}/dev/?api-version=2021-04-12`,
  password: hubToken({ resource: `${HUB}/devices/dev` }),
};

const start = () =>
  startEmulator({
    iotHubs: [HUB],
    devices: [
      { deviceId: 'dev', authentication: { symmetricKey: { primaryKey: HUB_KEY } } },
      { deviceId: 'certified', authentication: { type: 'certificateAuthority' } },
    ],
  });

const key = 'Sec-WebSocket-Key: 4/2TOlHJqQQkkl9ffQoSxA==';
/** Requests as the transcripts have them, in the SDK's order and spelling. */
const UPGRADES = {
  Node: [
    'GET /$iothub/websocket HTTP/1.1',
    'Sec-WebSocket-Version: 13',
    key,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits',
    'Sec-WebSocket-Protocol: mqtt',
    `Host: ${HUB}`,
  ],
  Python: [
    'GET /$iothub/websocket HTTP/1.1',
    `Host: ${HUB}:443`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Origin: https://${HUB}:443`,
    'Sec-WebSocket-Key: 4/2TOlHJqQQkkl9ffQoSxA==',
    'Sec-Websocket-Version: 13',
    'Sec-Websocket-Protocol: mqtt',
  ],
  C: [
    'GET /$iothub/websocket?iothub-no-client-cert=true HTTP/1.1',
    `Host: ${HUB}:443`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Origin: https://${HUB}:443`,
    key,
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Protocol: mqtt',
  ],
} as const satisfies Record<string, Upgrade>;

async function upgraded(azure: Emulator, upgrade: Upgrade, options: ConnectionOptions = {}): Promise<HandSocket> {
  const device = await dialWebSocket(azure, upgrade, options);
  expect(await device.takeHead()).toMatch(/^HTTP\/1\.1 101 /);
  return device;
}

/** The next event of this type. */
async function next<T extends EmulatorEvent['type']>(
  azure: Emulator,
  type: T,
): Promise<Extract<EmulatorEvent, { type: T }>> {
  for await (const event of azure.events) if (event.type === type) return event as Extract<EmulatorEvent, { type: T }>;
  throw new Error(`no ${type}`);
}

async function firstTelemetry(azure: Emulator): Promise<TelemetryMessage> {
  for await (const message of azure.hub.telemetry()) return message;
  throw new Error('no telemetry');
}

describe('TLS', () => {
  test.each([
    ['Node and C: 1.3, the name of the hub', {}, 'TLSv1.3'],
    ['Python: 1.2 only, the name of the hub', { maxVersion: 'TLSv1.2' }, 'TLSv1.2'],
    ['the hub by its name as device endpoint', { servername: HUB.toUpperCase() }, 'TLSv1.3'],
  ] as const)('%s', async (_what, options, version) => {
    await using azure = await start();
    const device = await dialByHand(azure, { servername: HUB, ...options });
    expect(device.socket.getProtocol()).toBe(version);
    expect(await device.send(connect(hello)).take(4)).toBe(connack(0).toString('hex'));
    device.socket.destroy();
  });
});

describe('the upgrade to WebSocket', () => {
  test.each([
    ['Node: offers permessage-deflate, and gets none', UPGRADES.Node],
    ['Python: its own spelling of header names, Host with a port, an Origin', UPGRADES.Python],
    ['C: the path has the query iothub-no-client-cert=true', UPGRADES.C],
  ])('%s', async (_what, upgrade) => {
    await using azure = await start();
    const device = await dialWebSocket(azure, upgrade, { servername: HUB });
    const [status, ...headers] = (await device.takeHead()).toLowerCase().split('\r\n');
    expect(status).toBe('http/1.1 101 switching protocols');
    expect(headers).toContain('sec-websocket-protocol: mqtt');
    expect(headers.filter((header) => header.includes('extensions'))).toEqual([]);
    expect(await device.send(frame(connect(hello))).take(6)).toBe(served(connack(0)));
    device.socket.destroy();
  });

  test.each(['?iothub-no-client-cert=false', '?', '?a=1&b', '?iothub-no-client-cert=true&x=%zz'])(
    'the path counts without its query: %s',
    async (query) => {
      await using azure = await start();
      const [, ...rest] = UPGRADES.C;
      (await upgraded(azure, [`GET /$iothub/websocket${query} HTTP/1.1`, ...rest])).socket.destroy();
    },
  );

  test('a certificate is shown below WebSocket, as Node and Python do it', async () => {
    await using azure = await start();
    const device = await upgraded(azure, UPGRADES.Python, azure.issueDeviceCertificate('certified'));
    const bytes = connect({ clientId: 'certified', userName: `${HUB}/certified/?api-version=2019-10-01` });
    expect(await device.send(frame(bytes)).take(6)).toBe(served(connack(0)));
    device.socket.destroy();
  });
});

describe('messages of WebSocket', () => {
  test('Node: one for each field of a packet', async () => {
    await using azure = await start();
    const device = await upgraded(azure, UPGRADES.Node);
    const fields = connectFields(hello);
    expect(fields).toHaveLength(13);
    for (const field of fields) device.send(frame(field));
    expect(await device.take(6)).toBe(served(connack(0)));
    const message = publish(`${EVENTS}a=1`, 'body', { packetId: 258 });
    // Header, length, length of the topic, topic, identifier, payload.
    for (const [from, to] of [[0, 1], [1, 2], [2, 4], [4, -6], [-6, -4], [-4]] as const)
      device.send(frame(message.subarray(from, to)));
    expect(await device.take(6)).toBe(served(puback(258)));
    expect(await firstTelemetry(azure)).toMatchObject({
      properties: { a: '1' },
      body: new Uint8Array(Buffer.from('body')),
    });
    device.socket.destroy();
  });

  test.each([
    ['one byte each', 1],
    ['two packets and a half', 40],
  ])('packets may be cut anywhere: %s', async (_what, size) => {
    await using azure = await start();
    const device = await upgraded(azure, UPGRADES.Node);
    const bytes = Buffer.concat([connect(hello), subscribe('$iothub/twin/res/#', 0, 2), publish(EVENTS, 'x')]);
    for (let at = 0; at < bytes.length; at += size) device.send(frame(bytes.subarray(at, at + size)));
    const answers = [connack(0), suback(0, 2), puback(7)].map(served);
    expect(await device.take(answers.join('').length / 2)).toBe(answers.join(''));
    device.socket.destroy();
  });

  test('Python and C: one for each packet, of 256 KiB too', async () => {
    await using azure = await start();
    const device = await upgraded(azure, UPGRADES.Python);
    expect(await device.send(frame(connect(hello))).take(6)).toBe(served(connack(0)));
    expect(await device.send(frame(publish(EVENTS, Buffer.alloc(262_144, 97)))).take(6)).toBe(served(puback(7)));
    expect((await firstTelemetry(azure)).body).toHaveLength(262_144);
    device.socket.destroy();
  });
});

describe('the end of a WebSocket', () => {
  const will = { topic: EVENTS, message: 'gone' };

  test.each<[string, Buffer | undefined]>([
    ['Node: DISCONNECT, a close frame without a code', frame(Buffer.of(), 8)],
    ['C: DISCONNECT, a close frame with 1000', frame(Buffer.of(3, 232), 8)],
    ['Python: DISCONNECT, TCP ends without a close frame', undefined],
  ])('%s: the device has said goodbye, and its next link is served', async (_what, closing) => {
    await using azure = await start();
    const device = await upgraded(azure, UPGRADES.Node);
    device.send(frame(connect({ ...hello, will })), frame(DISCONNECT), ...(closing === undefined ? [] : [closing]));
    if (closing === undefined) device.socket.end();
    expect(await next(azure, 'closed')).toMatchObject({ by: 'device', reason: 'DISCONNECT' });
    await device.closed();
    expect(azure.hub.devices[0]?.connected).toBe(false);
    const again = await upgraded(azure, UPGRADES.Node);
    expect(await again.send(frame(connect(hello))).take(6)).toBe(served(connack(0, true)));
    // A Will would have come before.
    again.send(frame(publish(`${EVENTS}next=1`)));
    expect(await firstTelemetry(azure)).toMatchObject({ properties: { next: '1' } });
    again.socket.destroy();
  });

  test.each<[string, (device: HandSocket) => unknown]>([
    ['TCP ends', ({ socket }) => socket.end()],
    ['TCP is reset', ({ socket }) => socket.destroy()],
    ['TCP ends in the middle of a frame', ({ socket }) => socket.end(frame(publish(EVENTS, 'half')).subarray(0, 20))],
    ['a close frame', (device) => device.send(frame(Buffer.of(), 8))],
    ['a close frame that says 1001', (device) => device.send(frame(Buffer.of(3, 233), 8))],
  ])('without DISCONNECT the Will is sent: %s', async (_what, end) => {
    await using azure = await start();
    const device = await upgraded(azure, UPGRADES.Python);
    expect(await device.send(frame(connect({ ...hello, will }))).take(6)).toBe(served(connack(0)));
    end(device);
    expect(await next(azure, 'closed')).toMatchObject({ by: 'device' });
    expect(await firstTelemetry(azure)).toMatchObject({ properties: { 'iothub-MessageType': 'Will' } });
    await device.closed();
  });
});
