import * as azure from '@mote/client/azure';
import { describe, expect, test } from 'vitest';

// Each word by hand, from the service's documentation; hub-words.test.ts holds the same words against what SDKs send.

const DEVICE = { deviceId: 'dev1' };
const MODULE = { deviceId: 'dev1', moduleId: 'mod1' };

test('what the provisioning service is called, where it answers, and what it is asked', () => {
  expect(azure.GLOBAL_ENDPOINT).toBe('global.azure-devices-provisioning.net');
  expect(azure.WEB_SOCKET_PATH).toBe('/$iothub/websocket');
  expect(azure.RESPONSE_FILTER).toBe('$dps/registrations/res/#');
  expect(azure.registerBody({ registrationId: 'd' })).toBe('{"registrationId":"d"}');
  expect(azure.registerBody({ registrationId: 'd', payload: { a: 1 }, csr: 'MIIB' })).toBe(
    '{"registrationId":"d","payload":{"a":1},"csr":"MIIB"}',
  );
});

describe('topics', () => {
  const properties = new Map([['a', '1']]);
  test.each([
    [azure.telemetryTopic(DEVICE), 'devices/dev1/messages/events/'],
    [azure.telemetryTopic(DEVICE, { properties }), 'devices/dev1/messages/events/a=1'],
    [azure.telemetryTopic(MODULE), 'devices/dev1/modules/mod1/messages/events/'],
    [azure.messageTopic(DEVICE, { properties }), 'devices/dev1/messages/devicebound/a=1'],
    [azure.methodTopic('get it', '7'), '$iothub/methods/POST/get%20it/?$rid=7'],
    [azure.methodResponseTopic(-1, '7'), '$iothub/methods/res/-1/?$rid=7'],
    [azure.twinGetTopic('7'), '$iothub/twin/GET/?$rid=7'],
    [azure.twinReportTopic('7'), '$iothub/twin/PATCH/properties/reported/?$rid=7'],
    [azure.twinResponseTopic(200, '7'), '$iothub/twin/res/200/?$rid=7'],
    [azure.twinResponseTopic(204, '7', 0), '$iothub/twin/res/204/?$rid=7&$version=0'],
    [azure.twinDesiredTopic(5), '$iothub/twin/PATCH/properties/desired/?$version=5'],
    [azure.issueCertificateTopic('7'), '$iothub/credentials/POST/issueCertificate/?$rid=7'],
    [azure.credentialResponseTopic(202, '7'), '$iothub/credentials/res/202/?$rid=7'],
  ])('%s is written as the service has it', (written, documented) => {
    expect(written).toBe(documented);
  });

  test.each([
    ['devices/other/messages/events/a=1', 'devices/dev1/messages/events/a=1'],
    ['devices/other/modules/another/messages/events/', 'devices/dev1/messages/events/'],
    ['devices/$&/messages/events/', 'devices/dev1/messages/events/'],
  ])('telemetry of another, %s, is sent as %s', (topic, own) => {
    expect(azure.telemetryTopicOf(DEVICE, topic)).toBe(own);
  });

  test('telemetry of another is sent as that of a module', () => {
    expect(azure.telemetryTopicOf(MODULE, 'devices/o/messages/events/x')).toBe(
      'devices/dev1/modules/mod1/messages/events/x',
    );
  });

  test.each([
    'a',
    'xdevices/other/messages/events/',
    'devices//messages/events/',
    'devices/a/b/messages/events/',
    'devices/a/modules//messages/events/',
    'devices/a/messages/devicebound/',
  ])('%s is no telemetry, and stays as it is', (topic) => {
    expect(azure.telemetryTopicOf(DEVICE, topic)).toBe(topic);
  });

  test.each([
    [`devices/dev1/messages/events`, { type: 'telemetry', ...DEVICE, system: {}, properties: new Map() }],
    [`devices/dev1/modules/mod1/messages/events/`, { type: 'telemetry', ...MODULE, system: {}, properties: new Map() }],
    [
      `devices/dev1/messages/events/a=1\n2`,
      { type: 'telemetry', ...DEVICE, system: {}, properties: new Map([['a', '1\n2']]) },
    ],
    ['$iothub/methods/res/-2147483648/?$rid=1', { type: 'method-response', status: -2147483648, requestId: '1' }],
    ['$iothub/twin/GET/?%24rid=1', { type: 'twin-get', requestId: '1' }],
    ['$iothub/twin/GET/?%zz=2&$rid=1', { type: 'twin-get', requestId: '1' }],
  ])('%j of a device is read', (topic, expected) => {
    expect(azure.readDeviceTopic(topic)).toEqual(expected);
  });

  test.each([
    'xdevices/dev1/messages/events/',
    '$iothub/twin/GET/?',
    '$iothub/twin/GET/?$rid',
    'x$iothub/methods/res/200/?$rid=1',
    '$iothub/methods/res/200x/?$rid=1',
    '$iothub/methods/res/200&$rid=1',
    'x$iothub/twin/GET/?$rid=1',
  ])('%j is no topic of a device', (topic) => {
    expect(azure.readDeviceTopic(topic)).toBeUndefined();
  });

  test.each([
    [
      'devices/dev1/messages/devicebound/a=1\n2',
      { type: 'message', ...DEVICE, system: {}, properties: new Map([['a', '1\n2']]) },
    ],
    [
      'devices/dev1/modules/mod1/inputs/in1',
      { type: 'input', ...MODULE, input: 'in1', system: {}, properties: new Map() },
    ],
    ['$iothub/methods/POST/%zz/?$rid=1', { type: 'method', name: '%zz', requestId: '1' }],
    ['$iothub/twin/res/-1/?$rid=1', { type: 'twin-response', status: -1, requestId: '1', version: undefined }],
  ])('%j of a hub is read', (topic, expected) => {
    expect(azure.readHubTopic(topic)).toEqual(expected);
  });

  test.each([
    'xdevices/dev1/messages/devicebound/',
    'devices/dev1/messages/deviceboundx',
    'devices/dev1/modules/mod1/inputs/',
    'x$iothub/methods/POST/a/?$rid=1',
    '$iothub/methods/POST/a&$rid=1',
    '$iothub/twin/res/200x/?$rid=1',
  ])('%j is no topic of a hub', (topic) => {
    expect(azure.readHubTopic(topic)).toBeUndefined();
  });
});

describe('filters', () => {
  test.each([
    ['devices/dev1/messages/devicebound/#', 'messages', undefined],
    ['devices/+/messages/devicebound/#', 'messages', undefined],
    ['devices/dev1/modules/mod1/inputs/#', undefined, 'inputs'],
    ['devices/dev1/modules/mod1/#', undefined, 'inputs'],
    ['devices/dev1/modules//inputs/#', undefined, undefined],
    ['$iothub/methods/POST/#', 'methods', 'methods'],
    ['$iothub/twin/res/#', 'twinResponses', 'twinResponses'],
    ['$iothub/twin/PATCH/properties/desired/#', 'twinDesired', 'twinDesired'],
    ['$iothub/credentials/res/#', 'credentials', 'credentials'],
  ])('%s is for a device %s, for its module %s', (filter, forDevice, forModule) => {
    expect([DEVICE, MODULE].map((identity) => azure.readHubFilter(filter, identity))).toEqual([forDevice, forModule]);
  });
});

describe('user names', () => {
  test('of a device and a module, with the version of the service that is named, or the one that is known', () => {
    expect(azure.hubUserName({ ...DEVICE, hostName: 'h' })).toBe('h/dev1/?api-version=2021-04-12');
    expect(azure.hubUserName({ ...MODULE, hostName: 'h', apiVersion: '2020-09-30', clientType: "a*'" })).toBe(
      'h/dev1/mod1/?api-version=2020-09-30&DeviceClientType=a%2A%27',
    );
    expect(azure.hubUserName({ ...DEVICE, hostName: 'h', modelId: 'a\ud800b🚀' })).toBe(
      'h/dev1/?api-version=2021-04-12&model-id=a%EF%BF%BDb%F0%9F%9A%80',
    );
  });

  test.each([
    ['host.net/?d', { deviceId: '?d', moduleId: undefined, apiVersion: undefined }],
    ['host.net/?d/?api-version=1', { deviceId: '?d', moduleId: undefined, apiVersion: '1' }],
    ['host.net/d/?m/?api-version=1', { deviceId: 'd', moduleId: '?m', apiVersion: '1' }],
    ['host.net/d/?x=1', { deviceId: 'd', moduleId: undefined, apiVersion: undefined }],
  ])('ids may begin with a question mark: %s', (text, expected) => {
    expect(azure.readHubUserName(text)).toMatchObject(expected);
  });

  test.each(['h/d/m m/?api-version=1', 'h/d/m m', 'h/d//', 'x h/d'])('%j is none', (text) => {
    expect(azure.readHubUserName(text)).toBeUndefined();
  });
});

test.each([
  [undefined, true],
  [null, true],
  ['classic', true],
  ['', false],
  ['Classic', false],
  ['mqttV5', false],
])('a hub of the profile %j speaks MQTT 3.1.1: %j', (profile, isClassic) => {
  expect(azure.isClassicProfile(profile)).toBe(isClassic);
});

test.each([
  ['2021-04-12', true],
  ['2021-08-31-preview', true],
  ['', false],
  ['x2021-04-12', false],
  ['2021-04-12x', false],
  ['2021-04-12-previews', false],
  ['2021-4-12', false],
  ['021-04-12', false],
  ['2o21-04-12', false],
  ['2021-o4-12', false],
  ['2021-0a-12', false],
  ['2021-04-l2', false],
  ['2021-04-1z', false],
  [20210412 as unknown as string, false],
])('%j is an API version: %j', (text, isOne) => {
  expect(azure.isApiVersion(text)).toBe(isOne);
});

test('what only turns into an id when it is written is none', () => {
  expect(azure.isRegistrationId(5 as unknown as string)).toBe(false);
  expect(azure.isRegistrationId(['device'] as unknown as string)).toBe(false);
  expect(azure.isPublishableId({ toString: () => 'device' })).toBe(false);
});

describe('tokens', () => {
  test.each([
    'x SharedAccessSignature sr=a&sig=b&se=1',
    'SharedAccessSignature sr=a&sig=b&se=1 ',
    'SharedAccessSignature sr=a&sig=b&se=1 x',
    'SharedAccessSignature sr=a&sig=&se=1',
    'SharedAccessSignature sr=a&sig=%zz&se=1',
  ])('%j is none', (text) => {
    expect(azure.readSasToken(text)).toBeUndefined();
  });

  test('a token without a policy has none', () => {
    expect(azure.readSasToken('SharedAccessSignature sr=a&sig=b&se=1')?.policyName).toBeUndefined();
    expect(azure.readSasToken('SharedAccessSignature sr=a&sig=b&se=1&skn')?.policyName).toBeUndefined();
  });

  test.each<[string, boolean]>([
    ['h.net/devices/dev1/modules/mod1', true],
    ['h.net/devices/dev1/modules', true],
    ['h.net/devices/dev1', true],
    ['h.net', true],
    ['other.net', false],
    ['other.net/devices/dev1', false],
    ['h.net/devices/dev1/modules/mod2', false],
    ['h.net/devices/dev1/other/mod1', false],
    ['h.net/devices/dev1/modules/mod1/x', false],
  ])('%j covers a module: %j', (path, expected) => {
    expect(azure.covers(path, 'H.net', MODULE)).toBe(expected);
  });

  test('what is below a device covers none', () => {
    for (const path of ['h.net/devices/dev1/modules', 'h.net/devices/dev1/modules/undefined', 'h.net/devices/dev1/x'])
      expect(azure.covers(path, 'h.net', DEVICE)).toBe(false);
  });
});

describe('connection strings', () => {
  test('that of a policy keeps its name, and what is written is in the order of the portal', () => {
    const text =
      'HostName=h;DeviceId=d;ModuleId=m;SharedAccessKeyName=p;SharedAccessKey=A=;x509=true;GatewayHostName=g';
    const read = azure.readConnectionString(text)!;
    expect(read).toMatchObject({ sharedAccessKeyName: 'p', gatewayHostName: 'g' });
    expect(azure.writeConnectionString(read)).toBe(text);
  });

  test.each(['HostName=h; ;DeviceId=d', ' ;;HostName=h;DeviceId=d; ', 'X=1;HostName=h;DeviceId=d'])(
    'what says nothing to a device is skipped: %j',
    (text) => {
      expect(azure.readConnectionString(text)).toEqual({ hostName: 'h', deviceId: 'd', x509: false });
    },
  );
});

test.each([
  ['=x', '', 'x'],
  ['a=1?2', 'a', '1?2'],
])('of the properties %j the name is %j, and the value %j', (bag, name, value) => {
  expect(azure.readProperties(bag)).toEqual({ system: {}, properties: new Map([[name, value]]) });
});
