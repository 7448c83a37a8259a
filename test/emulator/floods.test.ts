import { CONNACK, CONNECT, encodePublish, PINGRESP, PUBLISH, type PublishPacket } from '@mote/codec';
import { type Emulator, type EmulatorEvent, startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HUB_KEY, hubToken, MemoryHub, subscribe } from './hub-memory.ts';
import { dial, type WireDevice } from './wire-device.ts';

// What one device, or the service side, can make the emulator hold for it is bounded; who reads in good order is served.

const EVENTS = 'devices/dev/messages/events/';
const MOST_WAITING = 8_388_608;
const large = Object.fromEntries([...'abcdefg'].map((name) => [name, 'x'.repeat(4000)]));
const times = (bytes: Uint8Array, count: number) => Buffer.concat(Array.from({ length: count }, () => bytes));

describe('in one write', () => {
  const ask = encodePublish({ topicName: '$iothub/twin/GET/?$rid=1', payload: new Uint8Array() });

  test('twin requests with an answer of 28 KB each end the link before all answers are made', () => {
    const hub = new MemoryHub();
    hub.service.hub.changeTwin('dev', { desired: large });
    const device = hub
      .link()
      .send({ ...subscribe('$iothub/twin/res/#'), subscriptions: [{ topicFilter: '$iothub/twin/res/#', qos: 0 }] });
    const packets = () => hub.events.filter((event) => event.type === 'packet' && event.direction === 'out').length;
    const before = packets();
    device.send(times(ask.slice(), 2000));
    expect([device.closed, hub.eventsOf('closed').at(-1)?.reason]).toEqual([
      'reset',
      'too many answers wait to be sent',
    ]);
    expect(packets() - before).toBeLessThan(MOST_WAITING / 28_000 + 2);
  });

  test('as many as fit are answered', () => {
    const hub = new MemoryHub();
    hub.service.hub.changeTwin('dev', { desired: large });
    const device = hub
      .link()
      .send({ ...subscribe('$iothub/twin/res/#'), subscriptions: [{ topicFilter: '$iothub/twin/res/#', qos: 0 }] });
    device.send(times(ask.slice(), 250));
    expect([device.closed, device.received.filter(({ type }) => type === PUBLISH).length]).toEqual([undefined, 250]);
  });

  test('a queue of 50 messages of the largest size with the longest topics is sent as a whole', () => {
    const hub = new MemoryHub();
    const device = hub.link();
    const properties = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`n${at}`, 'é'.repeat(500)]));
    const bytes = Object.entries(properties).reduce((sum, [name, value]) => sum + name.length + 2 * value.length, 0);
    for (let at = 0; at < 50; at++)
      hub.service.hub.messages.send(
        hub.service.hub.known('dev'),
        {
          messageId: `${at}`,
          body: Buffer.alloc(65_536 - bytes - 2),
          properties,
          systemProperties: {},
          ack: 'none',
          expiresAt: undefined,
        },
        hub.now,
      );
    device.send(subscribe('devices/dev/messages/devicebound/#'));
    expect([device.closed, device.received.filter(({ type }) => type === PUBLISH).length]).toEqual([undefined, 50]);
  });
});

describe('while a scenario holds answers back', () => {
  test.each<[what: string, bytes: () => Uint8Array]>([
    ['PINGREQ', () => Buffer.from('c000', 'hex')],
    ['telemetry', () => encodePublish({ topicName: EVENTS, payload: Buffer.from('x'), qos: 1, packetId: 1 }).slice()],
  ])('a flood of %s ends the link', (_what, bytes) => {
    const hub = new MemoryHub({ scenario: { rules: [{ on: ['ping', 'telemetry'], fault: { delayMs: 3_600_000 } }] } });
    const device = hub.link();
    const chunk = times(bytes(), 10_000);
    for (let sent = 0; sent < 20 && device.closed === undefined; sent++) {
      device.send(chunk);
      hub.events.length = 0;
    }
    expect(device.closed).toBe('reset');
  });

  test('as many PUBACKs as there are packet identifiers may be held back', () => {
    const hub = new MemoryHub({ scenario: { rules: [{ on: 'telemetry', fault: { delayMs: 1000 } }] } });
    const device = hub.link();
    for (let packetId = 1; packetId <= 65_535; packetId++) {
      device.send(encodePublish({ topicName: EVENTS, payload: new Uint8Array(), qos: 1, packetId }));
      if (packetId % 1000 === 0) hub.events.length = 0;
    }
    expect(device.closed).toBeUndefined();
  });
});

describe('what is kept of a flood', () => {
  test.each<[what: string, flood: (device: ReturnType<MemoryHub['link']>) => void]>([
    [
      'SUBSCRIBE to nothing there is',
      (device) => {
        for (let at = 0; at < 2000; at++) device.send(subscribe(`nothing/${at}`));
      },
    ],
    [
      'one SUBSCRIBE to thousands',
      (device) => device.send(subscribe(...Array.from({ length: 3000 }, (_, at) => `x/${at}`))),
    ],
    [
      'SUBSCRIBE and UNSUBSCRIBE',
      (device) => {
        for (let at = 0; at < 2000; at++)
          device.send(subscribe('$iothub/twin/res/#'), {
            type: 10,
            packetId: 1,
            topicFilters: ['$iothub/twin/res/#', `x/${at}`],
          });
      },
    ],
    [
      'retained messages',
      (device) => {
        for (let at = 0; at < 2000; at++)
          device.send({
            type: PUBLISH,
            topicName: EVENTS,
            payload: Buffer.from('x'),
            qos: 0,
            retain: true,
            dup: false,
            packetId: undefined,
          });
      },
    ],
    [
      'PUBACKs of nothing',
      (device) => {
        for (let at = 1; at < 2000; at++) device.send({ type: 4, packetId: at });
      },
    ],
  ])('%s is nothing, and the next request is answered', (_what, flood) => {
    const hub = new MemoryHub();
    const device = hub.link({ cleanSession: false });
    flood(device);
    const { subscriptions, inFlight, queue } = hub.service.hub.known('dev');
    expect([(subscriptions?.size ?? 0) <= 1, inFlight.all, queue.size]).toEqual([true, [], 0]);
    device.send(Buffer.from('c000', 'hex'));
    expect(device.received.at(-1)).toEqual({ type: PINGRESP });
  });

  test('calls of methods that nobody answers: the 1001st is refused with 403800, and their end makes room', () => {
    const hub = new MemoryHub();
    const device = hub.link().send(subscribe('$iothub/methods/POST/#'));
    const ended: unknown[] = [];
    const call = () => hub.service.hub.invoke('dev', 'm', {}, (outcome) => ended.push(outcome));
    for (let at = 0; at < 1000; at++) call();
    expect(ended).toEqual([]);
    call();
    expect(ended).toMatchObject([{ errorCode: 403_800 }]);
    device.leave();
    expect(ended).toHaveLength(1001);
    hub.link().send(subscribe('$iothub/methods/POST/#'));
    call();
    expect(ended).toHaveLength(1001);
  });
});

describe('over TLS', () => {
  let azure: Emulator;
  const events: EmulatorEvent[] = [];
  beforeAll(async () => {
    const authentication = { type: 'sas', symmetricKey: { primaryKey: HUB_KEY } } as const;
    azure = await startEmulator({
      webSocketPort: false,
      iotHubs: ['localhost'],
      devices: ['dev', 'reader'].map((deviceId) => ({ deviceId, authentication })),
      limits: { connectTimeoutMs: 1000, maxConnections: 20 },
    });
    void (async () => {
      for await (const event of azure.events) events.push(event);
    })();
  });
  afterAll(() => azure.close());

  async function atHub(id: string, ...filters: string[]): Promise<WireDevice> {
    const device = await dial(azure);
    const userName = `localhost/${id}/?api-version=2021-04-12`;
    const password = hubToken({ resource: `localhost/devices/${id}` });
    device.send({ type: CONNECT, clientId: id, cleanSession: true, keepAlive: 0, userName, password });
    expect(await device.next()).toMatchObject({ type: CONNACK, returnCode: 0 });
    device.send(subscribe(...filters));
    await device.next();
    return device;
  }

  test('a device that does not read what the service side sends is disconnected, whatever it is', async () => {
    for (const [filter, send] of [
      ['$iothub/twin/PATCH/properties/desired/#', () => azure.hub.setDesired('dev', large)],
      [
        '$iothub/methods/POST/#',
        () => void azure.hub.invoke('dev', 'm', 'x'.repeat(100_000), { timeoutMs: 1 }).catch(() => {}),
      ],
    ] as const) {
      const device = await atHub('dev', filter);
      device.socket.pause();
      let sent = 0;
      while (azure.hub.devices.find(({ id }) => id === 'dev')?.connected && sent < 5000) {
        await send();
        sent += 1;
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
      expect(sent).toBeLessThan(5000);
      device.socket.destroy();
    }
    const reasons = events.flatMap((event) => (event.type === 'closed' ? [event.reason] : []));
    expect(reasons.filter((reason) => reason === 'answers are not being read')).toHaveLength(2);
  });

  test('a device that reads gets a queue of 3 MB in one go', async () => {
    for (let at = 0; at < 50; at++) await azure.hub.sendMessage('reader', Buffer.alloc(65_000, at));
    const device = await atHub('reader', 'devices/reader/messages/devicebound/#');
    const bodies: number[] = [];
    for (let at = 0; at < 50; at++) bodies.push(((await device.next()) as PublishPacket | undefined)?.payload[0] ?? -1);
    expect(bodies).toEqual(Array.from({ length: 50 }, (_, at) => at));
    device.socket.destroy();
  });

  test('connections beyond the limit, and those that say nothing, are told of in one line each', async () => {
    const { connect } = await import('node:net');
    const before = events.length;
    const crowd = Array.from({ length: 60 }, () => connect(azure.port, '127.0.0.1').on('error', () => {}));
    await Promise.all(
      crowd.map((socket) => new Promise<void>((resolve) => socket.on('close', () => resolve()).resume())),
    );
    const told = events.slice(before).flatMap((event) => (event.type === 'refused' ? [event.reason] : []));
    expect(told.filter((reason) => reason.includes('20 connections stand'))).toHaveLength(1);
    expect(told.filter((reason) => reason.includes('within 1000 ms'))).toHaveLength(20);
    expect(told).toHaveLength(21);
  });
});
