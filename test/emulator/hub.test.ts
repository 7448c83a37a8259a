import { readProperties } from '@mote/client/azure';
import {
  CONNACK,
  DISCONNECT,
  encodeConnect,
  encodePublish,
  PINGREQ,
  PINGRESP,
  PUBLISH,
  SUBACK,
  UNSUBSCRIBE,
} from '@mote/codec';
import { describe, expect, test } from 'vitest';
import { parseHubUserName } from '../../packages/emulator/src/service/hub/host-name.ts';
import type { HubServiceError } from '../../packages/emulator/src/service/hub/hub-error.ts';
import type { MethodResult } from '../../packages/emulator/src/service/hub/method-calls.ts';
import { Twin } from '../../packages/emulator/src/service/hub/twin.ts';
import { HUB, hubToken, MemoryHub, puback, published, subscribe, textOf } from './hub-memory.ts';
import { KEY, START } from './memory-service.ts';
import { sasToken } from './sas.ts';

const EVENTS = 'devices/dev/messages/events/';
const FILTERS = {
  messages: 'devices/dev/messages/devicebound/#',
  methods: '$iothub/methods/POST/#',
  twin: '$iothub/twin/res/#',
  desired: '$iothub/twin/PATCH/properties/desired/#',
  credentials: '$iothub/credentials/res/#',
} as const;

const send = (hub: MemoryHub, messageId: string, body = 'x', more = {}) =>
  hub.service.hub.messages.send(
    hub.service.hub.known('dev'),
    {
      messageId,
      body: Buffer.from(body),
      properties: {},
      systemProperties: {},
      ack: 'none',
      expiresAt: undefined,
      ...more,
    },
    hub.now,
  );

describe('a CONNECT whose user name is one of a hub is judged at once', () => {
  const connack = (fields: object, id?: string) => new MemoryHub().link(fields, id).received[0];
  const user = (rest: string) => ({ userName: `${HUB}/dev${rest}` });

  test.each([
    ['the form of the documents', {}],
    ['the older form, without a query', user('')],
    ['the host in another case', { userName: `HUB-1.Example.net/dev/?api-version=2021-04-12` }],
    [
      'the agent of the Node SDK',
      user(
        '/?api-version=2021-04-12&model-id=dtmi:com:example:T;1&DeviceClientType=azure-iot-device%2F1.18.4%20(node%20v20)',
      ),
    ],
    [
      'the agent of Python',
      user('/?api-version=2019-10-01&DeviceClientType=azure-iot-device-iothub-py%2F2.14.0%283.11%29'),
    ],
    ['a token that covers all devices', { password: hubToken({ resource: `${HUB}/devices` }) }],
    ['a token for the host in lower case', { password: hubToken({ resource: `${HUB.toUpperCase()}/devices/dev` }) }],
  ])('accepted: %s', (_what, fields) => {
    expect(connack(fields)).toEqual({ type: CONNACK, sessionPresent: false, returnCode: 0 });
  });

  test('accepted: a module', () => {
    expect(connack({}, 'dev/mod')).toMatchObject({ returnCode: 0 });
  });

  test.each([
    ['a hub that is not linked', 5, { userName: 'elsewhere.example.net/dev/?api-version=2021-04-12' }],
    ['a device that nobody made', 5, { clientId: 'nobody', userName: `${HUB}/nobody/?api-version=2021-04-12` }],
    ['a device id in another case', 5, { clientId: 'Dev', userName: `${HUB}/Dev/?api-version=2021-04-12` }],
    ['a client id of another device', 2, { clientId: 'other' }],
    ['an api-version that is not known', 5, user('/?api-version=2021-04-13')],
    [
      'another key',
      5,
      { password: hubToken({ resource: `${HUB}/devices/dev`, key: Buffer.alloc(32, 1).toString('base64') }) },
    ],
    ['a token of another device', 5, { password: hubToken({ resource: `${HUB}/devices/other` }) }],
    ['a token for a longer name', 5, { password: hubToken({ resource: `${HUB}/devices/de` }) }],
    ['a token of another hub', 5, { password: hubToken({ resource: 'x.example.net/devices/dev' }) }],
    [
      'a token that has expired',
      5,
      { password: hubToken({ resource: `${HUB}/devices/dev`, expiry: START / 1000 - 1 }) },
    ],
    ['a token of a policy', 5, { password: hubToken({ resource: `${HUB}/devices/dev`, keyName: 'device' }) }],
    ['no token at all', 5, { password: Buffer.from('secret') }],
    ['neither a token nor a certificate', 5, { password: undefined }],
  ])('refused: %s (CONNACK %i)', (_what, returnCode, fields) => {
    expect(connack(fields)).toEqual({ type: CONNACK, sessionPresent: false, returnCode });
  });

  test('a disabled device is refused, and loses the link that it has', () => {
    const hub = new MemoryHub();
    const device = hub.link();
    hub.service.hub.setEnabled('dev', false, hub.now);
    expect(device.closed).toBe('end');
    expect(hub.link().received).toMatchObject([{ returnCode: 5 }]);
    hub.service.hub.setEnabled('dev', true, hub.now);
    expect(hub.link().received).toMatchObject([{ returnCode: 0 }]);
  });

  test.each([
    ['DPS', '0ne00ABCDEF/registrations/a/api-version=2019-03-31'],
    ['no host', 'hub/dev'],
    ['no device', `${HUB}/`],
    ['too many parts', `${HUB}/a/b/c/?api-version=x`],
  ])('a user name of another kind is no hub name: %s', (_what, text) => {
    expect(parseHubUserName(text)).toBeUndefined();
  });
});

test('DPS makes the identity: one key from registration to telemetry', () => {
  const hub = new MemoryHub({ pollsBeforeAssigned: 0, iotHubs: [HUB] });
  const password = Buffer.from(sasToken({ idScope: '0ne00ABCDEF', registrationId: 'sensor-17', key: KEY }));
  const answer = hub.dial().connect('sensor-17', { password }).subscribe().register().lastAnswer;
  expect(answer?.body).toMatchObject({ registrationState: { assignedHub: HUB, deviceId: 'sensor-17' } });
  const token = hubToken({ resource: `${HUB}/devices/sensor-17`, key: KEY });
  const device = hub.link({
    clientId: 'sensor-17',
    userName: `${HUB}/sensor-17/?api-version=2021-04-12`,
    password: token,
  });
  device.publish('devices/sensor-17/messages/events/', '{"t":21}');
  expect(hub.telemetry).toMatchObject([{ deviceId: 'sensor-17', enqueuedTime: START }]);
  expect(device.received).toMatchObject([{ returnCode: 0 }, { packetId: 7 }]);
});

describe('telemetry', () => {
  test.each([
    ['nothing', '', {}, {}],
    ['a property', 'a=1', { a: '1' }, {}],
    ['null, empty and value', 'n&e=&v=x', { n: null, e: '', v: 'x' }, {}],
    ['a plus and a blank', 'p=a%2Bb&q=a%20b', { p: 'a+b', q: 'a b' }, {}],
    [
      'system properties, encoded or not',
      '%24.mid=m1&$.ct=application%2Fjson',
      {},
      { messageId: 'm1', contentType: 'application/json' },
    ],
    ['a leading question mark', '?a=1', { a: '1' }, {}],
    ['names of Object.prototype', 'constructor=1&__proto__=2', JSON.parse('{"constructor":"1","__proto__":"2"}'), {}],
  ])('with %s', (_what, bag, properties, systemProperties) => {
    const hub = new MemoryHub();
    hub.link().publish(EVENTS + bag, 'body');
    expect(hub.telemetry).toEqual([
      { deviceId: 'dev', body: new Uint8Array(Buffer.from('body')), properties, systemProperties, enqueuedTime: START },
    ]);
  });

  test('of a module, at QoS 0, retained, and as a Will', () => {
    const hub = new MemoryHub();
    hub.link({}, 'dev/mod').publish('devices/dev/modules/mod/messages/events/', 'm', 0);
    hub.link().send({
      type: PUBLISH,
      topicName: EVENTS,
      payload: Buffer.from('r'),
      qos: 1,
      packetId: 3,
      retain: true,
      dup: false,
    });
    const will = { topicName: `${EVENTS}a=1`, message: Buffer.from('gone'), qos: 1, retain: false } as const;
    hub.link({ will }).leave();
    hub.link({ will }).send({ type: DISCONNECT });
    expect(hub.telemetry).toMatchObject([
      { deviceId: 'dev', moduleId: 'mod' },
      { properties: { 'mqtt-retain': 'true' } },
      { properties: { a: '1', 'iothub-MessageType': 'Will' } },
    ]);
  });

  test('of 256 KiB is taken, though DPS takes 97 KiB; with a byte more the link is closed', () => {
    const hub = new MemoryHub();
    const device = hub.link();
    device.publish(EVENTS, 'x'.repeat(262_144));
    expect([hub.telemetry[0]?.body.length, device.closed]).toEqual([262_144, undefined]);
    device.publish(EVENTS, 'x'.repeat(262_145));
    expect([hub.telemetry.length, device.closed]).toEqual([1, 'end']);
  });

  test('behind CONNECT in one write, and in pieces of one byte', () => {
    const hub = new MemoryHub();
    const device = hub.dial();
    const whole = hub.link();
    expect(whole.received.length).toBe(1);
    const bytes = Buffer.concat([
      connectBytes(),
      publishBytes(`${EVENTS}`, 'first'),
      publishBytes(EVENTS, 'y'.repeat(120_000)),
    ]);
    for (let at = 0; at < 400; at++) device.send(bytes.subarray(at, at + 1));
    device.send(bytes.subarray(400));
    hub.dial().send(bytes);
    expect(hub.telemetry.map(({ body }) => body.length)).toEqual([5, 120_000, 5, 120_000]);
  });

  test.each([
    ['QoS 2', { topicName: EVENTS, qos: 2 as const }],
    ['a topic of another device', { topicName: 'devices/other/messages/events/', qos: 1 as const }],
    ['a topic that no hub has', { topicName: 'telemetry', qos: 1 as const }],
    ['the topic of its own messages', { topicName: 'devices/dev/messages/devicebound/', qos: 1 as const }],
    ['a broken escape', { topicName: `${EVENTS}a=%zz`, qos: 1 as const }],
  ])('%s closes the link', (_what, fields) => {
    const hub = new MemoryHub();
    const device = hub
      .link()
      .send({ type: PUBLISH, payload: Buffer.of(), packetId: 1, retain: false, dup: false, ...fields });
    expect([device.closed, hub.telemetry.length]).toEqual(['end', 0]);
  });
});

describe('subscriptions', () => {
  test('the documented filters, at QoS 1 at most, and five of them', () => {
    const device = new MemoryHub()
      .link()
      .send(subscribe(...Object.values(FILTERS), 'devices/+/messages/devicebound/#'));
    expect(device.received[1]).toMatchObject({ type: SUBACK, returnCodes: [1, 1, 1, 1, 1, 0x80] });
    device
      .send({ type: UNSUBSCRIBE, packetId: 2, topicFilters: [FILTERS.twin] })
      .send(subscribe('devices/+/messages/devicebound/#'));
    expect(device.received.at(-1)).toMatchObject({ returnCodes: [1] });
  });

  test.each([
    '#',
    '+/x',
    'devices/+/messages/events/#',
    'devices/other/messages/devicebound/#',
    '$iothub/#',
    '$dps/registrations/res/#',
    'devices/dev/messages/devicebound/',
  ])('%s is refused', (filter) => {
    expect(new MemoryHub().link().send(subscribe(filter)).received[1]).toMatchObject({ returnCodes: [0x80] });
  });

  test('the C SDK writes + for its own id', () => {
    const hub = new MemoryHub();
    const device = hub.link().send(subscribe('devices/+/messages/devicebound/#'));
    send(hub, 'm');
    expect(published(device)).toHaveLength(1);
  });

  test('PINGREQ is answered', () => {
    expect(new MemoryHub().link().send({ type: PINGREQ }).received[1]).toEqual({ type: PINGRESP });
  });
});

describe('cloud-to-device messages', () => {
  test('wait for the subscription, in order, with the properties of the service', () => {
    const hub = new MemoryHub();
    send(hub, 'm1', 'one', {
      properties: { a: 'b c', n: null },
      systemProperties: { contentType: 'text/plain' },
      ack: 'full',
    });
    send(hub, 'm2', 'two');
    const device = hub.link();
    expect(published(device)).toEqual([]);
    device.send(subscribe(FILTERS.messages));
    expect(published(device).map(textOf)).toEqual(['one', 'two']);
    const [, bag = ''] = published(device)[0]!.topicName.split('devicebound/');
    expect(bag).toContain('%24.mid=m1&%24.to=%2Fdevices%2Fdev%2Fmessages%2Fdevicebound');
    const read = readProperties(bag);
    expect(Object.fromEntries(read?.properties ?? [])).toEqual({ 'iothub-ack': 'full', a: 'b c', n: null });
    expect(read?.system).toMatchObject({ contentType: 'text/plain' });
  });

  test('PUBACK completes', () => {
    const hub = new MemoryHub();
    const device = hub.link().send(subscribe(FILTERS.messages));
    send(hub, 'm1');
    device.send(puback(published(device)[0]?.packetId));
    expect(hub.eventsOf('message')).toMatchObject([{ outcome: 'Queued' }, { messageId: 'm1', outcome: 'Success' }]);
    device.pass(200_000);
    expect(published(device)).toHaveLength(1);
  });

  test('without PUBACK it comes again when the lock of a minute runs out', () => {
    const hub = new MemoryHub();
    const device = hub.link().send(subscribe(FILTERS.messages));
    send(hub, 'm1');
    device.pass(59_000);
    expect(published(device)).toHaveLength(1);
    device.pass(2000);
    expect(published(device)).toHaveLength(2);
  });

  test('CleanSession 0: what is unacknowledged comes first, with DUP and its identifier, then what was queued', () => {
    const hub = new MemoryHub();
    const first = hub.link({ cleanSession: false }).send(subscribe(FILTERS.messages));
    send(hub, 'm1', 'one');
    const { packetId } = published(first)[0]!;
    first.leave();
    send(hub, 'm2', 'two');
    const again = hub.link({ cleanSession: false });
    expect(again.received[0]).toMatchObject({ sessionPresent: true });
    expect(published(again)).toMatchObject([{ dup: true, packetId }, { dup: false }]);
    expect(published(again)[1]?.packetId).not.toBe(packetId);
    again.leave();
    const clean = hub.link({ cleanSession: true });
    expect([clean.received[0], published(clean)]).toMatchObject([{ sessionPresent: false }, []]);
    expect(published(clean.send(subscribe(FILTERS.messages))).map(textOf)).toEqual(['one', 'two']);
  });

  test('50 wait, no more; a life ends', () => {
    const hub = new MemoryHub();
    for (let index = 0; index < 50; index++) send(hub, `m${index}`);
    expect(() => send(hub, 'm50')).toThrow('403004');
    hub.now += 3_600_001;
    expect(() => send(hub, 'm51')).not.toThrow();
    expect(hub.eventsOf('message').filter(({ outcome }) => outcome === 'Expired')).toHaveLength(50);
    expect(() => send(hub, 'large', 'x'.repeat(65_537))).toThrow('413001');
    expect(() => hub.service.hub.known('nobody')).toThrow('404001');
  });
});

describe('direct methods', () => {
  const call = (hub: MemoryHub, method = 'reboot', payload: unknown = { delay: 5 }) => {
    const outcomes: (MethodResult | HubServiceError)[] = [];
    const id = hub.service.hub.invoke('dev', method, payload, (outcome) => outcomes.push(outcome));
    return { id, outcomes };
  };

  test('are asked at QoS 0 and answered with a status', () => {
    const hub = new MemoryHub();
    const device = hub.link().send(subscribe(FILTERS.methods));
    const { outcomes } = call(hub, 'do it');
    const [request] = published(device);
    expect(request).toMatchObject({
      qos: 0,
      topicName: expect.stringMatching(/^\$iothub\/methods\/POST\/do%20it\/\?\$rid=[0-9a-f]+$/),
    });
    expect(textOf(request!)).toBe('{"delay":5}');
    const rid = request!.topicName.split('$rid=')[1];
    device.publish(`$iothub/methods/res/200/?$rid=${rid}`, '{"done":true}');
    expect(outcomes).toEqual([{ status: 200, payload: { done: true } }]);
    device.publish(`$iothub/methods/res/200/?$rid=${rid}`, '{"done":true}');
    expect(outcomes).toHaveLength(1);
  });

  test.each([
    ['empty', '', undefined],
    ['null', 'null', null],
    ['a number', '7', 7],
  ])('an answer may be %s', (_what, body, payload) => {
    const hub = new MemoryHub();
    const device = hub.link().send(subscribe(FILTERS.methods));
    const { id, outcomes } = call(hub);
    device.publish(`$iothub/methods/res/-3/?$rid=${id}`, body, 0);
    expect(outcomes).toEqual([{ status: -3, payload }]);
  });

  test('what cannot be done has the code of the service', () => {
    const hub = new MemoryHub();
    const codes = (calls: { outcomes: unknown[] }) =>
      calls.outcomes.map((outcome) => (outcome as HubServiceError).errorCode);
    expect(codes(call(hub))).toEqual([404_103]);
    const device = hub.link();
    expect(codes(call(hub))).toEqual([404_103]);
    device.send(subscribe(FILTERS.methods));
    expect(codes(call(hub, 'm', 'x'.repeat(131_073)))).toEqual([413_001]);
    expect(codes(call(hub, 'm', 1n))).toEqual([400_004]);
    const late = call(hub);
    hub.service.hub.methods.giveUp(late.id!);
    expect(codes(late)).toEqual([504_101]);
    const cut = call(hub);
    device.leave();
    expect(codes(cut)).toEqual([404_104]);
  });

  test('nobody else can answer', () => {
    const hub = new MemoryHub();
    hub.link().send(subscribe(FILTERS.methods));
    const { id, outcomes } = call(hub);
    hub.link({}, 'other').publish(`$iothub/methods/res/200/?$rid=${id}`, '{}');
    expect(outcomes).toEqual([]);
  });
});

describe('twin', () => {
  const GET = '$iothub/twin/GET/?$rid=';
  const REPORT = '$iothub/twin/PATCH/properties/reported/?$rid=';
  const online = (hub = new MemoryHub()) => hub.link().send(subscribe(FILTERS.twin, FILTERS.desired));

  test.each(['', ' '])('is read with a body of %j', (body) => {
    const device = online().publish(`${GET}get_twin`, body, 0);
    const [answer] = published(device);
    expect(answer).toMatchObject({ qos: 1, topicName: '$iothub/twin/res/200/?$rid=get_twin' });
    expect(JSON.parse(textOf(answer!))).toEqual({ desired: { $version: 1 }, reported: { $version: 1 } });
  });

  test('reported properties are merged, and null deletes', () => {
    const hub = new MemoryHub();
    const device = online(hub);
    device
      .publish(`${REPORT}1`, '{"a":{"b":1,"c":2},"d":3}')
      .publish(`${REPORT}1`, '{"a":{"b":null},"d":null,"e":[1]}');
    expect(published(device).map(({ topicName }) => topicName)).toEqual([
      '$iothub/twin/res/204/?$rid=1&$version=2',
      '$iothub/twin/res/204/?$rid=1&$version=3',
    ]);
    expect(hub.service.hub.twin('dev').reported).toEqual({ a: { c: 2 }, e: [1], $version: 3 });
  });

  test('desired properties are told as a patch with its version, to who subscribed', () => {
    const hub = new MemoryHub();
    const deaf = hub.link({}, 'other');
    const device = online(hub);
    expect(hub.service.hub.setDesired('dev', { on: true })).toBe(2);
    const [patch] = published(device);
    expect(patch?.topicName).toBe('$iothub/twin/PATCH/properties/desired/?$version=2');
    expect(JSON.parse(textOf(patch!))).toEqual({ on: true, $version: 2 });
    hub.service.hub.setDesired('other', { on: true });
    expect(published(deaf)).toEqual([]);
  });

  test.each([
    ['no JSON', '{'],
    ['an array', '[]'],
    ['nothing', ''],
    ['a name with a dot', '{"a.b":1}'],
    ['a name with a dollar', '{"$x":1}'],
    ['a name with a blank', '{"a b":1}'],
    ['a name with a control', '{"a\\u0007":1}'],
    ['a name of 1,025 bytes', JSON.stringify({ ['x'.repeat(1025)]: 1 })],
    ['a text of 4,097 bytes', JSON.stringify({ x: 'y'.repeat(4097) })],
    ['a text of 4,098 bytes in UTF-8', JSON.stringify({ x: 'é'.repeat(2049) })],
    ['eleven levels', `${'{"a":'.repeat(11)}1${'}'.repeat(11)}`],
    ['an integer too large', '{"x":4503599627370496}'],
    ['an integer too small', '{"x":-4503599627370497}'],
    [
      'over 32 KiB',
      JSON.stringify(Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`k${index}`, 'v'.repeat(4000)]))),
    ],
  ])('a patch with %s is refused: 400, and nothing changes', (_what, body) => {
    const hub = new MemoryHub();
    const device = online(hub).publish(`${REPORT}r`, body);
    const [answer] = published(device);
    expect(answer?.topicName).toBe('$iothub/twin/res/400/?$rid=r');
    expect(JSON.parse(textOf(answer!))).toMatchObject({
      errorCode: 400_000,
      message: expect.any(String),
      trackingId: expect.any(String),
    });
    expect(hub.service.hub.twin('dev').reported).toEqual({ $version: 1 });
  });

  test('at the limits it is taken', () => {
    const twin = new Twin();
    expect(twin.report(JSON.parse(`${'{"a":'.repeat(10)}1${'}'.repeat(10)}`))).toBe(2);
    expect(twin.report({ x: 'y'.repeat(4096), n: 4_503_599_627_370_495, m: -4_503_599_627_370_496 })).toBe(3);
    expect(twin.report(JSON.parse('{"__proto__":{"a":1},"constructor":{"b":2}}'))).toBe(4);
    expect(Object.prototype).not.toHaveProperty('a');
  });

  test('without a subscription there is no answer; 429 when the scenario says so', () => {
    const hub = new MemoryHub({ scenario: { rules: [{ on: 'twin', skip: 1, fault: { statusCode: 429 } }] } });
    const device = hub.link().publish(`${GET}1`, ' ');
    expect(published(device)).toEqual([]);
    device.send(subscribe(FILTERS.twin)).publish(`${GET}2`, ' ');
    expect(published(device)[0]?.topicName).toBe('$iothub/twin/res/429/?$rid=2');
  });
});

describe('a link', () => {
  test('ends when a newer one of the same identity stands, not when one of DPS does', () => {
    const hub = new MemoryHub();
    const older = hub.link();
    hub.dial().connect('dev', { password: Buffer.from('x') });
    hub.link({}, 'dev/mod');
    expect(older.closed).toBeUndefined();
    const newer = hub.link();
    expect([older.closed, newer.closed]).toEqual(['end', undefined]);
    expect(hub.eventsOf('taken-over')).toMatchObject([{ registrationId: 'dev' }]);
  });

  test('ends ten minutes behind its token', () => {
    const hub = new MemoryHub();
    const password = hubToken({ resource: `${HUB}/devices/dev`, expiry: START / 1000 + 60 });
    const device = hub.link({ password });
    device.pass(659_000);
    expect(device.closed).toBeUndefined();
    device.pass(2000);
    expect(device.closed).toBe('end');
    expect(hub.eventsOf('closed')).toMatchObject([{ reason: 'the token has expired' }]);
  });

  test('may be cut between PUBLISH and PUBACK: the message is there, and comes twice', () => {
    const hub = new MemoryHub({ scenario: { rules: [{ on: 'telemetry', times: 1, fault: { drop: 'before' } }] } });
    expect(hub.link().publish(EVENTS, '1').closed).toBe('end');
    expect(hub.link().publish(EVENTS, '1').received).toHaveLength(2);
    expect(hub.telemetry).toHaveLength(2);
  });

  test('what the service side does to a device that is gone throws nothing', () => {
    const hub = new MemoryHub();
    const device = hub.link().send(subscribe(...Object.values(FILTERS)));
    device.leave();
    expect(hub.service.hub.disconnect('dev', hub.now)).toBe(false);
    send(hub, 'm');
    hub.service.hub.setDesired('dev', { a: 1 });
    expect(hub.service.hub.device('dev')?.queue.size).toBe(1);
  });
});

function connectBytes(): Buffer {
  const sent: Uint8Array[] = [];
  const resource = `${HUB}/devices/dev`;
  sent.push(
    encode({ clientId: 'dev', userName: `${HUB}/dev/?api-version=2021-04-12`, password: hubToken({ resource }) }),
  );
  return Buffer.concat(sent);
}

const encode = (fields: { clientId: string; userName: string; password: Uint8Array }): Uint8Array =>
  encodeConnect({ cleanSession: true, keepAlive: 0, ...fields });

const publishBytes = (topicName: string, text: string): Uint8Array =>
  encodePublish({ topicName, payload: Buffer.from(text), qos: 1, packetId: 5 });
