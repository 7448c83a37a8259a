import { CONNACK } from '@mote/codec';
import { describe, expect, test } from 'vitest';
import { API_VERSIONS } from '../../packages/emulator/src/service/registration/api-versions.ts';
import { GROUP_KEY, KEY, MemoryService } from './memory-service.ts';
import { deriveKey, sasToken } from './sas.ts';

// What is documented or was observed of DPS, line by line, as far as other tests do not show it.

const scope = '0ne00ABCDEF';
const password = (registrationId: string, key = KEY) => Buffer.from(sasToken({ idScope: scope, registrationId, key }));
const online = (memory = new MemoryService(), registrationId = 'sensor-17', key = KEY) =>
  memory
    .dial()
    .connect(registrationId, { password: password(registrationId, key) })
    .subscribe();

describe('CONNECT', () => {
  test.each(API_VERSIONS)('api-version %s, in any case, is known', (version) => {
    for (const spelt of [version, version.toUpperCase()]) {
      const userName = `${scope}/registrations/sensor-17/api-version=${spelt}`;
      const device = new MemoryService().dial().connect('sensor-17', { userName, password: password('sensor-17') });
      expect(device.received).toMatchObject([{ type: CONNACK, returnCode: 0, sessionPresent: false }]);
    }
  });

  test.each([
    'api-version=2019-03-31&ClientVersion=azure-iot-provisioning-device%2F1.9.2',
    'api-version=2019-03-31&ClientVersion=a(b)/c',
    'ClientVersion=x&api-version=2019-03-31',
    'api-version=2019-03-31&unknown=1',
    'API-Version=2019-03-31',
  ])('user name with %s', (query) => {
    const userName = `${scope}/registrations/sensor-17/${query}`;
    const device = new MemoryService().dial().connect('sensor-17', { userName, password: password('sensor-17') });
    expect(device.received).toMatchObject([{ returnCode: 0 }]);
  });

  test.each([0, 1, 30, 60, 180, 230, 240, 1740, 65_535])('keep-alive %i is accepted', (keepAlive) => {
    const device = new MemoryService().dial().connect('sensor-17', { keepAlive, password: password('sensor-17') });
    expect(device.received).toMatchObject([{ returnCode: 0 }]);
    const ends = keepAlive === 0 ? 1_767_000 : Math.min(1_767_000, keepAlive * 1500);
    device.pass(ends - 1);
    expect(device.closed).toBeUndefined();
    device.pass(1);
    expect(device.closed).toBe('end');
  });
});

describe('a registration', () => {
  const state = (device: ReturnType<typeof online>) =>
    device.lastAnswer?.body['registrationState'] as Record<string, unknown>;

  test('that is assigned has every member of the service, in its form', () => {
    const memory = new MemoryService({ pollsBeforeAssigned: 0 });
    const device = online(memory).register('{"registrationId":"sensor-17"}');
    expect(device.lastAnswer).toMatchObject({
      topicName: '$dps/registrations/res/200/?$rid=1',
      qos: 1,
      body: { operationId: expect.stringMatching(/^5\.[0-9a-f]{16}\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) },
    });
    expect(state(device)).toEqual({
      registrationId: 'sensor-17',
      createdDateTimeUtc: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/),
      assignedHub: 'hub-1.example.net',
      deviceId: 'sensor-17',
      status: 'assigned',
      substatus: 'initialAssignment',
      lastUpdatedDateTimeUtc: expect.stringMatching(/\.\d{7}Z$/),
      etag: expect.any(String),
      symmetricKey: {},
    });
    const etag = Buffer.from(state(device)['etag'] as string, 'base64').toString();
    expect(etag).toMatch(/^"[0-9a-f-]{36}"$/);
  });

  test('of a group names its group', () => {
    const memory = new MemoryService({ pollsBeforeAssigned: 0 });
    const device = online(memory, 'dev-1', deriveKey(GROUP_KEY, 'dev-1')).register();
    expect(state(device)).toMatchObject({ symmetricKey: { enrollmentGroupId: 'fleet' } });
    expect(state(device)).not.toHaveProperty('enrollmentGroupId');
  });

  test.each([0, 1, 2, 5])('%i polls: 202 with retry-after each, and 200 without one', (polls) => {
    const device = online(new MemoryService({ pollsBeforeAssigned: polls })).register();
    const { operationId } = device.lastAnswer!.body as { operationId: string };
    for (let at = 0; at < polls; at++) device.poll(operationId, `p${at}`);
    const topics = device.answers.map(({ topicName }) => topicName);
    expect(topics).toHaveLength(polls + 1);
    expect(
      topics.slice(0, -1).every((topic) => /^\$dps\/registrations\/res\/202\/\?\$rid=\w+&retry-after=3$/.test(topic)),
    ).toBe(true);
    expect(topics.at(-1)).toMatch(/^\$dps\/registrations\/res\/200\/\?\$rid=\w+$/);
  });

  test.each(['', ' ', '{"operationId":"x"}', 'noise', '\u0000'])('a poll with a body of %j is a poll', (body) => {
    const device = online().register();
    const { operationId } = device.lastAnswer!.body as { operationId: string };
    device.publish(`$dps/registrations/GET/iotdps-get-operationstatus/?$rid=2&operationId=${operationId}`, body);
    expect(device.lastAnswer?.body['status']).toBe('assigned');
  });

  test('refused has the five members of an error, whose number begins with its status', () => {
    for (const [body, key] of [
      ['[]', KEY],
      ['', GROUP_KEY],
    ] as const) {
      const device = online(new MemoryService(), 'sensor-17', key).register(body);
      const status = Number(/res\/(\d{3})/.exec(device.lastAnswer!.topicName)?.[1]);
      const { errorCode, ...others } = device.lastAnswer!.body as { errorCode: number };
      expect(Math.floor(errorCode / 1000)).toBe(status);
      expect(others).toEqual({
        trackingId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        message: expect.any(String),
        timestampUtc: expect.stringMatching(/\.\d{7}Z$/),
      });
    }
  });

  test('of 96 KB is read; what is larger than the room for its topic, too, closes', () => {
    const large = (bytes: number) => `{"payload":{"a":"${'x'.repeat(bytes - 19)}"}}`;
    expect(online().register(large(98_304)).lastAnswer?.body['status']).toBe('assigning');
    expect(online().register(large(99_400)).closed).toBe('end');
  });
});
