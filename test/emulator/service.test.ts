import { CONNACK, PINGREQ, PINGRESP, PUBACK, PUBLISH, SUBACK, UNSUBACK, UNSUBSCRIBE } from '@mote/codec';
import { describe, expect, test } from 'vitest';
import { KEY, type MemoryDevice, MemoryService, START } from './memory-service.ts';
import { sasToken } from './sas.ts';

const idScope = '0ne00ABCDEF';
const registrationId = 'sensor-17';
const password = Buffer.from(sasToken({ idScope, registrationId, key: KEY }));

function online(memory: MemoryService): MemoryDevice {
  return memory.dial().connect(registrationId, { password }).subscribe();
}

function assigned(memory: MemoryService): MemoryDevice {
  const device = online(memory).register();
  return device.poll(String(device.lastAnswer?.body['operationId']));
}

describe('the exchange', () => {
  test('a register request is answered by PUBACK, then 202 with retry-after, and a poll by 200', () => {
    const device = assigned(new MemoryService());
    expect(device.received.map(({ type }) => type)).toEqual([CONNACK, SUBACK, PUBACK, PUBLISH, PUBACK, PUBLISH]);
    expect(device.answers.map(({ topicName }) => topicName)).toEqual([
      '$dps/registrations/res/202/?$rid=1&retry-after=3',
      '$dps/registrations/res/200/?$rid=2',
    ]);
    const [first, second] = device.answers;
    expect(first?.body).toEqual({
      operationId: expect.stringMatching(/^5\.[0-9a-f]{16}\.[0-9a-f-]{36}$/),
      status: 'assigning',
    });
    expect(second?.body).toMatchObject({
      operationId: first?.body['operationId'],
      status: 'assigned',
      registrationState: {
        registrationId,
        deviceId: registrationId,
        assignedHub: 'hub-1.example.net',
        status: 'assigned',
        substatus: 'initialAssignment',
        createdDateTimeUtc: '2026-11-23T03:30:00.0000000Z',
        lastUpdatedDateTimeUtc: '2026-11-23T03:30:00.0000000Z',
      },
    });
  });

  test('the answer comes at the smaller of the granted and the requested QoS', () => {
    const qos = (granted: 0 | 1 | 2, requested: 0 | 1) => {
      const device = new MemoryService().dial().connect(registrationId, { password }).subscribe(granted);
      return device.publish('$dps/registrations/PUT/iotdps-register/?$rid=1', '', requested).lastAnswer?.qos;
    };
    expect([qos(0, 0), qos(0, 1), qos(1, 0), qos(1, 1), qos(2, 1)]).toEqual([0, 0, 0, 1, 1]);
  });

  test('pollsBeforeAssigned 0 answers register with 200, 3 asks for three polls', () => {
    const at = (pollsBeforeAssigned: number) => {
      const device = online(new MemoryService({ pollsBeforeAssigned })).register();
      for (let i = 0; i < 4; i++) device.poll(String(device.lastAnswer?.body['operationId']));
      return device.answers.map(({ topicName }) => topicName.slice(23, 26));
    };
    expect(at(0)[0]).toBe('200');
    expect(at(3)).toEqual(['202', '202', '202', '200', '200']);
  });

  test('the $rid comes back as it was written, escapes included, and may be used again', () => {
    const device = online(new MemoryService()).register('', 'a%2Fb').register('', 'a%2Fb');
    expect(device.answers.map(({ topicName }) => topicName.split('&')[0])).toEqual(
      Array(2).fill('$dps/registrations/res/202/?$rid=a%2Fb'),
    );
  });

  test('an operation stays valid on a new connection, and no SUBSCRIBE is needed there (Python SDK)', () => {
    const memory = new MemoryService();
    const device = online(memory).register();
    device.leave();
    const again = memory.dial().connect(registrationId, { password, cleanSession: false });
    again.poll(String(device.lastAnswer?.body['operationId']));
    expect(again.lastAnswer?.body['status']).toBe('assigned');
  });

  test('a device that never subscribed gets its PUBACK and no answer, and a warning says so', () => {
    const memory = new MemoryService();
    const device = memory.dial().connect(registrationId, { password }).register();
    expect(device.received.map(({ type }) => type)).toEqual([CONNACK, PUBACK]);
    expect(memory.eventsOf('warning')).toMatchObject([{ reason: expect.stringContaining('subscribed') }]);
  });

  test('the newer connection of a device ends the older one [MQTT-3.1.4-2]', () => {
    const memory = new MemoryService();
    const older = online(memory);
    const newer = online(memory);
    expect([older.closed, newer.closed]).toEqual(['end', undefined]);
    expect(newer.register().lastAnswer?.body['status']).toBe('assigning');
  });
});

describe('CONNECT', () => {
  const connack = (device: MemoryDevice) => device.received[0];

  test.each([
    ['an id scope that is not ours', { userName: '0ne00000000/registrations/sensor-17/api-version=2019-03-31' }, 3],
    ['a client id that is not the registration id', { clientId: 'sensor-18' }, 5],
    ['no user name', { userName: undefined, password: undefined }, 5],
    ['a user name without api-version', { userName: '0ne00ABCDEF/registrations/sensor-17' }, 5],
    ['neither password nor certificate', { password: undefined }, 5],
    ['an empty password and no certificate', { password: Buffer.alloc(0) }, 5],
  ])('%s is refused with its return code, and the connection closed', (_what, fields, returnCode) => {
    const device = new MemoryService().dial().connect(registrationId, { password, ...fields });
    expect(connack(device)).toEqual({ type: CONNACK, sessionPresent: false, returnCode });
    expect(device.closed).toBe('end');
  });

  test('a registration id outside the grammar is refused with return code 2', () => {
    const device = new MemoryService().dial().connect('-sensor', { password });
    expect(connack(device)).toMatchObject({ returnCode: 2 });
  });

  test('CleanSession 0 is accepted, and no session is ever present [MQTT-3.2.2-1]', () => {
    const device = new MemoryService().dial().connect(registrationId, { password, cleanSession: false });
    expect(connack(device)).toEqual({ type: CONNACK, sessionPresent: false, returnCode: 0 });
  });

  test('MQTT 3.1, with which Paho comes back after a refusal, is served', () => {
    const userName = `${idScope}/registrations/${registrationId}/api-version=2019-03-31`;
    const text = (value: string | Buffer) => Buffer.concat([Buffer.of(0, value.length), Buffer.from(value)]);
    const head = Buffer.concat([text('MQIsdp'), Buffer.of(3, 0xc2, 0, 30)]);
    const body = Buffer.concat([head, text(registrationId), text(userName), text(password)]);
    const device = new MemoryService()
      .dial()
      .send(Buffer.concat([Buffer.of(0x10, 0x80 | (body.length & 0x7f), body.length >> 7), body]));
    expect(connack(device)).toMatchObject({ returnCode: 0 });
  });

  test('with eager authentication a wrong key is refused at CONNECT', () => {
    const wrong = Buffer.from(sasToken({ idScope, registrationId, key: Buffer.alloc(32).toString('base64') }));
    const device = new MemoryService({ authentication: 'eager' }).dial().connect(registrationId, { password: wrong });
    expect(connack(device)).toMatchObject({ returnCode: 5 });
  });
});

describe('what the service does not do', () => {
  test.each(['#', '+', '$dps/#', 'devices/sensor-17/#', '$dps/registrations/res/+'])(
    'a subscription to %s is refused with 0x80',
    (filter) => {
      const device = new MemoryService().dial().connect(registrationId, { password }).subscribe(1, filter);
      expect(device.received[1]).toEqual({ type: SUBACK, packetId: 1, returnCodes: [0x80] });
    },
  );

  test('a subscription at QoS 2 is granted at 1', () => {
    const device = new MemoryService().dial().connect(registrationId, { password }).subscribe(2);
    expect(device.received[1]).toMatchObject({ returnCodes: [1] });
  });

  test.each([
    'devices/sensor-17/messages/events/',
    '$dps/registrations/PUT/iotdps-register/',
    '$dps/registrations/PUT/iotdps-register/?rid=1',
    '$dps/registrations/DELETE/iotdps-register/?$rid=1',
  ])('a PUBLISH to %s ends the connection', (topicName) => {
    expect(online(new MemoryService()).publish(topicName).closed).toBe('end');
  });

  test('a PUBLISH at QoS 2 ends the connection', () => {
    const topicName = '$dps/registrations/PUT/iotdps-register/?$rid=1';
    const publish = {
      type: PUBLISH,
      topicName,
      payload: Buffer.alloc(0),
      qos: 2,
      retain: false,
      dup: false,
      packetId: 3,
    } as const;
    expect(online(new MemoryService()).send(publish).closed).toBe('end');
  });
});

describe('register and poll', () => {
  test.each([
    ['an array', '[]'],
    ['the id of another device', '{"registrationId":"sensor-18"}'],
    ['TPM attestation', '{"tpm":{"endorsementKey":"AAAA"}}'],
    ['a payload that is no object', '{"payload":[1]}'],
  ])('a body with %s is answered 400', (_what, body) => {
    const device = online(new MemoryService()).register(body);
    expect(device.lastAnswer?.topicName).toContain('/res/400/');
    expect(device.lastAnswer?.body).toMatchObject({
      errorCode: 400004,
      trackingId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test.each([
    ['half an object', '{'],
    ['a word', 'register'],
    ['a lone comma', ','],
    ['text behind the object', '{} {}'],
    ['JSON in UTF-16', Buffer.from('\ufeff{}', 'utf16le').toString('latin1')],
    ['arrays in 65 levels', `${'['.repeat(65)}${']'.repeat(65)}`],
  ])('a body that is no JSON, %s, is answered 400012, as users of the service saw', (_what, body) => {
    expect(online(new MemoryService()).register(body).lastAnswer?.body).toMatchObject({
      errorCode: 400012,
      message: 'Deserialization error.',
    });
  });

  test.each([
    ['nothing (C#)', ''],
    ['"payload": null (Python)', '{"payload": null, "registrationId": "sensor-17"}'],
    ['the id in another case', '{"registrationId":"SENSOR-17"}'],
  ])('a body with %s is accepted', (_what, body) => {
    expect(online(new MemoryService()).register(body).lastAnswer?.topicName).toContain('/res/202/');
  });

  test('a poll for an unknown operation is answered 404, one without an operation 400', () => {
    const device = online(new MemoryService()).poll('5.0.0').poll('');
    expect(device.answers.map(({ topicName }) => topicName.slice(23, 26))).toEqual(['404', '400']);
  });

  test('an operation of another device is unknown', () => {
    const memory = new MemoryService({
      enrollmentGroups: [],
      individualEnrollments: [enrolled('sensor-17'), enrolled('sensor-18')],
    });
    const operationId = String(online(memory).register().lastAnswer?.body['operationId']);
    const other = Buffer.from(sasToken({ idScope, registrationId: 'sensor-18', key: KEY }));
    const device = memory.dial().connect('sensor-18', { password: other }).subscribe().poll(operationId);
    expect(device.lastAnswer?.topicName).toContain('/res/404/');
  });

  test('a wrong key is answered 401 at register, not before, and the connection is closed a second later', () => {
    const wrong = Buffer.from(sasToken({ idScope, registrationId, key: Buffer.alloc(32).toString('base64') }));
    const device = new MemoryService().dial().connect(registrationId, { password: wrong }).subscribe();
    expect(device.received).toMatchObject([{ returnCode: 0 }, { returnCodes: [1] }]);
    device.register();
    expect(device.lastAnswer?.body).toMatchObject({ errorCode: 401000, message: 'Unauthorized' });
    expect(device.closed).toBeUndefined();
    expect(device.pass(1000).closed).toBe('end');
  });

  test('a disabled enrollment is answered 200 with status disabled', () => {
    const memory = new MemoryService({
      individualEnrollments: [{ ...enrolled('sensor-17'), provisioningStatus: 'disabled' }],
    });
    const answer = online(memory).register().lastAnswer;
    expect(answer?.topicName).toContain('/res/200/');
    expect(answer?.body).toMatchObject({
      operationId: '',
      status: 'disabled',
      registrationState: { status: 'disabled' },
    });
  });

  test('throttling by the quotas of the service: the sixth poll in ten seconds is answered 429, and a later one served', () => {
    const device = online(new MemoryService({ throttling: 'service', pollsBeforeAssigned: 100 })).register();
    const operationId = String(device.lastAnswer?.body['operationId']);
    for (let i = 0; i < 6; i++) device.poll(operationId);
    expect(device.lastAnswer?.topicName).toBe('$dps/registrations/res/429/?$rid=2&retry-after=10');
    expect(device.lastAnswer?.body).toMatchObject({ errorCode: 429001 });
    device.pass(10_001).poll(operationId);
    expect(device.lastAnswer?.topicName).toContain('/res/202/');
  });
});

describe('time', () => {
  test('a connection without CONNECT is closed when the time for it is over', () => {
    const device = new MemoryService().dial();
    expect(device.pass(9999).closed).toBeUndefined();
    expect(device.pass(1).closed).toBe('end');
  });

  test('silence for one and a half times Keep Alive ends a connection, PINGREQ keeps it [MQTT-3.1.2-24]', () => {
    const device = new MemoryService().dial().connect(registrationId, { password, keepAlive: 10 });
    device.pass(14_999).send({ type: PINGREQ }).pass(14_999);
    expect(device.closed).toBeUndefined();
    expect(device.received.at(-1)).toEqual({ type: PINGRESP });
    expect(device.pass(2).closed).toBe('end');
  });

  test('Keep Alive 0 is bounded by idleTimeoutMs', () => {
    const device = new MemoryService({ limits: { idleTimeoutMs: 60_000 } })
      .dial()
      .connect(registrationId, { password });
    expect(device.pass(59_999).closed).toBeUndefined();
    expect(device.pass(1).closed).toBe('end');
  });
});

describe('what is shown', () => {
  test('the signature of a token is in no event', () => {
    const memory = new MemoryService();
    assigned(memory);
    const shown = JSON.stringify(memory.events, (_key, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    );
    const signature = /sig=([^&]*)/.exec(password.toString())?.[1] ?? 'none';
    expect(shown).toContain('sig=***');
    expect(shown).not.toContain(signature);
    expect(shown).not.toContain(decodeURIComponent(signature));
  });

  test('events tell the story in order, with the time, the connection and the device', () => {
    const memory = new MemoryService();
    assigned(memory).send({ type: UNSUBSCRIBE, packetId: 9, topicFilters: ['$dps/registrations/res/#'] });
    const story = memory.events.filter(({ type }) => type !== 'packet');
    expect(story.map(({ type }) => type)).toEqual([
      'connection',
      'connected',
      'subscribed',
      'register',
      'reply',
      'poll',
      'reply',
      'assigned',
    ]);
    expect(story.at(-1)).toMatchObject({
      time: START,
      connection: 1,
      registrationId,
      assignedHub: 'hub-1.example.net',
    });
    expect(memory.events.at(-1)).toMatchObject({ type: 'packet', direction: 'out', packet: { type: UNSUBACK } });
  });
});

function enrolled(id: string) {
  return { registrationId: id, attestation: { type: 'symmetricKey', symmetricKey: { primaryKey: KEY } } } as const;
}
