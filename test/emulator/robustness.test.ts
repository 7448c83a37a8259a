import { connect as connectTcp } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { encodeConnect, encodePublish, PINGRESP } from '@mote/codec';
import { type Emulator, type EmulatorEvent, startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import '../support/turn-clock.ts';
import { KEY } from './memory-service.ts';
import { registerByHand } from './register-by-hand.ts';
import { sasToken } from './sas.ts';
import { dial, type WireDevice } from './wire-device.ts';

const limits = { connectTimeoutMs: 300, maxBufferedBytes: 16_384, maxUnacknowledged: 32, maxConnections: 300 };
let dps: Emulator;
const events: EmulatorEvent[] = [];

beforeAll(async () => {
  const attestation = { type: 'symmetricKey', symmetricKey: { primaryKey: KEY } } as const;
  const devices = ['victim', 'witness'].map((registrationId) => ({ registrationId, attestation }));
  dps = await startEmulator({ individualEnrollments: devices, limits, retryAfterSeconds: 0 });
  void (async () => {
    for await (const event of dps.events) events.push(event);
  })();
});
afterAll(() => dps.close());

const password = (registrationId: string) => sasToken({ idScope: dps.idScope, registrationId, key: KEY });

async function expectServing(): Promise<void> {
  const outcome = await registerByHand(dps, { registrationId: 'witness', password: password('witness') });
  expect(outcome.code).toBe(200);
}

function connectOf(registrationId: string): Parameters<typeof encodeConnect>[0] {
  const userName = `${dps.idScope}/registrations/${registrationId}/api-version=2019-03-31`;
  return {
    clientId: registrationId,
    cleanSession: true,
    keepAlive: 60,
    userName,
    password: Buffer.from(password(registrationId)),
  };
}

async function online(registrationId = 'victim'): Promise<WireDevice> {
  const device = await dial(dps);
  await device.send(encodeConnect(connectOf(registrationId))).next();
  return device;
}

describe('time and memory that a stranger can take are bounded', () => {
  test('TCP without TLS, TLS without CONNECT, and CONNECT one byte at a time are closed by the connect timer', async () => {
    const start = performance.now();
    const tcp = new Promise<void>((resolve) =>
      connectTcp(dps.port, '127.0.0.1')
        .on('error', () => {})
        .on('close', () => resolve())
        .resume(),
    );
    const idle = await dial(dps);
    const slow = await dial(dps);
    const bytes = encodeConnect(connectOf('victim'));
    let sent = 0;
    const drip = setInterval(() => slow.socket.write(bytes.subarray(sent, ++sent)), 20);
    await Promise.all([tcp, idle.closed(), slow.closed()]);
    clearInterval(drip);
    expect(performance.now() - start).toBeLessThan(3000);
    await expectServing();
  });

  test('half a WebSocket upgrade is closed by the connect timer', async () => {
    const socket = await dialRaw(dps.webSocketPort ?? 0);
    socket.write('GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: web');
    await new Promise<void>((resolve) => socket.on('close', () => resolve()).resume());
    await expectServing();
  });

  test('10,000 PINGREQ in one write are answered in order', async () => {
    const device = await online();
    device.send(Buffer.alloc(20_000, Buffer.of(0xc0, 0)));
    for (let i = 0; i < 10_000; i++) expect(await device.next()).toEqual({ type: PINGRESP });
    device.socket.destroy();
  });

  test('a device that asks and never acknowledges is dropped at the limit', async () => {
    const device = await online();
    device.send(Buffer.from('821d00010018246470732f726567697374726174696f6e732f7265732f2301', 'hex'));
    for (let i = 0; i < 100; i++) device.send(registration(i));
    await device.closed();
    await expectServing();
  });

  test('a device that keeps asking and never reads is dropped at the buffer limit', async () => {
    const device = await online();
    device.send(Buffer.from('821d00010018246470732f726567697374726174696f6e732f7265732f2301', 'hex'));
    await device.next();
    device.socket.pause();
    const topicName = '$dps/registrations/PUT/iotdps-register/?$rid=1';
    const request = encodePublish({ topicName, payload: Buffer.from('{"registrationId":"victim"}') });
    const requests = Buffer.concat(Array.from({ length: 200 }, () => request));
    const closed = new Promise<void>((resolve) => device.socket.on('close', () => resolve()));
    const push = () => {
      while (!device.socket.destroyed && device.socket.write(requests));
      device.socket.once('drain', push);
    };
    push();
    await closed;
    await expectServing();
  });

  test('a packet larger than the limit is refused when its header is read, before it is buffered', async () => {
    const device = await online();
    device.send(Buffer.from('30ffffff7f', 'hex'));
    expect(await device.closed()).toEqual([]);
  });

  test('connections above the limit are reset, those below go on', async () => {
    const device = await online();
    const crowd = Array.from({ length: 320 }, () => connectTcp(dps.port, '127.0.0.1').on('error', () => {}));
    await Promise.all(
      crowd.map((socket) => new Promise<void>((resolve) => socket.on('close', () => resolve()).resume())),
    );
    device.send(Buffer.of(0xc0, 0));
    expect(await device.next()).toEqual({ type: PINGRESP });
    await expectServing();
  });
});

describe('takeover', () => {
  test('the second connection of a client id closes the first, and is served [MQTT-3.1.4-2]', async () => {
    const first = await online();
    const second = await online();
    await first.closed();
    expect(await second.send(Buffer.of(0xc0, 0)).next()).toEqual({ type: PINGRESP });
  });
});

describe('WebSocket', () => {
  const upgrade = (path: string, protocol: string) =>
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`;

  async function ask(request: string, then?: Buffer): Promise<Buffer> {
    const socket = await dialRaw(dps.webSocketPort ?? 0);
    const received: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => {
      received.push(chunk);
      if (received.length > 1) socket.destroy();
      else if (then !== undefined) socket.write(then);
      else if (String(chunk).includes('101 ')) socket.destroy();
    });
    socket.write(request);
    await new Promise<void>((resolve) => socket.on('close', () => resolve()));
    return Buffer.concat(received);
  }

  test.each([
    ['/$iothub/websocket', 'mqtt', 'mqtt'],
    ['/', 'mqtt', 'mqtt'],
    ['/mqtt', 'mqtt', 'mqtt'],
    ['/$iothub/websocket', 'MQTT', 'MQTT'],
    ['/$iothub/websocket', 'amqp, mqtt', 'mqtt'],
  ])('an upgrade of %s with sub-protocol %s is answered with %s', async (path, offered, chosen) => {
    const answer = String(await ask(upgrade(path, offered)));
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    expect(answer).toContain(`Sec-WebSocket-Protocol: ${chosen}\r\n`);
  });

  test('another path is answered 404, another sub-protocol 400, a plain request 426', async () => {
    expect(String(await ask(upgrade('/other', 'mqtt')))).toMatch(/^HTTP\/1\.1 404 /);
    expect(String(await ask(upgrade('/mqtt', 'amqp')))).toMatch(/^HTTP\/1\.1 400 /);
    expect(String(await ask('GET /mqtt HTTP/1.1\r\nHost: localhost\r\n\r\n'))).toMatch(/^HTTP\/1\.1 426 /);
  });

  test('a request behind a refused upgrade is ignored, and the connection closed', async () => {
    const answer = String(await ask(upgrade('/other', 'mqtt') + upgrade('/mqtt', 'mqtt')));
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 404']);
  });

  test.each([
    ['an unmasked frame', '8202c000', 1002],
    ['a text message', `8182${'00000000'}6162`, 1003],
  ])('%s is answered with its close code', async (_name, frame, code) => {
    const answer = await ask(upgrade('/mqtt', 'mqtt'), Buffer.from(frame, 'hex'));
    const close = answer.subarray(answer.indexOf('\r\n\r\n') + 4);
    expect([close[0], close.readUInt16BE(2)]).toEqual([0x88, code]);
  });

  test('one packet may come in many messages, and many in one [MQTT-6.0.0-2]', async () => {
    const { WebSocket } = await import('ws');
    const socket = new WebSocket(`wss://127.0.0.1:${dps.webSocketPort}/$iothub/websocket`, 'mqtt', { ca: dps.ca });
    const packets: string[] = [];
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('open', () => {
        for (const byte of encodeConnect(connectOf('victim'))) socket.send(Buffer.of(byte));
        socket.send(Buffer.from('c000c000c000', 'hex'));
      });
      socket.on('message', (data: Buffer) => {
        packets.push(data.toString('hex'));
        if (packets.join('').endsWith('d000d000d000')) resolve();
      });
    });
    expect(packets.join('')).toBe('20020000d000d000d000');
    socket.terminate();
  });
});

test('plain HTTP and noise on the TLS port are reported, and close', async () => {
  const noise = connectTcp(dps.port, '127.0.0.1', () => noise.write('GET / HTTP/1.1\r\n\r\n'));
  await new Promise<void>((resolve) =>
    noise
      .on('error', () => {})
      .on('close', () => resolve())
      .resume(),
  );
  expect(events.some((event) => event.type === 'refused' && event.stage === 'tls')).toBe(true);
});

function dialRaw(port: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: '127.0.0.1', port, ca: dps.ca }, () => resolve(socket));
    socket.once('error', reject);
  });
}

function registration(number: number): Uint8Array {
  return encodePublish({
    topicName: `$dps/registrations/PUT/iotdps-register/?$rid=${number}`,
    payload: new Uint8Array(),
    qos: 1,
    packetId: 2,
  });
}
