import { CONNACK, type Packet, PINGREQ, PINGRESP, PUBACK, PUBLISH, SUBACK } from '@mote/codec';
import { type Fault, parseScenario, type ScenarioRule } from '@mote/emulator';
import { describe, expect, test } from 'vitest';
import { GROUP_KEY, KEY, type MemoryDevice, MemoryService } from './memory-service.ts';
import { deriveKey, sasToken } from './sas.ts';

const idScope = '0ne00ABCDEF';
const registrationId = 'sensor-17';
const password = (id: string, key: string) => Buffer.from(sasToken({ idScope, registrationId: id, key }));

function memoryWith(...rules: ScenarioRule[]): MemoryService {
  return new MemoryService({ scenario: parseScenario({ rules }), retryAfterSeconds: 3 });
}

function online(memory: MemoryService): MemoryDevice {
  return memory
    .dial()
    .connect(registrationId, { password: password(registrationId, KEY) })
    .subscribe();
}

/** What comes back for a register request under this fault. */
function registered(fault: Fault): MemoryDevice {
  const device = online(memoryWith({ on: 'register', fault }));
  device.received.length = 0;
  device.writes.length = 0;
  return device.register();
}

/** What comes back for a poll under this fault. */
function polled(fault: Fault): MemoryDevice {
  const device = online(memoryWith({ on: 'poll', fault })).register();
  return device.poll(String(device.lastAnswer?.body['operationId']));
}

const types = ({ received }: MemoryDevice): number[] => received.map(({ type }: Packet) => type);

describe('what an answer says', () => {
  test.each([1, 2, 3, 4, 5])('returnCode %i refuses CONNECT and closes', (returnCode) => {
    const device = online(memoryWith({ on: 'connect', fault: { returnCode } }));
    expect(device.received).toEqual([{ type: CONNACK, sessionPresent: false, returnCode }]);
    expect(device.closed).toBe('end');
  });

  test('subackCode refuses, or grants less', () => {
    const suback = (subackCode: number) => online(memoryWith({ on: 'subscribe', fault: { subackCode } })).received[1];
    expect(suback(128)).toEqual({ type: SUBACK, packetId: 1, returnCodes: [0x80] });
    expect(suback(0)).toEqual({ type: SUBACK, packetId: 1, returnCodes: [0] });
  });

  test.each([
    [{ statusCode: 429 }, '429/?$rid=1&retry-after=3', 429001],
    [{ statusCode: 503, retryAfter: 7 }, '503/?$rid=1&retry-after=7', 503000],
    [{ statusCode: 500, retryAfter: null }, '500/?$rid=1', 500000],
    [{ statusCode: 404, errorCode: 404201, message: 'gone' }, '404/?$rid=1', 404201],
  ])('%j answers with an error body', (fault, topic, errorCode) => {
    const answer = registered(fault).lastAnswer;
    expect(answer?.topicName).toBe(`$dps/registrations/res/${topic}`);
    expect(answer?.body).toMatchObject({ errorCode, timestampUtc: '2026-11-23T03:30:00.0000000Z' });
  });

  test('an error leaves the operation as it was', () => {
    const device = online(memoryWith({ on: 'poll', times: 2, fault: { statusCode: 500 } })).register();
    const operationId = String(device.lastAnswer?.body['operationId']);
    for (let i = 0; i < 3; i++) device.poll(operationId);
    expect(device.lastAnswer?.body['status']).toBe('assigned');
  });

  test('retryAfter may be any text, or be missing', () => {
    expect(registered({ retryAfter: 'soon' }).lastAnswer?.topicName).toContain('&retry-after=soon');
    expect(registered({ retryAfter: null }).lastAnswer?.topicName).toBe('$dps/registrations/res/202/?$rid=1');
  });

  test('requestId, reverseProperties, retryAfterName and extraProperties change the topic', () => {
    const fault = { requestId: 'x', reverseProperties: true, retryAfterName: 'Retry-After', extraProperties: ['a=b'] };
    expect(registered(fault).lastAnswer?.topicName).toBe('$dps/registrations/res/202/?a=b&Retry-After=3&$rid=x');
  });

  test('status ends the operation, assigning keeps it going', () => {
    expect(polled({ status: 'failed' }).lastAnswer?.body).toMatchObject({
      status: 'failed',
      registrationState: { errorCode: 400207 },
    });
    expect(polled({ status: 'failed', errorCode: 400209, message: 'no' }).lastAnswer?.body).toMatchObject({
      registrationState: { errorCode: 400209, errorMessage: 'no' },
    });
    expect(polled({ status: 'disabled' }).lastAnswer?.topicName).toContain('/res/200/');
    expect(polled({ status: 'assigning' }).lastAnswer?.topicName).toContain('/res/202/');
    expect(registered({ status: 'assigning' }).lastAnswer?.body).toMatchObject({ status: 'assigning' });
  });

  test('assignedHub, deviceId, omit and body change the result', () => {
    const fault = {
      assignedHub: 'h',
      deviceId: 'd',
      omit: ['operationId', 'registrationState.etag', 'no.such.member'],
    };
    const { body } = polled(fault).lastAnswer!;
    expect(body['registrationState']).toMatchObject({ assignedHub: 'h', deviceId: 'd' });
    expect(body).not.toHaveProperty('operationId');
    expect(body['registrationState']).not.toHaveProperty('etag');
    expect(Buffer.from((registered({ body: '{"' }).received[1] as { payload: Uint8Array }).payload).toString()).toBe(
      '{"',
    );
  });
});

describe('which packets it has', () => {
  test('omitAck, ackLast and duplicate', () => {
    expect(types(registered({ omitAck: true }))).toEqual([PUBLISH]);
    expect(types(registered({ ackLast: true }))).toEqual([PUBLISH, PUBACK]);
    expect(registered({ duplicate: 2 }).answers.map(({ dup }) => dup)).toEqual([false, true, true]);
  });

  test('hex and garbage take the place of the answer, before goes in front of it', () => {
    expect(types(registered({ hex: 'd000' }))).toEqual([PINGRESP]);
    expect(types(registered({ before: 'd000' }))).toEqual([PINGRESP, PUBACK, PUBLISH]);
    const garbage = (seed: number) => {
      const scenario = parseScenario({ rules: [{ on: 'connection', fault: { garbage: 3 } }] });
      return new MemoryService({ scenario, seed });
    };
    const first = () => {
      try {
        return Buffer.concat(garbage(5).dial().writes).toString('hex');
      } catch {
        return 'malformed'; // the device's framer may refuse what it reads
      }
    };
    expect(first()).toBe(first());
  });
});

describe('how it travels', () => {
  test('delayMs holds it back', () => {
    const device = registered({ delayMs: 500 });
    expect(types(device)).toEqual([]);
    expect(types(device.pass(499))).toEqual([]);
    expect(types(device.pass(1))).toEqual([PUBACK, PUBLISH]);
  });

  test('split cuts it, merge makes it one write, and without a fault one write is made too', () => {
    expect(registered({ split: 1 }).writes.every(({ length }) => length === 1)).toBe(true);
    expect(registered({ merge: true }).writes).toHaveLength(1);
    expect(registered({ retryAfter: 1 }).writes).toHaveLength(1);
  });

  test('trickle sends so many bytes at a time', () => {
    const device = registered({ trickle: { bytes: 2, everyMs: 10 } });
    expect(device.writes).toHaveLength(1);
    device.pass(10);
    expect(device.writes.map(({ length }) => length)).toEqual([2, 2]);
    expect(device.pass(2000).lastAnswer?.body['status']).toBe('assigning');
  });

  test('stall is silence, whatever is asked afterwards; the connection stays open', () => {
    const device = registered({ stall: true });
    device.send({ type: PINGREQ }).pass(60_000);
    expect([types(device), device.closed]).toEqual([[], undefined]);
  });

  test.each([
    ['before', false, 'end', []],
    ['before', true, 'reset', []],
    ['middle', false, 'end', [PUBACK]],
    ['after', false, 'end', [PUBACK, PUBLISH]],
  ] as const)('drop %s, reset %s', (drop, reset, closed, packets) => {
    const device = registered({ drop, reset });
    expect([device.closed, types(device)]).toEqual([closed, packets]);
  });
});

describe('whom and when', () => {
  test('connection acts before CONNECT, ping and unsubscribe on theirs', () => {
    expect(memoryWith({ on: 'connection', fault: { drop: 'before' } }).dial().closed).toBe('end');
    const device = online(memoryWith({ on: 'ping', fault: { hex: 'd000d000' } }));
    expect(types(device.send({ type: PINGREQ })).slice(2)).toEqual([PINGRESP, PINGRESP]);
  });

  test('skip and times count for each device', () => {
    const device = online(memoryWith({ on: 'register', skip: 1, times: 2, fault: { statusCode: 500 } }));
    for (let i = 0; i < 5; i++) device.register();
    expect(device.answers.map(({ topicName }) => topicName.slice(23, 26))).toEqual(['202', '500', '500', '202', '202']);
  });

  test('registrationId is a glob, enrollment the id of an enrollment or group', () => {
    const hears = (rule: Partial<ScenarioRule>, id: string) => {
      const key = id === registrationId ? KEY : deriveKey(GROUP_KEY, id);
      const memory = memoryWith({ on: 'register', fault: { statusCode: 500 }, ...rule });
      const device = memory
        .dial()
        .connect(id, { password: password(id, key) })
        .subscribe()
        .register();
      return device.lastAnswer?.topicName.slice(23, 26);
    };
    expect([
      hears({ registrationId: 'SENSOR-*' }, registrationId),
      hears({ registrationId: 'sensor.*' }, registrationId),
    ]).toEqual(['500', '202']);
    expect([hears({ registrationId: '*-1*' }, 'pump-1a'), hears({ registrationId: 'pump' }, 'pump-1')]).toEqual([
      '500',
      '202',
    ]);
    expect([hears({ enrollment: 'fleet' }, 'pump-1'), hears({ enrollment: 'fleet' }, registrationId)]).toEqual([
      '500',
      '202',
    ]);
  });

  test('rules that match together act together, the later one counts where both speak', () => {
    const device = online(
      memoryWith(
        { on: 'register', fault: { statusCode: 500, retryAfter: 9 } },
        { on: ['register', 'poll'], fault: { statusCode: 503 } },
      ),
    ).register();
    expect(device.lastAnswer?.topicName).toBe('$dps/registrations/res/503/?$rid=1&retry-after=9');
  });

  test('probability is drawn for each device from the seed: others coming first change nothing', () => {
    const outcomes = (before: string[]) => {
      const memory = memoryWith({ on: 'register', probability: 0.5, fault: { statusCode: 500 } });
      for (const id of before)
        memory
          .dial()
          .connect(id, { password: password(id, deriveKey(GROUP_KEY, id)) })
          .subscribe()
          .register();
      const device = online(memory);
      for (let i = 0; i < 40; i++) device.register();
      return device.answers.map(({ topicName }) => topicName.slice(23, 26));
    };
    const alone = outcomes([]);
    expect(new Set(alone)).toEqual(new Set(['202', '500']));
    expect(outcomes(['pump-1', 'pump-2'])).toEqual(alone);
  });

  test('each fault that acts is an event, with its rule', () => {
    const memory = memoryWith({ on: 'poll', fault: { stall: true } }, { on: 'register', fault: { statusCode: 500 } });
    online(memory).register();
    expect(memory.eventsOf('fault')).toMatchObject([{ stage: 'register', rule: 1, fault: '{"statusCode":500}' }]);
  });
});

test('a refused CONNECT that is told slowly is still the last word [MQTT-3.1.4-5]', () => {
  const memory = memoryWith({ on: 'connect', times: 1, fault: { returnCode: 5, trickle: { bytes: 1, everyMs: 10 } } });
  const device = online(memory)
    .connect(registrationId, { password: password(registrationId, KEY) })
    .pass(100);
  expect([device.received, device.closed]).toEqual([[{ type: CONNACK, sessionPresent: false, returnCode: 5 }], 'end']);
});

test('a stalled connection outlives Keep Alive, and not idleTimeoutMs', () => {
  const memory = new MemoryService({
    scenario: { rules: [{ on: 'ping', fault: { stall: true } }] },
    limits: { idleTimeoutMs: 60_000 },
  });
  const device = memory.dial().connect(registrationId, { password: password(registrationId, KEY), keepAlive: 10 });
  device.send({ type: PINGREQ });
  expect(device.pass(59_999).closed).toBeUndefined();
  expect(device.pass(1).closed).toBe('end');
});

test('the event of an answer tells the wait that went over the wire', () => {
  const memory = memoryWith({ on: 'register', fault: { statusCode: 429, retryAfter: 7 } });
  const device = online(memory).register();
  expect(device.lastAnswer?.topicName).toContain('retry-after=7');
  expect(memory.events).toContainEqual(expect.objectContaining({ type: 'reply', statusCode: 429, retryAfter: 7 }));
});
