import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import * as azure from '@mote/client/azure';
import { isTopicFilter, isTopicName } from '@mote/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const FOLDER = new URL('../../vectors/hub-transcripts/', import.meta.url);
const DEVICE = { deviceId: 'dev-sas' };

/** The facts of every MQTT packet that a device sent, in the transcripts of the official SDKs. */
const packets = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.txt'))
  .flatMap((name) => [...readFileSync(new URL(name, FOLDER), 'utf8').matchAll(/ C>S mqtt (\w+) (.*)/g)]);
/** The values of a field of all packets of one type. */
const sent = (type: string, field: string): string[] =>
  packets
    .filter(([, name]) => name === type)
    .flatMap(([, , facts = '']) => [...facts.matchAll(new RegExp(`"${field}":("(?:[^"\\\\]|\\\\.)*")`, 'g'))])
    .map(([, value = '']) => JSON.parse(value) as string);

describe('what official SDKs put on the wire is read', () => {
  test('user names and tokens; the signature is right over the text as it was sent', () => {
    const users = sent('CONNECT', 'username').filter((name) => name.includes('.azure-devices.net/'));
    expect(users.length).toBeGreaterThan(25);
    for (const name of users) {
      const user = azure.readHubUserName(name)!;
      expect(user).toMatchObject({ hostName: 'hub-accept.azure-devices.net', moduleId: undefined });
      expect(['dev-sas', 'dev-x509']).toContain(user.deviceId);
      expect(user.apiVersion).toMatch(/^20(19-10-01|20-09-30|21-04-12)$/);
      expect(user.clientType).toMatch(/^(azure-iot-device|azsdk-c)/);
      if (user.modelId !== undefined) expect(user.modelId).toBe('dtmi:com:example:Thermostat;1');
    }
    const key = Buffer.from('/2IJZQNROTk7bA/GWEHOb/jnkZSuj/2LGh3Dh4mLVtg=', 'base64');
    let tokens = 0;
    for (const password of sent('CONNECT', 'password').filter((text) => text.includes('%2Fdevices%2F'))) {
      tokens += 1;
      const token = azure.readSasToken(password)!;
      expect(token.path).toBe('hub-accept.azure-devices.net/devices/dev-sas');
      expect(azure.covers(token.path, 'hub-accept.azure-devices.net', DEVICE)).toBe(true);
      expect(createHmac('sha256', key).update(azure.sasText(token)).digest('base64')).toBe(token.signatureBase64);
      const resource = azure.hubSasResource('hub-accept.azure-devices.net', DEVICE);
      expect(azure.hubSasToken({ ...token, resource })).toBe(password);
    }
    expect(tokens).toBeGreaterThan(20);
  });

  test('every topic, and what is written again is the same topic', () => {
    const topics = sent('PUBLISH', 'topic').filter((topic) => !topic.startsWith('$dps'));
    expect(topics.length).toBeGreaterThan(60);
    const types = new Set<string>();
    for (const topic of topics) {
      const read = azure.readDeviceTopic(topic)!;
      types.add(read.type);
      const written =
        read.type === 'telemetry'
          ? azure.telemetryTopic(read, read)
          : read.type === 'method-response'
            ? azure.methodResponseTopic(read.status, read.requestId)
            : read.type === 'twin-get'
              ? azure.twinGetTopic(read.requestId)
              : azure.twinReportTopic(read.requestId);
      expect(written).toBe(topic);
    }
    expect([...types].sort()).toEqual(['method-response', 'telemetry', 'twin-get', 'twin-report']);
  });

  test('every filter', () => {
    const filters = sent('SUBSCRIBE', 'filter').filter((filter) => !filter.startsWith('$dps'));
    expect(filters.length).toBeGreaterThan(40);
    for (const filter of filters) {
      const [, deviceId = 'dev-sas'] = /^devices\/([\w-]+)\//.exec(filter) ?? [];
      expect(azure.readHubFilter(filter, { deviceId })).toBeDefined();
    }
  });
});

describe('topics of a hub', () => {
  test.each<[string, object]>([
    [
      'devices/dev1/messages/devicebound/%24.mid=6b822696&%24.to=%2Fdevices%2Fdev1%2Fmessages%2Fdevicebound&custom1=value1',
      {
        type: 'message',
        deviceId: 'dev1',
        system: { messageId: '6b822696', to: '/devices/dev1/messages/devicebound' },
        properties: new Map([['custom1', 'value1']]),
      },
    ],
    [
      'devices/dev1/messages/devicebound/iothub-ack=Full&%24.to=%2Fdevices%2Fdev1%2Fmessages%2FdeviceBound&%24.cid&%24.uid',
      {
        type: 'message',
        deviceId: 'dev1',
        system: { to: '/devices/dev1/messages/deviceBound', correlationId: null, userId: null },
        properties: new Map([['iothub-ack', 'Full']]),
      },
    ],
    ['devices/dev1/messages/devicebound/', { type: 'message', deviceId: 'dev1', system: {}, properties: new Map() }],
    ['devices/dev1/messages/devicebound', { type: 'message', deviceId: 'dev1', system: {}, properties: new Map() }],
    [
      'devices/d/modules/m/inputs/in1/%24.mid=1&a=b',
      {
        type: 'input',
        deviceId: 'd',
        moduleId: 'm',
        input: 'in1',
        system: { messageId: '1' },
        properties: new Map([['a', 'b']]),
      },
    ],
    ['$iothub/methods/POST/reboot/?$rid=2a', { type: 'method', name: 'reboot', requestId: '2a' }],
    ['$iothub/methods/POST/get%20it/?$rid=1', { type: 'method', name: 'get it', requestId: '1' }],
    ['$iothub/twin/res/200/?$rid=get_twin', { type: 'twin-response', status: 200, requestId: 'get_twin' }],
    ['$iothub/twin/res/204/?$rid=4&$version=4', { type: 'twin-response', status: 204, requestId: '4', version: 4 }],
    ['$iothub/twin/res/204/?$version=4&$rid=4', { type: 'twin-response', status: 204, requestId: '4', version: 4 }],
    ['$iothub/twin/res/429/?$rid=a%2Fb', { type: 'twin-response', status: 429, requestId: 'a%2Fb' }],
    ['$iothub/twin/PATCH/properties/desired/?$version=31', { type: 'twin-desired', version: 31 }],
    ['$iothub/credentials/res/202/?$rid=abcd', { type: 'credential-response', status: 202, requestId: 'abcd' }],
  ])('%s', (topic, expected) => {
    expect(azure.readHubTopic(topic)).toEqual(expected);
  });

  test.each([
    '',
    '/',
    'devices',
    'devices/d',
    'devices//messages/devicebound/',
    'devices/d/messages/devicebound/%zz=1',
    'devices/d/messages/devicebound/%ff=1',
    'devices/d/messages/events/a=b',
    '$iothub/methods/POST/reboot',
    '$iothub/methods/POST/reboot/?',
    '$iothub/methods/POST/reboot/?$rid=',
    '$iothub/methods/POST//?$rid=1',
    '$iothub/methods/POST/a/b/?$rid=1',
    '$iothub/twin/res/abc/?$rid=1',
    '$iothub/twin/res/20000000000/?$rid=1',
    '$iothub/twin/PATCH/properties/desired/?$version=x',
    '$iothub/twin/PATCH/properties/desired/?$version=99999999999999999999',
    '$dps/registrations/res/200/?$rid=1',
  ])('not: %j', (topic) => {
    expect(azure.readHubTopic(topic)).toBeUndefined();
  });

  test.each([
    'devices/d/messages/devicebound/x=1',
    'devices/d/messages/eventsx/',
    'devices/d/messages/events/%',
    '$iothub/methods/res/abc/?$rid=1',
    '$iothub/methods/res/200/',
    '$iothub/twin/GET/',
    '$iothub/twin/GET/x/?$rid=1',
    '$iothub/twin/PATCH/properties/desired/?$rid=1',
    '$iothub/credentials/POST/other/?$rid=1',
    '$iothub/constructor/?$rid=1',
    'a/b',
  ])('no device may publish to %j', (topic) => {
    expect(azure.readDeviceTopic(topic)).toBeUndefined();
  });
});

describe('properties', () => {
  test.each<[string, string, string | null]>([
    ['a', 'a', null],
    ['a=', 'a', ''],
    ['a=1', 'a', '1'],
    ['a=b=c', 'a', 'b=c'],
    ['a=1+1', 'a', '1+1'],
    ['a=1%2B1', 'a', '1+1'],
    ['a=x%20y', 'a', 'x y'],
    ['?a=1', 'a', '1'],
    ['%C3%BCmlaut%2F%3F%23=gr%C3%BCn', 'ümlaut/?#', 'grün'],
    ['%24.unknown=1', '$.unknown', '1'],
    ['__proto__=1', '__proto__', '1'],
    ['constructor', 'constructor', null],
  ])('%j is %j: %j', (bag, name, value) => {
    expect(azure.readProperties(bag)).toEqual({ system: {}, properties: new Map([[name, value]]) });
  });

  test('the dollar of a system property may be plain', () => {
    const plain = azure.readProperties('$.ct=application%2Fjson%3Bcharset%3Dutf-8&$.ce=utf-8');
    expect(plain).toEqual(azure.readProperties('%24.ct=application%2Fjson%3Bcharset%3Dutf-8&%24.ce=utf-8'));
    expect(plain?.system).toEqual({ contentType: 'application/json;charset=utf-8', contentEncoding: 'utf-8' });
  });

  test.each(['a=%', 'a=%4', '%zz', 'a=%ff', 'a=%ed%a0%80'])('%j cannot be read', (bag) => {
    expect(azure.readProperties(bag)).toBeUndefined();
  });

  const value = fc.oneof(fc.constant(null), fc.string({ unit: 'grapheme' }));
  const names = Object.keys(azure.SYSTEM_PROPERTIES) as azure.SystemProperty[];
  const bag = fc.record({
    system: fc.dictionary(fc.constantFrom(...names), value).map((system) => ({ ...system })),
    properties: fc
      .array(fc.tuple(fc.string({ minLength: 1, unit: 'grapheme' }), value))
      .map(
        (pairs) => new Map(pairs.filter(([name]) => !Object.values(azure.SYSTEM_PROPERTIES).includes(name as never))),
      ),
  });

  test('come back as they were, and stand in a topic that MQTT allows', () => {
    fc.assert(
      fc.property(bag, (message) => {
        const topic = azure.telemetryTopic(DEVICE, message);
        expect(isTopicName(topic)).toBe(true);
        const read = azure.readDeviceTopic(topic);
        // The first name must not look like the `?` that is skipped: it never does, since it is escaped.
        expect(read).toEqual({ type: 'telemetry', deviceId: 'dev-sas', moduleId: undefined, ...message });
      }),
    );
  });

  test('any text is read or refused, and reading what was written changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab$.%24?&=+/# ü') }), (text) => {
        const read = azure.readProperties(text);
        if (read) expect(azure.readProperties(azure.writeProperties(read))).toEqual(read);
      }),
      { numRuns: 3000 },
    );
  });

  test.each(['', '$.mid', '$x', 'iothub-ack', 'IOTHUB-x'])('%j is the service’s name', (name) => {
    expect(azure.isApplicationProperty(name)).toBe(false);
    expect(azure.isApplicationProperty(`x${name}`)).toBe(true);
  });
});

describe('user names', () => {
  const id = fc.string({ unit: fc.constantFrom(..."aZ09-.+%_#*?!(),=@$':;"), minLength: 1, maxLength: 128 });
  test('come back as they were', () => {
    const text = fc.option(fc.string({ unit: 'grapheme', minLength: 1 }), { nil: undefined });
    fc.assert(
      fc.property(
        id,
        fc.option(
          id.filter((one) => !one.startsWith('?')),
          { nil: undefined },
        ),
        text,
        text,
        (deviceId, moduleId, modelId, clientType) => {
          const fields = {
            hostName: 'hub.azure-devices.net',
            deviceId,
            moduleId,
            apiVersion: '2021-04-12',
            modelId,
            clientType,
          };
          expect(azure.readHubUserName(azure.hubUserName(fields))).toEqual(fields);
        },
      ),
    );
  });

  test.each<[string, object]>([
    ['h.azure-devices.net/d', { deviceId: 'd', apiVersion: undefined }],
    ['localhost:8883/d/?API-Version=1', { hostName: 'localhost:8883', deviceId: 'd', apiVersion: '1' }],
    ['h.azure-devices.net/d/m/?api-version=2020-09-30', { deviceId: 'd', moduleId: 'm', apiVersion: '2020-09-30' }],
    ['h.device.azure-devices.net/d/?api-version=2021-04-12&x=1', { hostName: 'h.device.azure-devices.net' }],
    [
      'h/d/?api-version=1&model-id=dtmi:com:example:Thermostat;1&DeviceClientType=a%2F1 (x; y)',
      { modelId: 'dtmi:com:example:Thermostat;1', clientType: 'a/1 (x; y)' },
    ],
  ])('%s', (text, expected) => {
    expect(azure.readHubUserName(text)).toMatchObject(expected);
  });

  test.each([
    '',
    'h',
    'h/',
    '/d',
    'h//?api-version=1',
    'h/d/m/x/?api-version=1',
    'h/d d/?api-version=1',
    'h h/d',
    '0ne1/registrations/d/api-version=2019-03-31',
  ])('not: %j', (text) => {
    expect(azure.readHubUserName(text)).toBeUndefined();
  });

  test('ids that no topic can carry are known', () => {
    expect(['LightSensor#1', 'a+b', 'a/b', '', 'x'.repeat(129)].map(azure.isPublishableId)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(["a?b%c$d(e)'f*g!", 'x'.repeat(128)].map(azure.isPublishableId)).toEqual([true, true]);
    expect(azure.isHubId('a+b#c')).toBe(true);
  });
});

describe('tokens', () => {
  const fields = { resource: 'h%2Fdevices%2Fd', signatureBase64: 'a+b/c=', expiry: 1_800_000_000 };
  test('of a module, of a policy, and read in any order', () => {
    expect(azure.hubSasResource('h.net', { deviceId: 'd', moduleId: 'm' })).toBe('h.net%2Fdevices%2Fd%2Fmodules%2Fm');
    const token = azure.hubSasToken({ ...fields, policyName: 'device' });
    expect(token).toBe('SharedAccessSignature sr=h%2Fdevices%2Fd&sig=a%2Bb%2Fc%3D&se=1800000000&skn=device');
    const [, parts = ''] = token.split(' ');
    const read = azure.readSasToken(token);
    expect(read).toEqual({ ...fields, path: 'h/devices/d', policyName: 'device' });
    for (const order of [
      [1, 2, 0, 3],
      [3, 2, 1, 0],
      [2, 0, 3, 1],
    ])
      expect(azure.readSasToken(`SharedAccessSignature ${order.map((i) => parts.split('&')[i]).join('&')}`)).toEqual(
        read,
      );
    expect(azure.readSasToken(token.replace('%2B', '+'))).toEqual(read);
  });

  test.each([
    '',
    'SharedAccessSignature',
    'SharedAccessSignature ',
    'SharedAccessSignature sr=a&sig=b',
    'SharedAccessSignature sr=a&sig=b&se=',
    'SharedAccessSignature sr=a&sig=b&se=1e9',
    'SharedAccessSignature sr=a&sig=b&se=-1',
    'SharedAccessSignature sr=a&sig=b&se=1&se=2',
    'SharedAccessSignature sr=%&sig=b&se=1',
    'SharedAccessSignature sr&sig=b&se=1',
    'sharedaccesssignature sr=a&sig=b&se=1',
    'SharedAccessSignature sr=a&sig=b c&se=1',
  ])('not: %j', (text) => {
    expect(azure.readSasToken(text)).toBeUndefined();
  });

  test.each<[string, boolean]>([
    ['h.net/devices/d', true],
    ['H.NET/devices/d', true],
    ['h.net/devices', true],
    ['h.net', true],
    ['h.net/devices/d/', true],
    ['h.net/devices/D', false],
    ['h.net/devices/dd', false],
    ['h.net/device', false],
    ['h.ne', false],
    ['h.net/devices/d/modules/m', false],
    ['', false],
  ])('%j covers the device: %j', (path, expected) => {
    expect(azure.covers(path, 'h.net', { deviceId: 'd' })).toBe(expected);
  });
});

describe('connection strings', () => {
  test.each<[string, object]>([
    [
      'HostName=h.azure-devices.net;DeviceId=d;SharedAccessKey=AAA=',
      { hostName: 'h.azure-devices.net', deviceId: 'd', sharedAccessKey: 'AAA=', x509: false },
    ],
    [
      'SharedAccessKey=A==;deviceid=d;HOSTNAME=h;',
      { hostName: 'h', deviceId: 'd', sharedAccessKey: 'A==', x509: false },
    ],
    ['HostName=h;DeviceId=d;ModuleId=m;x509=true', { hostName: 'h', deviceId: 'd', moduleId: 'm', x509: true }],
    [
      'HostName=h;DeviceId=d;SharedAccessSignature=SharedAccessSignature sr=a&sig=b&se=1',
      { hostName: 'h', deviceId: 'd', sharedAccessSignature: 'SharedAccessSignature sr=a&sig=b&se=1', x509: false },
    ],
    [
      'HostName=h;GatewayHostName=g;DeviceId=d;SharedAccessKey=A',
      { hostName: 'h', gatewayHostName: 'g', deviceId: 'd', sharedAccessKey: 'A', x509: false },
    ],
    [' HostName = h ; DeviceId = d \n', { hostName: 'h', deviceId: 'd', x509: false }],
  ])('%s', (text, expected) => {
    expect(azure.readConnectionString(text)).toEqual(expected);
    expect(azure.readConnectionString(azure.writeConnectionString(expected as azure.ConnectionString))).toEqual(
      expected,
    );
  });

  test.each([
    '',
    'HostName=h',
    'DeviceId=d',
    'HostName=;DeviceId=d',
    'HostName=h;DeviceId=d;DeviceId=e',
    'HostName=h;DeviceId',
    'HostName=h;SharedAccessKeyName=iothubowner;SharedAccessKey=A',
    '=x;HostName=h;DeviceId=d',
  ])('not of a device: %j', (text) => {
    expect(azure.readConnectionString(text)).toBeUndefined();
  });
});

test('every topic and filter that is written is one that MQTT allows', () => {
  const module = { deviceId: 'd', moduleId: 'm' };
  for (const topic of [
    azure.telemetryTopic(module, { properties: new Map([['a+b#', null]]) }),
    azure.messageTopic(DEVICE, { system: { messageId: '1' } }),
    azure.methodTopic('a+b/#c', '1'),
    azure.methodResponseTopic(200, '1'),
    azure.twinGetTopic('1'),
    azure.twinReportTopic('1'),
    azure.twinResponseTopic(204, '1', 7),
    azure.twinDesiredTopic(7),
    azure.issueCertificateTopic('abcd'),
    azure.credentialResponseTopic(202, 'abcd'),
  ]) {
    expect(isTopicName(topic)).toBe(true);
    expect(azure.readDeviceTopic(topic) ?? azure.readHubTopic(topic)).toBeDefined();
  }
  for (const [name, filter] of Object.entries(azure.HUB_FILTERS)) {
    const identity = name === 'messages' ? DEVICE : module;
    expect(isTopicFilter(filter(identity))).toBe(true);
    expect(azure.readHubFilter(filter(identity), identity)).toBe(name);
  }
  expect(
    ['#', '+', 'devices/+/messages/#', 'devices/other/messages/devicebound/#', '$iothub/#'].map((filter) =>
      azure.readHubFilter(filter, DEVICE),
    ),
  ).toEqual(Array(5).fill(undefined));
  expect(azure.readHubFilter('devices/+/messages/devicebound/#', DEVICE)).toBe('messages');
});
