import { existsSync, readFileSync } from 'node:fs';
import { CONNACK } from '@mote/codec';
import { describe, expect, test } from 'vitest';
import { HUB, HUB_KEY, hubToken, MemoryHub, puback, published, subscribe } from '../hub-memory.ts';
import { connack, connect, publish, suback, subscribe as subscribeBytes } from './by-hand.ts';

// What a hub in an emulator has to do, line by line, and the tests that show it: file below test/emulator, words of the title.

const LINES: Readonly<Record<string, readonly (readonly [file: string, words: string])[]>> = {
  '1 TLS 1.2 at least': [
    ['credentials.test.ts', 'TLS below 1.2 and plain TCP are not served'],
    ['hub/dialects-wire.test.ts', 'Python: 1.2 only, the name of the hub'],
  ],
  '1 WebSocket under its path': [['hub/dialects-wire.test.ts', 'the path counts without its query: %s']],
  '1 a client certificate is asked for and not required': [
    ['hub/dialects-wire.test.ts', 'a certificate is shown below WebSocket, as Node and Python do it'],
    ['hub/dialects-wire.test.ts', 'Node and C: 1.3, the name of the hub'],
  ],
  '2 the client id is the id of the user name': [['hub.test.ts', 'a client id of another device']],
  '2 the host is one of the hubs': [
    ['hub.test.ts', 'a hub that is not linked'],
    ['hub/lines.test.ts', 'the device endpoint is another name of the same hub: %s'],
    ['hub/odd-inputs.test.ts', 'for the hub as %s, in user name and token'],
  ],
  '2 the query is parsed': [
    ['hub/dialects.test.ts', 'Node: model id plain, in front of the client type'],
    ['hub/lines.test.ts', 'a model id stamps telemetry with dt-dataschema'],
  ],
  '2 api-versions that are known; 5 otherwise': [
    ['hub.test.ts', 'an api-version that is not known'],
    ['hub/lines.test.ts', 'api-version %s is known'],
  ],
  '3 sr is taken literally': [['hub/odd-inputs.test.ts', 'is verified over its text as sent: %s']],
  '3 ten minutes of grace for a link, none at CONNECT': [
    ['hub.test.ts', 'ends ten minutes behind its token'],
    ['hub.test.ts', 'a token that has expired'],
  ],
  '3 the primary key or the secondary': [['hub/lines.test.ts', 'a device signs with the %s key']],
  '3 a thumbprint, or a chain and its CN': [
    ['hub-process.test.ts', 'a device with a certificate, registered and not, and one of another CN'],
    ['hub/dialects.test.ts', 'Node, Python, C: with a certificate there is no password, flags 80'],
  ],
  '4 the identity was made by DPS, or is configured': [
    ['hub.test.ts', 'DPS makes the identity: one key from registration to telemetry'],
    ['hub.test.ts', 'a device that nobody made'],
    ['hub-service.test.ts', 'are made once, shown, and stay when the device is put again'],
  ],
  '4 disabled: 5': [['hub.test.ts', 'a disabled device is refused, and loses the link that it has']],
  '5 one link for each identity, the older ends without a packet': [
    ['hub.test.ts', 'ends when a newer one of the same identity stands, not when one of DPS does'],
    ['hub/lines.test.ts', 'the older link hears nothing before it ends, and the event says taken-over'],
    [
      'hub/dialects.test.ts',
      'Python: its new connection is accepted before the old one is closed, and DISCONNECT was read',
    ],
  ],
  '6 a session keeps subscriptions, queue, what is unacknowledged; Session Present': [
    [
      'hub.test.ts',
      'CleanSession 0: what is unacknowledged comes first, with DUP and its identifier, then what was queued',
    ],
    ['hub/dialects.test.ts', 'Session Present is 0 for the first link and behind CleanSession 1, and told truly'],
    ['hub/lines.test.ts', 'an unacknowledged $what comes again with DUP and its identifier, until it is acknowledged'],
    ['hub/lines.test.ts', 'what is kept of them is bounded'],
    ['hub-process.test.ts', 'twin, queue and session survive a restart'],
  ],
  '7 the documented filters, five of them, QoS 1 at most, 0x80 otherwise': [
    ['hub.test.ts', 'the documented filters, at QoS 1 at most, and five of them'],
    ['hub.test.ts', '%s is refused'],
    ['hub/lines.test.ts', 'QoS %i is granted as %i'],
  ],
  '7 UNSUBSCRIBE': [
    ['hub/dialects.test.ts', 'waits while the device has unsubscribed, and comes with the next SUBSCRIBE'],
  ],
  '8 QoS 2, unknown topics, over 256 KiB: closed': [
    ['hub.test.ts', '%s closes the link'],
    ['hub.test.ts', 'of 256 KiB is taken, though DPS takes 97 KiB; with a byte more the link is closed'],
    ['hub/lines.test.ts', 'the size counts body, properties and the values of system properties'],
  ],
  '8 RETAIN is a property': [['hub.test.ts', 'of a module, at QoS 0, retained, and as a Will']],
  '8 telemetry is parsed': [
    ['hub.test.ts', 'system properties, encoded or not'],
    ['hub/odd-inputs.test.ts', '%s is read'],
  ],
  '8 GET /telemetry': [['hub-process.test.ts', 'the service side over HTTP']],
  '8 PUBACK behind the storing': [
    ['hub.test.ts', 'may be cut between PUBLISH and PUBACK: the message is there, and comes twice'],
  ],
  '9 a Will is telemetry': [
    ['hub.test.ts', 'of a module, at QoS 0, retained, and as a Will'],
    ['hub/dialects-wire.test.ts', 'without DISCONNECT the Will is sent: %s'],
    ['hub/lines.test.ts', 'a Will of QoS 2 is refused'],
  ],
  '10 messages: properties, id, expiry, ack': [
    ['hub.test.ts', 'wait for the subscription, in order, with the properties of the service'],
    ['hub/arguments.test.ts', '$at. $method: $says'],
    ['hub/lines.test.ts', 'a message of the past expires at once, and says so'],
  ],
  '10 fifty wait': [['hub.test.ts', '50 wait, no more; a life ends']],
  '10 the lock of a minute': [['hub.test.ts', 'without PUBACK it comes again when the lock of a minute runs out']],
  '10 PUBACK completes': [['hub.test.ts', 'PUBACK completes']],
  '10 feedback': [
    ['hub-service.test.ts', 'of a message that expires while its device is away comes when its time does'],
  ],
  '11 methods: status and payload, 404103': [
    ['hub.test.ts', 'are asked at QoS 0 and answered with a status'],
    ['hub.test.ts', 'what cannot be done has the code of the service'],
    ['hub-process.test.ts', 'a method that nobody answers ends at its deadline'],
  ],
  '12 twin: GET, PATCH, merge, versions': [
    ['hub.test.ts', 'is read with a body of %j'],
    ['hub.test.ts', 'reported properties are merged, and null deletes'],
  ],
  '12 limits: 400': [['hub/odd-inputs.test.ts', '%s: 400, and nothing changes']],
  '12 desired properties are told to who subscribed': [
    ['hub.test.ts', 'desired properties are told as a patch with its version, to who subscribed'],
  ],
  '13 certificates: 202, then 200 with a chain': [
    [
      'hub-service.test.ts',
      '202 with the operation, then 200 with a chain of which the first is for the key of the request',
    ],
  ],
  '13 409004, 412001': [['hub-service.test.ts', 'one request at a time: another is refused, or replaces it']],
  '14 the end of a token ends the link; the clock may jump': [
    ['hub.test.ts', 'ends ten minutes behind its token'],
    ['hub/odd-inputs.test.ts', 'a year forward ends a link behind its token, and expires what waits'],
    ['hub/odd-inputs.test.ts', 'back by %i ms: links, messages, twins and quotas go on'],
  ],
  '15 close after n packets': [
    ['single-faults.test.ts', 'hub-closes-after-10: ten messages are answered, the eleventh is the last'],
  ],
  '15 CONNACK 3': [['single-faults.test.ts', '%s: what CONNECTs at the hub hear is %j']],
  '15 twin 429': [['single-faults.test.ts', '%s: the answers about the twin are %j']],
  '15 PUBACK too late': [
    ['single-faults.test.ts', 'hub-late-puback: the message is there, its PUBACK two minutes later'],
  ],
  '15 duplicates of messages': [
    ['single-faults.test.ts', 'hub-duplicate-messages: the copy has DUP and the same identifier'],
  ],
  '15 a cut between PUBLISH and PUBACK': [
    ['single-faults.test.ts', '%s: the link ends without PUBACK, and the hub has %i messages'],
  ],
  '15 a storm of take-overs': [
    ['single-faults.test.ts', 'hub-taken-over: five links end behind CONNACK, and are said to be taken over'],
  ],
  '15 silence': [['single-faults.test.ts', 'hub-silent: the second message is not answered, and the link stays open']],
  '15 a restart of all links': [
    ['single-faults.test.ts', 'hub-restart: every link ends, CONNACK 3 for three seconds, then 0'],
  ],
  '15 the hub is gone': [
    ['single-faults.test.ts', 'hub-gone: after its first message the device is unknown three times, then known again'],
  ],
  '15 a wrong $rid': [['single-faults.test.ts', '%s: the answers about the twin are %j']],
  '15 a gap in the versions': [['single-faults.test.ts', '%s: the versions that are told are %j']],
  '16 Node, Python and C are served unchanged': [
    ['hub-transcripts.test.ts', 'is served as the SDK expects: %s'],
    ['hub-transcripts.test.ts', '%s: Session Present is told as the hub of the recording told it'],
  ],
};

test.each(Object.entries(LINES))('%s', (_line, claims) => {
  expect(claims.length).toBeGreaterThan(0);
  for (const [file, words] of claims) {
    const path = new URL(`../${file}`, import.meta.url);
    expect(existsSync(path), file).toBe(true);
    const source = readFileSync(path, 'utf8');
    // In this file the words stand in the table, too.
    const times = source.split(words).length - 1;
    expect(times, `${file}: ${words}`).toBeGreaterThan(file === 'hub/lines.test.ts' ? 1 : 0);
  }
});

test('each of the sixteen lines is there', () => {
  const numbers = new Set(Object.keys(LINES).map((line) => Number(line.split(' ')[0])));
  expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, at) => at + 1));
});

const EVENTS = 'devices/dev/messages/events/';
const C2D = 'devices/dev/messages/devicebound/#';
const hello = {
  clientId: 'dev',
  userName: `${HUB}/dev/?api-version=2021-04-12`,
  password: hubToken({ resource: `${HUB}/devices/dev` }),
};
const hex = (device: { writes: Uint8Array[] }) => Buffer.concat(device.writes).toString('hex');

describe('CONNECT', () => {
  test.each([
    ['h.device.azure-devices.net', 'h.azure-devices.net'],
    ['h.azure-devices.net', 'h.device.azure-devices.net'],
    ['H.Azure-Devices.net', 'h.Device.azure-devices.NET'],
  ])('the device endpoint is another name of the same hub: %s', (linked, named) => {
    const hub = new MemoryHub({ iotHubs: [linked] });
    for (const [host, signed] of [
      [named, named],
      [linked, named],
      [named, linked],
    ]) {
      const password = hubToken({ resource: `${signed}/devices/dev` });
      const device = hub.link({ userName: `${host}/dev/?api-version=2021-04-12`, password });
      expect(device.received).toMatchObject([{ type: CONNACK, returnCode: 0 }]);
    }
  });

  test.each(['2019-10-01', '2020-09-30', '2021-04-12', '2025-08-01-preview', '2025-08-01-PREVIEW'])(
    'api-version %s is known',
    (version) => {
      expect(new MemoryHub().link({ userName: `${HUB}/dev/?api-version=${version}` }).received).toMatchObject([
        { returnCode: 0 },
      ]);
    },
  );

  test.each(['2021-04-1', '2021-04-12 ', '20210412', '', 'latest', '2026-11-02-preview', '__proto__'])(
    'api-version "%s" is not, and its refusal says so',
    (version) => {
      const hub = new MemoryHub();
      expect(hub.link({ userName: `${HUB}/dev/?api-version=${version}` }).received).toMatchObject([{ returnCode: 5 }]);
      expect(hub.eventsOf('refused')[0]?.reason).toContain('is not known at a hub');
    },
  );

  test.each(['primary', 'secondary'])('a device signs with the %s key', (which) => {
    const hub = new MemoryHub();
    const [primary, secondary] = [Buffer.alloc(32, 1), Buffer.alloc(64, 2)];
    hub.service.hub.put('dev', undefined, { keys: [primary, secondary], thumbprints: [], anchors: undefined });
    const key = (which === 'primary' ? primary : secondary).toString('base64');
    const device = hub.link({ password: hubToken({ resource: `${HUB}/devices/dev`, key }) });
    expect(device.received).toMatchObject([{ returnCode: 0 }]);
    expect(hub.link({ password: hubToken({ resource: `${HUB}/devices/dev`, key: HUB_KEY }) }).received).toMatchObject([
      { returnCode: 5 },
    ]);
  });

  test('a Will of QoS 2 is refused', () => {
    const hub = new MemoryHub();
    const will = { topic: EVENTS, message: 'x', qos: 2 } as const;
    const device = hub.dial().send(connect({ ...hello, will }));
    expect([hex(device), device.closed, hub.telemetry]).toEqual([connack(5).toString('hex'), 'end', []]);
  });

  test.each(['model-id=dtmi%3Acom%3Aexample%3AThermostat%3B1', 'model-id=dtmi:com:example:Thermostat;1'])(
    'a model id stamps telemetry with dt-dataschema: %s',
    (parameter) => {
      const hub = new MemoryHub();
      hub
        .link({ userName: `${HUB}/dev/?api-version=2021-04-12&${parameter}` })
        .publish(`${EVENTS}%24.sub=thermostat1`, 'x');
      hub.link().publish(EVENTS, 'y');
      expect(hub.telemetry.map(({ systemProperties }) => systemProperties)).toEqual([
        { component: 'thermostat1', 'dt-dataschema': 'dtmi:com:example:Thermostat;1' },
        {},
      ]);
    },
  );
});

describe('a link', () => {
  test('the older link hears nothing before it ends, and the event says taken-over', () => {
    const hub = new MemoryHub();
    const older = hub.dial().send(connect({ ...hello, cleanSession: true }));
    const newer = hub.dial().send(connect({ ...hello, cleanSession: true }));
    expect([hex(older), older.closed]).toEqual([connack(0).toString('hex'), 'end']);
    expect([hex(newer), newer.closed]).toEqual([connack(0).toString('hex'), undefined]);
    expect(hub.eventsOf('taken-over')).toMatchObject([{ registrationId: 'dev' }]);
  });

  test.each([
    [0, 0],
    [1, 1],
    [2, 1],
  ])('QoS %i is granted as %i', (asked, granted) => {
    const device = new MemoryHub().dial().send(connect({ ...hello, cleanSession: true }));
    for (const filter of [C2D, '$iothub/methods/POST/#', '$iothub/twin/res/#']) {
      const before = hex(device).length;
      device.send(subscribeBytes(filter, asked, 4));
      expect(hex(device).slice(before)).toBe(suback(granted, 4).toString('hex'));
    }
  });

  test('the size counts body, properties and the values of system properties', () => {
    const bag = 'name=value&n&%24.mid=m1&%24.ct=text';
    const counted = 'name'.length + 'value'.length + 'n'.length + 'm1'.length + 'text'.length;
    const fits = (body: number) => {
      const hub = new MemoryHub();
      hub.link().send(publish(EVENTS + bag, Buffer.alloc(body)));
      return hub.telemetry.length === 1;
    };
    expect([fits(262_144 - counted), fits(262_144 - counted + 1)]).toEqual([true, false]);
  });
});

describe('a session that goes on', () => {
  const all = [C2D, '$iothub/twin/res/#', '$iothub/twin/PATCH/properties/desired/#'];
  const start = (cleanSession = false) => {
    const hub = new MemoryHub();
    return [hub, hub.link({ cleanSession }).send(subscribe(...all))] as const;
  };
  const causes = {
    'answer of the twin': (_hub: MemoryHub, device: ReturnType<MemoryHub['link']>) =>
      device.publish('$iothub/twin/GET/?$rid=r', ''),
    'notice of desired properties': (hub: MemoryHub) => hub.service.hub.setDesired('dev', { on: true }),
  };

  test.each(Object.keys(causes).map((what) => ({ what: what as keyof typeof causes })))(
    'an unacknowledged $what comes again with DUP and its identifier, until it is acknowledged',
    ({ what }) => {
      const [hub, device] = start();
      causes[what](hub, device);
      const [first] = published(device);
      device.leave();
      const again = hub.link({ cleanSession: false });
      expect(published(again)).toEqual([{ ...first, dup: true }]);
      again.leave();
      const third = hub.link({ cleanSession: false });
      expect(published(third)).toEqual([{ ...first, dup: true }]);
      third.send(puback(first?.packetId)).leave();
      expect(published(hub.link({ cleanSession: false }))).toEqual([]);
    },
  );

  test.each(Object.keys(causes).map((what) => ({ what: what as keyof typeof causes })))(
    'what ends with CleanSession 1 is forgotten: $what',
    ({ what }) => {
      for (const [first, second] of [
        [true, false],
        [false, true],
      ]) {
        const [hub, device] = start(first);
        causes[what](hub, device);
        device.leave();
        expect(published(hub.link({ cleanSession: second! }).send(subscribe(...all)))).toEqual([]);
        expect(published(hub.link({ cleanSession: false }).send(subscribe(...all)))).toEqual([]);
      }
    },
  );

  test('no identifier is given to two that are under way', () => {
    const [hub, device] = start();
    hub.service.hub.setDesired('dev', { n: 0 });
    const first = published(device)[0]!.packetId;
    for (let round = 0; round < 65_600; round++) hub.service.hub.known('dev').nextPacketId();
    device.publish('$iothub/twin/GET/?$rid=r', '');
    expect(published(device)[1]!.packetId).not.toBe(first);
    const ids = new Set(Array.from({ length: 65_600 }, () => hub.service.hub.known('dev').nextPacketId()));
    expect(ids.has(first!)).toBe(false);
  });

  test('what is kept of them is bounded: 256 KiB, the oldest go first', () => {
    const [hub, device] = start();
    device.publish(
      '$iothub/twin/PATCH/properties/reported/?$rid=0',
      JSON.stringify(Object.fromEntries([...'abcdefg'].map((name) => [name, 'x'.repeat(4000)]))),
    );
    for (let count = 1; count < 100; count++) device.publish(`$iothub/twin/GET/?$rid=${count}`, '', 0);
    device.leave();
    const again = published(hub.link({ cleanSession: false }));
    expect(again.reduce((bytes, packet) => bytes + packet.payload.length, 0)).toBeLessThanOrEqual(262_144);
    expect(again.length).toBeGreaterThan(5);
    expect(again.at(-1)?.topicName).toBe('$iothub/twin/res/200/?$rid=99');
  });
});

describe('a message', () => {
  const message = { messageId: 'm', body: Buffer.from('x'), properties: {}, systemProperties: {} };

  test.each(['none', 'positive', 'negative', 'full'] as const)(
    'a message of the past expires at once, and says so: ack %s',
    (ack) => {
      const hub = new MemoryHub();
      const device = hub.link().send(subscribe(C2D));
      hub.service.hub.messages.send(hub.service.hub.known('dev'), { ...message, ack, expiresAt: hub.now - 1 }, hub.now);
      device.pass(0);
      expect(published(device)).toEqual([]);
      expect(hub.eventsOf('message').map(({ outcome }) => outcome)).toEqual(['Queued', 'Expired']);
      expect(hub.feedback.map(({ statusCode }) => statusCode)).toEqual(
        ack === 'negative' || ack === 'full' ? ['Expired'] : [],
      );
    },
  );

  test('whose time comes while it is locked is neither sent again nor a success that was not', () => {
    const hub = new MemoryHub();
    const device = hub.link().send(subscribe(C2D));
    hub.service.hub.messages.send(
      hub.service.hub.known('dev'),
      { ...message, ack: 'full', expiresAt: hub.now + 30_000 },
      hub.now,
    );
    const [sent] = published(device);
    device.pass(61_000);
    expect(published(device)).toHaveLength(1);
    device.send(puback(sent?.packetId));
    expect(hub.feedback.map(({ statusCode }) => statusCode)).toEqual(['Expired']);
  });

  test('acknowledged under an identifier that nobody gave, or twice, changes nothing', () => {
    const hub = new MemoryHub();
    const device = hub.link().send(subscribe(C2D));
    hub.service.hub.messages.send(
      hub.service.hub.known('dev'),
      { ...message, ack: 'full', expiresAt: undefined },
      hub.now,
    );
    const { packetId = 0 } = published(device)[0]!;
    device.send(puback(packetId + 1), puback(65_535), puback(packetId), puback(packetId));
    expect(hub.feedback.map(({ statusCode }) => statusCode)).toEqual(['Success']);
    expect(device.closed).toBeUndefined();
  });
});
