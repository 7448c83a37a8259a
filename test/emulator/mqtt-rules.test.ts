import {
  CONNACK,
  encodeConnect,
  encodeSubscribe,
  PINGREQ,
  PINGRESP,
  PUBACK,
  PUBLISH,
  PUBREC,
  SUBACK,
  SUBSCRIBE,
  UNSUBACK,
  UNSUBSCRIBE,
} from '@mote/codec';
import { describe, expect, test } from 'vitest';
import { Channel } from '../../packages/emulator/src/service/mqtt/channel.ts';
import { GROUP_KEY, KEY, type MemoryDevice, MemoryService } from './memory-service.ts';
import { deriveKey, sasToken } from './sas.ts';

const idScope = '0ne00ABCDEF';
const registrationId = 'sensor-17';
const filter = '$dps/registrations/res/#';
const tokenFor = (id: string, key: string) => Buffer.from(sasToken({ idScope, registrationId: id, key }));
const password = tokenFor(registrationId, KEY);

const connected = (memory = new MemoryService(), fields = {}) =>
  memory.dial().connect(registrationId, { password, ...fields });
const online = (memory = new MemoryService()) => connected(memory).subscribe();
const publishes = (device: MemoryDevice) => device.received.filter((packet) => packet.type === PUBLISH);

describe('CONNECT', () => {
  test('an accepted CONNECT is answered by 20 02 00 00, and nothing comes before it [MQTT-3.1.4-4] [MQTT-3.2.0-1] [MQTT-3.2.2-3]', () => {
    const memory = new MemoryService();
    expect(memory.dial().writes).toEqual([]);
    expect(Buffer.concat(connected(memory).writes).toString('hex')).toBe('20020000');
  });

  test('a second CONNECT ends the connection [MQTT-3.1.0-2]', () => {
    const device = connected();
    expect(device.connect(registrationId, { password }).closed).toBe('end');
    expect(device.received).toHaveLength(1);
  });

  test('client ids of 1, 23 and 128 characters are accepted [MQTT-3.1.3-5]', () => {
    for (const id of ['a', 'a'.repeat(23), 'a'.repeat(128)]) {
      const device = new MemoryService().dial().connect(id, { password: tokenFor(id, deriveKey(GROUP_KEY, id)) });
      expect(device.received).toMatchObject([{ returnCode: 0 }]);
    }
  });

  test('an empty client id is refused: the service needs the registration id [MQTT-3.1.3-6]', () => {
    const device = new MemoryService().dial().connect(registrationId, { clientId: '', password });
    expect(device.received).toMatchObject([{ type: CONNACK, returnCode: 2 }]);
  });

  test('a rejected client id is answered with code 2 and a close [MQTT-3.1.3-8] [MQTT-3.1.3-9]', () => {
    const device = new MemoryService().dial().send(Buffer.from('100c00044d5154540400003c0000', 'hex'));
    expect([device.received, device.closed]).toEqual([
      [{ type: CONNACK, sessionPresent: false, returnCode: 2 }],
      'end',
    ]);
  });

  test('nothing behind a refused CONNECT is handled, even in the same segment [MQTT-3.1.4-5] [MQTT-3.2.2-5]', () => {
    const memory = new MemoryService();
    const refused = encodeConnect({
      clientId: 'other',
      cleanSession: true,
      keepAlive: 0,
      userName: `${idScope}/registrations/${registrationId}/api-version=2019-03-31`,
      password,
    });
    const device = memory
      .dial()
      .send(
        Buffer.concat([refused, encodeSubscribe({ packetId: 1, subscriptions: [{ topicFilter: filter, qos: 1 }] })]),
      );
    expect([device.received, device.closed]).toEqual([
      [{ type: CONNACK, sessionPresent: false, returnCode: 5 }],
      'end',
    ]);
    expect(memory.eventsOf('subscribed')).toEqual([]);
  });

  test('a first packet that is no CONNECT closes without an answer [MQTT-3.1.0-1] [MQTT-3.2.2-6]', () => {
    const device = new MemoryService().dial().send({ type: PINGREQ });
    expect([device.received, device.closed]).toEqual([[], 'end']);
  });

  test('a clean session begins without the subscription of an earlier connection [MQTT-3.1.2-6] [MQTT-3.1.4-3]', () => {
    const memory = new MemoryService();
    online(memory).leave();
    expect(publishes(connected(memory).register())).toEqual([]);
  });

  test('with CleanSession 0 the subscription is still there, though no session is said to be present [MQTT-3.1.2-4]', () => {
    const memory = new MemoryService();
    online(memory).leave();
    const device = connected(memory, { cleanSession: false });
    expect(device.received).toEqual([{ type: CONNACK, sessionPresent: false, returnCode: 0 }]);
    expect(publishes(device.register())).toHaveLength(1);
  });
});

describe('SUBSCRIBE and UNSUBSCRIBE', () => {
  test('several filters are answered by one SUBACK with a code for each, and the id of the request [MQTT-2.3.1-7] [MQTT-3.8.4-1] [MQTT-3.8.4-2] [MQTT-3.8.4-4] [MQTT-3.8.3-2]', () => {
    const subscriptions = [
      { topicFilter: 'a/+', qos: 1 },
      { topicFilter: filter, qos: 2 },
      { topicFilter: '#', qos: 0 },
    ] as const;
    const device = connected().send({ type: SUBSCRIBE, packetId: 4242, subscriptions });
    expect(device.received[1]).toEqual({ type: SUBACK, packetId: 4242, returnCodes: [0x80, 1, 0x80] });
  });

  test('subscribing again replaces the QoS, and each answer comes once [MQTT-3.8.4-3] [MQTT-3.8.4-6]', () => {
    const device = online().subscribe(0).register();
    expect(publishes(device)).toMatchObject([{ qos: 0 }]);
  });

  test('only the exact filter is removed; UNSUBACK comes in any case, once, with the id [MQTT-3.10.4-1] [MQTT-3.10.4-4] [MQTT-3.10.4-5] [MQTT-3.10.4-6]', () => {
    const device = online();
    const topicFilters = ['$dps/registrations/res/', '$dps/registrations/RES/#', 'never/subscribed'];
    device.send({ type: UNSUBSCRIBE, packetId: 77, topicFilters });
    expect(device.received.at(-1)).toEqual({ type: UNSUBACK, packetId: 77 });
    expect(publishes(device.register())).toHaveLength(1);
  });

  test('behind UNSUBSCRIBE no new answer is sent, and one under way is completed [MQTT-3.10.4-2] [MQTT-3.10.4-3]', () => {
    const device = online().register();
    device.send({ type: UNSUBSCRIBE, packetId: 78, topicFilters: [filter] }, { type: PUBACK, packetId: 1 }).register();
    expect([publishes(device).length, device.closed]).toEqual([1, undefined]);
  });

  test('a subscription lasts as long as its connection [MQTT-4.1.0-2]', () => {
    expect(
      publishes(
        online(new MemoryService({ limits: { idleTimeoutMs: 4_000_000_000 } }))
          .pass(3_000_000_000)
          .register(),
      ),
    ).toHaveLength(1);
  });
});

describe('PUBLISH', () => {
  test('a request at QoS 0 gets no acknowledgement, one at QoS 1 a PUBACK with its id [MQTT-3.3.4-1]', () => {
    const ask = (qos: 0 | 1) =>
      online().publish('$dps/registrations/PUT/iotdps-register/?$rid=1', '', qos).received.slice(2);
    expect(ask(0).map(({ type }) => type)).toEqual([PUBLISH]);
    expect(ask(1)[0]).toEqual({ type: PUBACK, packetId: 7 });
  });

  test('the same packet id behind its PUBACK is a new request, whatever DUP says [MQTT-4.3.2-2]', () => {
    const device = online();
    const again = {
      type: PUBLISH,
      topicName: '$dps/registrations/PUT/iotdps-register/?$rid=1',
      payload: new Uint8Array(),
      qos: 1,
      retain: false,
      packetId: 9,
    } as const;
    device.send({ ...again, dup: false }, { ...again, dup: true });
    expect(publishes(device)).toHaveLength(2);
  });

  test('a PUBLISH that is not allowed ends the connection [MQTT-3.3.5-2]', () => {
    expect(online().publish('devices/x/messages/events/').closed).toBe('end');
  });

  test('answers have RETAIN 0 and match the filter; their ids are not in use [MQTT-3.3.1-9] [MQTT-3.3.2-3] [MQTT-2.3.1-4]', () => {
    const device = online(new MemoryService({ limits: { maxUnacknowledged: 10 } }));
    const unacknowledged = new Set<number>();
    for (let i = 0; i < 200; i++) {
      device.register();
      const answer = device.received.at(-1);
      if (answer?.type !== PUBLISH || answer.packetId === undefined) throw new Error('no answer at QoS 1');
      expect(
        answer.retain || unacknowledged.has(answer.packetId) || !answer.topicName.startsWith('$dps/registrations/res/'),
      ).toBe(false);
      unacknowledged.add(answer.packetId);
      if (unacknowledged.size === 5) {
        for (const packetId of unacknowledged) device.send({ type: PUBACK, packetId });
        unacknowledged.clear();
      }
      device.received.length = 0;
      device.writes.length = 0;
    }
  });

  test('packet ids go from 1 to 65,535 and begin again [MQTT-2.3.1-1]', () => {
    const channel = new Channel(
      () => {},
      () => {},
    );
    const ids = Array.from({ length: 65_536 }, () => channel.nextPacketId());
    expect([ids[0], ids[65_534], ids[65_535]]).toEqual([1, 65_535, 1]);
  });

  test('answers come in the order of the requests [MQTT-4.6.0-5] [MQTT-4.6.0-6]', () => {
    const device = online();
    for (let i = 0; i < 20; i++) device.register('', String(i));
    expect(device.answers.map(({ topicName }) => Number(/rid=(\d+)/.exec(topicName)?.[1]))).toEqual(
      Array.from({ length: 20 }, (_, i) => i),
    );
  });

  test('the answer goes to the device that asked, and to no other [MQTT-4.5.0-1]', () => {
    const memory = new MemoryService();
    const other = memory
      .dial()
      .connect('pump-1', { password: tokenFor('pump-1', deriveKey(GROUP_KEY, 'pump-1')) })
      .subscribe();
    online(memory).register();
    expect(publishes(other)).toEqual([]);
  });

  test('a QoS 2 handshake, which the service never began, ends the connection [MQTT-4.3.3-2]', () => {
    expect(online().send({ type: PUBREC, packetId: 1 }).closed).toBe('end');
  });

  test('a PUBACK for nothing is ignored', () => {
    expect(online().send({ type: PUBACK, packetId: 500 }).closed).toBeUndefined();
  });

  test('a scenario that sends an answer again sets DUP [MQTT-3.3.1-1]', () => {
    const device = online(
      new MemoryService({ scenario: { rules: [{ on: 'register', fault: { duplicate: 1 } }] } }),
    ).register();
    expect(device.answers.map(({ dup }) => dup)).toEqual([false, true]);
  });
});

test('PINGREQ is answered by PINGRESP [MQTT-3.12.4-1]', () => {
  expect(connected().send({ type: PINGREQ }).received.at(-1)).toEqual({ type: PINGRESP });
});

test('behind DISCONNECT the connection is closed, and what follows is not handled [MQTT-3.14.4-1]', () => {
  const device = online();
  const before = device.received.length;
  device.send(Buffer.from('e000c000', 'hex'));
  expect([device.closed, device.received.length]).toEqual(['end', before]);
});

test('the client id names the session, whatever its case [MQTT-3.1.3-2]', () => {
  const memory = new MemoryService();
  const first = connected(memory);
  memory.dial().connect('SENSOR-17', { password: tokenFor('SENSOR-17', KEY) });
  expect(first.closed).toBe('end');
});
