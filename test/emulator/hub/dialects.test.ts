import { describe, expect, test } from 'vitest';
import { selfSigned } from '../certificate-view.ts';
import { HUB, hubToken, MemoryHub } from '../hub-memory.ts';
import type { MemoryDevice } from '../memory-service.ts';
import {
  connack,
  connect,
  connectFields,
  DISCONNECT,
  type HandConnect,
  PINGREQ,
  PINGRESP,
  puback,
  publish,
  suback,
  subscribe,
  unsuback,
  unsubscribe,
} from './by-hand.ts';

// What test/vectors/hub-transcripts/README.md lists as dialects of the official SDKs, a test for each. Bytes stand here as the
// SDK writes them; what comes back is compared as bytes too. `hub-transcripts.test.ts` replays whole conversations.

const C2D = 'devices/dev/messages/devicebound/#';
const METHODS = '$iothub/methods/POST/#';
const TWIN = '$iothub/twin/res/#';
const DESIRED = '$iothub/twin/PATCH/properties/desired/#';
const EVENTS = 'devices/dev/messages/events/';
const password = hubToken({ resource: `${HUB}/devices/dev` });

/** The three families as they come: query of the user name, keep-alive. */
const FAMILIES = {
  Node: ['api-version=2021-04-12&DeviceClientType=azure-iot-device%2F1.18.4%20(node%20v20.20.2%3B%20Linux)', 180],
  Python: ['api-version=2019-10-01&DeviceClientType=azure-iot-device-iothub-py%2F2.14.0%283.11.2%3BLinux%29', 60],
  C: ['api-version=2020-09-30&DeviceClientType=azsdk-c%2F1.6.0-beta.1', 240],
} as const;
type Family = keyof typeof FAMILIES;
const families = Object.keys(FAMILIES) as Family[];

function connectOf(family: Family, more: Partial<HandConnect> = {}): HandConnect {
  const [query, keepAlive] = FAMILIES[family];
  return { clientId: 'dev', userName: `${HUB}/dev/?${query}`, keepAlive, password, ...more };
}

const dial = (hub: MemoryHub, family: Family, more: Partial<HandConnect> = {}): MemoryDevice =>
  hub.dial().send(connect(connectOf(family, more)));

/** All that came, in hex. */
const hex = (device: MemoryDevice): string => device.writes.map((bytes) => Buffer.from(bytes).toString('hex')).join('');
const hexOf = (...packets: Buffer[]): string => Buffer.concat(packets).toString('hex');

/** What the device hears to these bytes. */
function answerTo(device: MemoryDevice, ...packets: Buffer[]): string {
  const before = hex(device).length;
  device.send(Buffer.concat(packets));
  return hex(device).slice(before);
}

const queue = (hub: MemoryHub, messageId: string, more = {}) =>
  hub.service.hub.messages.send(
    hub.service.hub.known('dev'),
    {
      messageId,
      body: Buffer.from(messageId),
      properties: {},
      systemProperties: {},
      ack: 'none',
      expiresAt: undefined,
      ...more,
    },
    hub.now,
  );

const certificate = selfSigned('dev');

describe('CONNECT', () => {
  test.each(families)('%s: user name, flags c0 and keep-alive are accepted', (family) => {
    expect(hex(dial(new MemoryHub(), family))).toBe(hexOf(connack(0)));
  });

  test.each<[string, string]>([
    [
      'Node: model id plain, in front of the client type',
      'api-version=2021-04-12&model-id=dtmi:com:example:Thermostat;1&DeviceClientType=azure-iot-device%2F1.18.4%20(node%20v20)',
    ],
    [
      'Python: model id encoded, behind the client type',
      'api-version=2020-09-30&DeviceClientType=azure-iot-device-iothub-py%2F2.14.0%283.11%29&model-id=dtmi%3Acom%3Aexample%3AThermostat%3B1',
    ],
    [
      'C: model id encoded, behind the client type',
      'api-version=2020-09-30&DeviceClientType=azsdk-c%2F1.6.0-beta.1&model-id=dtmi%3Acom%3Aexample%3AThermostat%3B1',
    ],
  ])('%s', (_what, query) => {
    expect(hex(dial(new MemoryHub(), 'C', { userName: `${HUB}/dev/?${query}` }))).toBe(hexOf(connack(0)));
  });

  test.each<[string, HandConnect['password'], string]>([
    ['Node, Python, C: with a certificate there is no password, flags 80', undefined, '80'],
    ['embedded C, as its documents say: with a certificate the password is empty, flags c0', '', 'c0'],
  ])('%s', (_what, none, flags) => {
    const hub = new MemoryHub();
    const thumbprints = [certificate.sha256Thumbprint];
    hub.service.hub.put('dev', undefined, { keys: [], thumbprints, anchors: undefined });
    const bytes = connect(connectOf('C', { password: none }));
    expect(bytes.subarray(bytes.indexOf('MQTT') + 5)[0]?.toString(16)).toBe(flags);
    expect(hex(hub.dial({ chain: [certificate] }).send(bytes))).toBe(hexOf(connack(0)));
  });

  test.each<[string, Partial<HandConnect>, number]>([
    [
      '5, of a wrong key',
      { password: hubToken({ resource: `${HUB}/devices/dev`, key: Buffer.alloc(32, 1).toString('base64') }) },
      5,
    ],
    ['2, of another client id', { clientId: 'other' }, 2],
    ['3, of a hub that restarts', {}, 3],
  ])('C: after CONNACK %s it comes again with MQIsdp, level 3, and hears 1', (_what, fields, code) => {
    const hub = new MemoryHub();
    if (code === 3) hub.service.hub.restart(hub.now, 1000);
    const first = dial(hub, 'C', fields);
    expect([hex(first), first.closed]).toEqual([hexOf(connack(code)), 'end']);
    const second = dial(hub, 'C', { ...fields, protocol: ['MQIsdp', 3] });
    expect([hex(second), second.closed]).toEqual([hexOf(connack(1)), 'end']);
  });

  test('C: MQIsdp hears 1 even with the right key, byte by byte too', () => {
    const hub = new MemoryHub();
    const device = hub.dial();
    for (const byte of connect(connectOf('C', { protocol: ['MQIsdp', 3] }))) device.send(Buffer.of(byte));
    expect([hex(device), device.closed]).toEqual([hexOf(connack(1)), 'end']);
    expect(hub.eventsOf('refused')).toMatchObject([{ stage: 'connect', returnCode: 1 }]);
    expect(hub.service.hub.known('dev').connection).toBeUndefined();
  });

  test('Node: the fields of a CONNECT arrive one by one', () => {
    const device = new MemoryHub().dial();
    const fields = connectFields(connectOf('Node'));
    expect(fields).toHaveLength(13);
    for (const field of fields) device.send(field);
    expect(hex(device)).toBe(hexOf(connack(0)));
  });

  test.each(['sr sig se', 'sig se sr', 'se sr sig', 'sr se sig'])(
    'the fields of a token may stand as %s, without skn',
    (order) => {
      const fields = new Map(
        password
          .toString()
          .slice('SharedAccessSignature '.length)
          .split('&')
          .map((field) => [field.slice(0, field.indexOf('=')), field]),
      );
      const token = `SharedAccessSignature ${order
        .split(' ')
        .map((name) => fields.get(name))
        .join('&')}`;
      expect(hex(dial(new MemoryHub(), 'Python', { password: token }))).toBe(hexOf(connack(0)));
    },
  );
});

describe('packet identifiers', () => {
  test.each<[string, number[]]>([
    ['Node: a random start, one counter for all', [65_534, 65_535, 1]],
    ['Python: goes on over the reconnects of a process', [1, 2, 300]],
    ['C: 1, 2, 3 for each connection', [1, 2, 3]],
  ])('%s', (_what, [one = 0, two = 0, three = 0]) => {
    const hub = new MemoryHub();
    for (const _connection of [1, 2]) {
      const device = dial(hub, 'Node');
      expect(answerTo(device, subscribe(TWIN, 0, one))).toBe(hexOf(suback(0, one)));
      expect(answerTo(device, publish(EVENTS, 'a', { packetId: two }))).toBe(hexOf(puback(two)));
      expect(answerTo(device, publish(EVENTS, 'b', { packetId: three }))).toBe(hexOf(puback(three)));
    }
  });
});

describe('telemetry', () => {
  test.each<[string, string, 0 | 1]>([
    [
      'Node: in the order added, at QoS 1',
      'alert=yes&sp%20ace=a%20b&sum=1%2B1%3D2%26more&%C3%BCmlaut%2F%3F%23=gr%C3%BCn&empty=',
      1,
    ],
    [
      'Python: sorted by name, at QoS 1',
      'alert=yes&empty=&sp%20ace=a%20b&sum=1%2B1%3D2%26more&%C3%BCmlaut%2F%3F%23=gr%C3%BCn',
      1,
    ],
  ])('%s: odd characters are read', (_what, bag, qos) => {
    const hub = new MemoryHub();
    expect(answerTo(dial(hub, 'Node'), publish(EVENTS + bag, 'x', { qos }))).toBe(hexOf(puback(7)));
    expect(hub.telemetry[0]?.properties).toEqual({
      alert: 'yes',
      'sp ace': 'a b',
      sum: '1+1=2&more',
      'ümlaut/?#': 'grün',
      empty: '',
    });
  });

  test.each<[string, string]>([
    ['Node', '2030-01-01T00%3A00%3A00.000Z'],
    ['Python', '2030-01-01T00%3A00%3A00Z'],
  ])('%s: system properties first, the dollar encoded', (_what, expiry) => {
    const hub = new MemoryHub();
    dial(hub, 'Node').send(
      publish(
        `${EVENTS}%24.mid=m2&%24.cid=c%201&%24.uid=u&%24.ct=application%2Fjson&%24.ce=utf-8&%24.exp=${expiry}&level=2`,
      ),
    );
    expect(hub.telemetry).toMatchObject([
      {
        properties: { level: '2' },
        systemProperties: {
          messageId: 'm2',
          correlationId: 'c 1',
          userId: 'u',
          contentType: 'application/json',
          contentEncoding: 'utf-8',
          expiryTime: decodeURIComponent(expiry),
        },
      },
    ]);
  });

  test('C: at QoS 0, with nothing behind the slash, is counted and not acknowledged', () => {
    const hub = new MemoryHub();
    expect(answerTo(dial(hub, 'C'), publish(EVENTS, '{"message_number":1}', { qos: 0 }))).toBe('');
    expect(hub.telemetry).toMatchObject([{ deviceId: 'dev', properties: {} }]);
  });

  test('Node: the link is cut before PUBACK, and the message comes again with another identifier and no DUP', () => {
    const hub = new MemoryHub();
    dial(hub, 'Node')
      .send(publish(EVENTS, 'once', { packetId: 40 }))
      .leave();
    expect(answerTo(dial(hub, 'Node'), publish(EVENTS, 'once', { packetId: 17_000 }))).toBe(hexOf(puback(17_000)));
    expect(hub.telemetry).toHaveLength(2);
  });

  test('Python: the link is cut before PUBACK, and the message comes again with DUP, in one read with CONNECT', () => {
    const hub = new MemoryHub();
    dial(hub, 'Python')
      .send(publish(EVENTS, 'once', { packetId: 4 }))
      .leave();
    const again = hub.dial();
    again.send(Buffer.concat([connect(connectOf('Python')), publish(EVENTS, 'once', { packetId: 4, dup: true })]));
    expect(hex(again)).toBe(hexOf(connack(0, true), puback(4)));
    expect(hub.telemetry).toHaveLength(2);
  });
});

describe('filters', () => {
  test.each<[Family, Record<string, 0 | 1>]>([
    ['Node', { [C2D]: 1, [METHODS]: 0, [TWIN]: 0, [DESIRED]: 0 }],
    ['Python', { [C2D]: 1, [METHODS]: 1, [TWIN]: 1, [DESIRED]: 1 }],
    ['C', { 'devices/+/messages/devicebound/#': 1, [METHODS]: 1, [TWIN]: 1, [DESIRED]: 1 }],
  ])('%s: one in each SUBSCRIBE, granted as asked', (family, filters) => {
    const device = dial(new MemoryHub(), family);
    for (const [filter, qos] of Object.entries(filters))
      expect(answerTo(device, subscribe(filter, qos, 3))).toBe(hexOf(suback(qos, 3)));
  });

  test('C: devices/+ is one of the five, and is left as it was written', () => {
    const hub = new MemoryHub();
    const device = dial(hub, 'C');
    device.send(subscribe('devices/+/messages/devicebound/#'), unsubscribe(C2D, 5));
    queue(hub, 'm1');
    expect(hex(device)).toContain(Buffer.from('%24.mid=m1').toString('hex'));
    device.send(puback(1));
    expect(answerTo(device, unsubscribe('devices/+/messages/devicebound/#', 6))).toBe(hexOf(unsuback(6)));
    queue(hub, 'm2');
    expect(hex(device)).not.toContain(Buffer.from('%24.mid=m2').toString('hex'));
  });
});

describe('twin', () => {
  test.each<[string, string, 0 | 1, string]>([
    ['Node', '0d6103e9-25d1-46ba-9b30-e43ac9fa3223', 0, ' '],
    ['Python', '0d6103e9-25d1-46ba-9b30-e43ac9fa3223', 1, ' '],
    ['C', 'get_twin', 0, ''],
    ['C, plug and play', '3', 0, ''],
  ])('%s: GET', (_what, rid, qos, body) => {
    const device = dial(new MemoryHub(), 'Node');
    device.send(subscribe(TWIN, qos));
    const answer = publish(
      `$iothub/twin/res/200/?$rid=${rid}`,
      '{"desired":{"$version":1},"reported":{"$version":1}}',
      {
        qos,
        packetId: 1,
      },
    );
    const acks = qos === 0 ? [] : [puback(7)];
    expect(answerTo(device, publish(`$iothub/twin/GET/?$rid=${rid}`, body, { qos }))).toBe(hexOf(...acks, answer));
  });

  test('C: asks at QoS 0, is answered at the QoS that it subscribed with, and acknowledges', () => {
    const device = dial(new MemoryHub(), 'C').send(subscribe(TWIN));
    const answer = answerTo(device, publish('$iothub/twin/GET/?$rid=get_twin', '', { qos: 0 }));
    expect(answer.slice(0, 2)).toBe('32');
    expect(answerTo(device, puback(1))).toBe('');
    expect(device.closed).toBeUndefined();
  });

  test('C: the same $rid for every report, while the session lives', () => {
    const device = dial(new MemoryHub(), 'C').send(subscribe(TWIN, 0));
    for (const version of [2, 3, 4]) {
      const report = publish('$iothub/twin/PATCH/properties/reported/?$rid=reported_prop', `{"n":${version}}`, {
        qos: 0,
      });
      expect(answerTo(device, report)).toBe(
        hexOf(publish(`$iothub/twin/res/204/?$rid=reported_prop&$version=${version}`, '', { qos: 0 })),
      );
    }
  });

  test('Python: JSON with blanks', () => {
    const hub = new MemoryHub();
    dial(hub, 'Python').send(
      subscribe(TWIN),
      publish('$iothub/twin/PATCH/properties/reported/?$rid=r', '{"fan": {"speed": 2}, "on": true}'),
    );
    expect(hub.service.hub.twin('dev').reported).toEqual({ fan: { speed: 2 }, on: true, $version: 2 });
  });

  test('Node: SUBSCRIBE to desired and PATCH of reported lie in one read', () => {
    const device = dial(new MemoryHub(), 'Node').send(subscribe(TWIN, 0));
    const report = publish('$iothub/twin/PATCH/properties/reported/?$rid=r', '{"a":1}', { qos: 0 });
    expect(answerTo(device, subscribe(DESIRED, 0, 9), report)).toBe(
      hexOf(suback(0, 9), publish('$iothub/twin/res/204/?$rid=r&$version=2', '', { qos: 0 })),
    );
  });

  test('Node: an error has errorCode and message in its body, for it looks at nothing else', () => {
    const hub = new MemoryHub();
    const device = dial(hub, 'Node').send(subscribe(TWIN, 0));
    device.send(publish('$iothub/twin/PATCH/properties/reported/?$rid=r', 'no JSON', { qos: 0 }));
    const [, body = ''] = /\$rid=r(\{.*\})/.exec(Buffer.from(hex(device), 'hex').toString()) ?? [];
    expect(JSON.parse(body)).toMatchObject({ errorCode: 400_000, message: expect.any(String) });
  });

  test.each([
    ['Node', 0],
    ['Python', 1],
  ] as const)('%s: desired comes at the QoS of the subscription', (_what, qos) => {
    const hub = new MemoryHub();
    const device = dial(hub, 'Node').send(subscribe(DESIRED, qos));
    hub.service.hub.setDesired('dev', { on: true });
    expect(hex(device)).toContain(
      hexOf(
        publish('$iothub/twin/PATCH/properties/desired/?$version=2', '{"on":true,"$version":2}', { qos, packetId: 1 }),
      ),
    );
  });
});

describe('methods', () => {
  test.each<[string, string, 0 | 1, string, number, unknown]>([
    ['Node, at QoS 0', '{"rebooted":true}', 0, 'reboot', 200, { rebooted: true }],
    [
      'Python, at QoS 1',
      '{"rebooted": {"in": "first"}, "n": 1}',
      1,
      'reboot',
      200,
      { rebooted: { in: 'first' }, n: 1 },
    ],
    ['Python, null for no payload', 'null', 1, 'reboot', 200, null],
    ['C, a method that it does not know', '{}', 0, 'unknown', 404, {}],
  ])('%s', (_what, body, qos, method, status, payload) => {
    const hub = new MemoryHub();
    const device = dial(hub, 'Node').send(subscribe(METHODS, 0));
    const outcomes: unknown[] = [];
    const before = hex(device).length;
    hub.service.hub.invoke('dev', method, { in: 'first' }, (outcome) => outcomes.push(outcome));
    expect(hex(device).slice(before)).toBe(
      hexOf(publish(`$iothub/methods/POST/${method}/?$rid=1`, '{"in":"first"}', { qos: 0 })),
    );
    device.send(publish(`$iothub/methods/res/${status}/?$rid=1`, body, { qos }));
    expect(outcomes).toEqual([{ status, payload }]);
  });

  test('Python and C subscribe at QoS 1: the call still comes at QoS 0', () => {
    const hub = new MemoryHub();
    const device = dial(hub, 'Python').send(subscribe(METHODS, 1));
    const before = hex(device).length;
    hub.service.hub.invoke('dev', 'm', undefined, () => {});
    expect(hex(device).slice(before)).toBe(hexOf(publish('$iothub/methods/POST/m/?$rid=1', '', { qos: 0 })));
  });
});

describe('a message to the device', () => {
  test('has its properties as Node and Python read them', () => {
    const hub = new MemoryHub();
    const device = dial(hub, 'Node').send(subscribe(C2D));
    const before = hex(device).length;
    queue(hub, 'first-id', {
      systemProperties: { correlationId: 'c/1' },
      ack: 'full',
      properties: { colour: 'light blue', sum: '1+1' },
    });
    const bag =
      '%24.mid=first-id&%24.cid=c%2F1&%24.to=%2Fdevices%2Fdev%2Fmessages%2Fdevicebound&iothub-ack=full&colour=light%20blue&sum=1%2B1';
    expect(hex(device).slice(before)).toBe(
      hexOf(publish(`devices/dev/messages/devicebound/${bag}`, 'first-id', { packetId: 1 })),
    );
  });

  test('is done when it is acknowledged on receipt, as all three do', () => {
    const hub = new MemoryHub();
    const device = dial(hub, 'Python').send(subscribe(C2D));
    queue(hub, 'm');
    device.send(puback(1));
    expect(hub.eventsOf('message').map(({ outcome }) => outcome)).toEqual(['Queued', 'Success']);
  });

  test('waits while the device has unsubscribed, and comes with the next SUBSCRIBE', () => {
    const hub = new MemoryHub();
    const device = dial(hub, 'Python').send(subscribe(C2D, 1, 1), unsubscribe(C2D, 2));
    const before = hex(device).length;
    queue(hub, 'later');
    expect(hex(device).slice(before)).toBe('');
    expect(answerTo(device, subscribe(C2D, 1, 3))).toContain(Buffer.from('later').toString('hex'));
  });

  test('comes right behind the CONNACK of a session that goes on, before the program asks', () => {
    const hub = new MemoryHub();
    dial(hub, 'Node').send(subscribe(C2D), DISCONNECT);
    queue(hub, 'waited');
    const again = hex(dial(hub, 'Node'));
    expect(again.slice(0, 8)).toBe(hexOf(connack(0, true)));
    expect(again).toContain(Buffer.from('waited').toString('hex'));
  });
});

describe('the end of a link, and the next', () => {
  const everything = [subscribe(C2D), subscribe(METHODS, 0), subscribe(TWIN, 0), subscribe(DESIRED, 0)];
  /** Whether all four features are heard on this link. */
  const hears = (hub: MemoryHub, device: MemoryDevice): boolean[] => {
    const before = hex(device).length;
    queue(hub, 'to-device');
    hub.service.hub.invoke('dev', 'call', undefined, () => {});
    hub.service.hub.setDesired('dev', { told: true });
    device.send(publish('$iothub/twin/GET/?$rid=asked', ' ', { qos: 0 }));
    const heard = Buffer.from(hex(device).slice(before), 'hex').toString();
    return ['to-device', '/POST/call/', '"told":true', '$rid=asked'].map((text) => heard.includes(text));
  };

  test('Node: after a cut it subscribes again to methods and messages alone, and hears everything', () => {
    const hub = new MemoryHub();
    dial(hub, 'Node')
      .send(...everything)
      .leave();
    const again = dial(hub, 'Node');
    expect(hex(again)).toBe(hexOf(connack(0, true)));
    again.send(subscribe(METHODS, 0, 5), subscribe(C2D, 1, 6));
    expect(hears(hub, again)).toEqual([true, true, true, true]);
  });

  test.each(families)(
    '%s: after DISCONNECT for a new token it subscribes to nothing, and hears everything',
    (family) => {
      const hub = new MemoryHub();
      dial(hub, family).send(...everything, DISCONNECT);
      const again = dial(hub, family);
      expect(hex(again)).toBe(hexOf(connack(0, true)));
      expect(hears(hub, again)).toEqual([true, true, true, true]);
    },
  );

  test('Session Present is 0 for the first link and behind CleanSession 1, and told truly', () => {
    const hub = new MemoryHub();
    const told = [false, false, true, false].map((cleanSession) => {
      const device = dial(hub, 'Node', { cleanSession });
      const heard = hex(device);
      device.send(DISCONNECT);
      return heard;
    });
    expect(told).toEqual([connack(0), connack(0, true), connack(0), connack(0)].map((packet) => hexOf(packet)));
  });

  test('Python: its new connection is accepted before the old one is closed, and DISCONNECT was read: not taken over', () => {
    const hub = new MemoryHub();
    const older = dial(hub, 'Python');
    const newer = hub.dial();
    older.send(DISCONNECT);
    newer.send(connect(connectOf('Python')));
    older.leave();
    expect(hex(newer)).toBe(hexOf(connack(0, true)));
    expect([hub.eventsOf('taken-over'), newer.closed]).toEqual([[], undefined]);
  });

  test('Node: after a cut it tries CONNACK 5 again and again, in pairs; each is refused and closed, and no other device notices', () => {
    const hub = new MemoryHub();
    const other = hub.link({}, 'other');
    dial(hub, 'Node').leave();
    hub.service.hub.setEnabled('dev', false, hub.now);
    for (let attempt = 0; attempt < 8; attempt++) {
      const device = dial(hub, 'Node');
      expect([hex(device), device.closed]).toEqual([hexOf(connack(5)), 'end']);
      if (attempt % 2 === 1) hub.now += 125;
    }
    expect(hub.service.connectionCount).toBe(1);
    expect(other.closed).toBeUndefined();
  });

  test('Node: CONNACK 3, and 100 ms later it is served', () => {
    const hub = new MemoryHub();
    hub.service.hub.restart(hub.now, 100);
    expect(hex(dial(hub, 'Node'))).toBe(hexOf(connack(3)));
    hub.now += 100;
    expect(hex(dial(hub, 'Node'))).toBe(hexOf(connack(0)));
  });

  test('C: SUBACK 80 ends it without DISCONNECT; Node and Python go on', () => {
    const hub = new MemoryHub({ scenario: { rules: [{ on: 'subscribe', times: 2, fault: { subackCode: 128 } }] } });
    const embedded = dial(hub, 'C');
    expect(answerTo(embedded, subscribe(C2D, 1, 2))).toBe(hexOf(suback(0x80, 2)));
    embedded.leave();
    const python = dial(hub, 'Python');
    expect(answerTo(python, subscribe(C2D, 1, 2))).toBe(hexOf(suback(0x80, 2)));
    expect(answerTo(python, publish(EVENTS, 'x'))).toBe(hexOf(puback(7)));
  });

  test.each([
    ['Node: every keep-alive, whatever else is sent', 180, [publish(EVENTS, 'x', { qos: 0 }), PINGREQ]],
    ['Python: after that much silence', 60, [PINGREQ]],
  ] as const)('PINGREQ. %s', (_what, keepAlive, packets) => {
    const device = dial(new MemoryHub(), 'Node', { keepAlive });
    for (let round = 0; round < 5; round++) {
      device.pass(keepAlive * 1000);
      expect(answerTo(device, ...packets)).toBe(hexOf(PINGRESP));
    }
    device.pass(keepAlive * 1500 + 1);
    expect(device.closed).toBe('end');
  });
});
