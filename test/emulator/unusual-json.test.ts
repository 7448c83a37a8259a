import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { PUBLISH, SUBSCRIBE, UNSUBSCRIBE } from '@mote/codec';
import {
  type Emulator,
  type EmulatorEvent,
  type EmulatorOptions,
  parseConfig,
  parseScenario,
  startEmulator,
} from '@mote/emulator';
import { describe, expect, test } from 'vitest';
import { EventLog } from '../../packages/emulator/src/event-log.ts';
import { DEEPEST_JSON, findJsonFault, parseJson } from '../../packages/emulator/src/service/values/bounded-json.ts';
import { KEY, MemoryService } from './memory-service.ts';
import { registerByHand } from './register-by-hand.ts';
import { sasToken } from './sas.ts';

const arrays = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const wide = `[${'0,'.repeat(20_000)}0]`;
const names = `{${Array.from({ length: 5000 }, (_, index) => `"m${index}":{}`).join(',')}}`;

/** JSON of every shape that was seen to end a process, or could: too deep, too wide, names of Object.prototype. */
const SHAPES: readonly (readonly [string, string])[] = [
  ['arrays in 45,000 levels', arrays(45_000)],
  ['objects in 9,000 levels', objects(9000)],
  ['arrays that are not closed', '['.repeat(90_000)],
  ['brackets in a text', JSON.stringify('['.repeat(40_000))],
  ['20,001 numbers', wide],
  ['5,000 objects', names],
  ['__proto__', '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'],
  ['toJSON', '{"toJSON":1,"toString":{"valueOf":null}}'],
  ['half a surrogate pair', '{"x":"\\ud800"}'],
  ['a number beyond all', '{"x":1e999,"y":-0}'],
];

/** Serialises every event as `mote emulate --json` does. */
function expectSerialisable(events: readonly EmulatorEvent[]): void {
  const log = new EventLog();
  for (const event of events) log.add(event);
  log.close();
  expect(events.length).toBeGreaterThan(0);
  for (const event of events) expect(() => JSON.stringify(event)).not.toThrow();
}

describe('JSON of a stranger is bounded where it is read', () => {
  test('depth counts outside texts only', () => {
    expect(parseJson(arrays(DEEPEST_JSON))).toBeInstanceOf(Array);
    expect(() => parseJson(arrays(DEEPEST_JSON + 1))).toThrow(/deeper than 64/);
    expect(() => parseJson(objects(DEEPEST_JSON + 1))).toThrow(/deeper than 64/);
    expect(parseJson('"[[[\\"[["')).toBe('[[["[[');
    expect(parseJson(`[${'[],'.repeat(500)}[]]`)).toHaveLength(501);
    expect(() => parseJson('{')).toThrow(SyntaxError);
  });

  test('a value made in code is refused where JSON could not hold it', () => {
    const loop: Record<string, unknown> = {};
    loop['again'] = loop;
    const large = Array.from({ length: 1_000_001 }, () => ({}));
    expect(findJsonFault(loop)).toContain('refers to itself');
    expect(findJsonFault(large)).toContain('more than');
    expect(findJsonFault({ deep: JSON.parse(arrays(5000)) })).toContain('deeper');
    expect(findJsonFault({ big: 1n })).toContain('bigint');
    expect(findJsonFault({ fine: [1, 'x', null, { a: [] }] })).toBeUndefined();
  });

  test.each(SHAPES)('a device without a key sends it as payload, body and topic text: %s', (_what, json) => {
    const memory = new MemoryService();
    const device = () =>
      memory
        .dial()
        .connect('nobody', { password: Buffer.from('no token') })
        .subscribe();
    device().register(json);
    device().register(`{"payload":${json}}`);
    device().register(`{"payload":{"x":1},"csr":${json}}`);
    device().publish('$dps/registrations/GET/iotdps-get-operationstatus/?$rid=4&operationId=x', json);
    expect(memory.eventsOf('reply').length).toBe(4);
    expectSerialisable(memory.events);
    expect(Object.prototype).not.toHaveProperty('polluted');
  });

  test.each(SHAPES)('a device with a key sends it, is answered, and another one is served: %s', (_what, json) => {
    const memory = new MemoryService();
    const password = Buffer.from(sasToken({ idScope: '0ne00ABCDEF', registrationId: 'sensor-17', key: KEY }));
    const device = memory.dial().connect('sensor-17', { password }).subscribe();
    expect(device.register(`{"payload":${json}}`).lastAnswer?.topicName).toMatch(/\/res\/(202|400)\//);
    expect(device.register().lastAnswer?.topicName).toContain('/res/202/');
    expectSerialisable(memory.events);
  });

  test('packets of every type at their largest make events that can be written', () => {
    const memory = new MemoryService({ limits: { maxUnacknowledged: 100_000 } });
    const long = 'x'.repeat(40_000);
    const filters = Array.from({ length: 24_000 }, (_, index) => index.toString(36));
    const fresh = () => memory.dial().connect(`d-${memory.events.length}`, { password: Buffer.from(long) });
    fresh().send({ type: UNSUBSCRIBE, packetId: 1, topicFilters: filters });
    fresh().send({
      type: SUBSCRIBE,
      packetId: 1,
      subscriptions: filters.slice(0, 15_000).map((topicFilter) => ({ topicFilter, qos: 1 })),
    });
    fresh().send({
      type: PUBLISH,
      topicName: long,
      payload: Buffer.alloc(50_000),
      qos: 1,
      packetId: 1,
      retain: true,
      dup: true,
    });
    fresh().register(long);
    memory.dial().connect(long);
    memory.dial().connect('a', { userName: `${long}/registrations/a/api-version=2019-03-31` });
    memory
      .dial()
      .connect('a', { password: Buffer.from(`SharedAccessSignature sr=${encodeURIComponent(long)}&sig=x&se=1`) });
    memory.dial().connect('a', { will: { topicName: long, message: Buffer.alloc(20_000), qos: 1, retain: true } });
    expectSerialisable(memory.events);
  });
});

describe('no door of a running emulator lets JSON end the process', () => {
  const options: EmulatorOptions = {
    webSocketPort: false,
    apiPort: 0,
    pollsBeforeAssigned: 0,
    individualEnrollments: [
      { registrationId: 'witness', attestation: { type: 'symmetricKey', symmetricKey: { primaryKey: KEY } } },
    ],
  };

  async function expectServing(dps: Emulator): Promise<void> {
    const password = sasToken({ idScope: dps.idScope, registrationId: 'witness', key: KEY });
    expect((await registerByHand(dps, { registrationId: 'witness', password })).code).toBe(200);
  }

  const ask = (dps: Emulator, method: string, path: string, body?: string) =>
    fetch(`http://127.0.0.1:${dps.apiPort}${path}`, { method, body: body ?? null });

  test.each(SHAPES)('service API: %s as an unknown member is kept or refused, and read back', async (_what, json) => {
    await using dps = await startEmulator(options);
    const enrollment = `{"registrationId":"x","attestation":{"type":"symmetricKey"},"more":${json}}`;
    expect([200, 400]).toContain((await ask(dps, 'PUT', '/enrollments/x', enrollment)).status);
    expect((await ask(dps, 'GET', '/enrollments')).status).toBe(200);
    expect([200, 404]).toContain((await ask(dps, 'GET', '/enrollments/x')).status);
    expect((await ask(dps, 'PUT', '/enrollments/y', json)).status).toBe(400);
    await expectServing(dps);
  });

  test('service API: requests that are no HTTP, end early, or ask for what an object inherits', async () => {
    await using dps = await startEmulator(options);
    for (const collection of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', 'prototype']) {
      for (const method of ['GET', 'PUT', 'DELETE', 'POST']) {
        const body =
          method === 'PUT'
            ? '{"registrationId":"dup","enrollmentGroupId":"dup","attestation":{"type":"symmetricKey"}}'
            : undefined;
        expect((await ask(dps, method, `/${collection}/dup`, body)).status, `${method} ${collection}`).toBe(404);
      }
    }
    for (const id of ['constructor', '__proto__', '%', '%ff', '%00', 'a%2fb', 'x'.repeat(8000)]) {
      expect([400, 404]).toContain((await ask(dps, 'GET', `/enrollments/${id}`)).status);
      expect([400, 404]).toContain((await ask(dps, 'GET', `/registrations/${id}`)).status);
    }
    for (const text of [
      'GET',
      'PUT /enrollments/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{',
      '\0'.repeat(500),
      `GET / HTTP/1.1\r\nHost: localhost\r\n${'A: b\r\n'.repeat(5000)}\r\n`,
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connect(dps.apiPort ?? 0, '127.0.0.1', () => socket.end(text));
        socket
          .on('error', () => {})
          .on('close', () => resolve())
          .resume();
      });
    }
    expect((await ask(dps, 'GET', '/enrollments')).status).toBe(200);
    expect(await (await ask(dps, 'GET', '/enrollmentGroups')).json()).toEqual([]);
    await expectServing(dps);
  });

  const answers: readonly (readonly [string, string])[] = [
    ...SHAPES,
    ['half an answer', '{"iotHubHostName":'],
    ['an answer of 300 KiB', JSON.stringify({ iotHubHostName: 'hub.example', payload: { x: 'x'.repeat(300_000) } })],
    ['a hub of 300 characters', JSON.stringify({ iotHubHostName: 'h'.repeat(300) })],
    ['a hub that is a number', '{"iotHubHostName":7}'],
    ['a payload in 100 levels', `{"iotHubHostName":"hub.example","payload":${objects(100)}}`],
  ];
  test.each(answers)('webhook: an answer with %s fails this registration and no more', async (_what, answer) => {
    const hook = createServer((_request, response) => response.end(answer));
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
    const webhookUrl = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
    const attestation = { type: 'symmetricKey', symmetricKey: { primaryKey: KEY } } as const;
    const custom = {
      registrationId: 'c',
      attestation,
      allocationPolicy: 'custom',
      customAllocationDefinition: { webhookUrl },
    } as const;
    await using dps = await startEmulator({
      ...options,
      retryAfterSeconds: 0,
      individualEnrollments: [...(options.individualEnrollments ?? []), custom],
    });
    const password = sasToken({ idScope: dps.idScope, registrationId: 'c', key: KEY });
    const outcome = await registerByHand(dps, { registrationId: 'c', password });
    expect(outcome.body).toMatchObject({ status: 'failed', registrationState: { errorCode: 400207 } });
    hook.close();
    await expectServing(dps);
  });

  test('a hook in code that returns what JSON cannot hold fails this registration and no more', async () => {
    const loop: Record<string, unknown> = {};
    loop['again'] = loop;
    for (const payload of [loop, { big: 1n }, JSON.parse(arrays(3000))]) {
      const memory = new MemoryService({
        pollsBeforeAssigned: 0,
        allocate: () => ({ iotHubHostName: 'hub.example', payload }),
        individualEnrollments: [
          {
            registrationId: 'sensor-17',
            attestation: { type: 'symmetricKey', symmetricKey: { primaryKey: KEY } },
            allocationPolicy: 'custom',
          },
        ],
      });
      const password = Buffer.from(sasToken({ idScope: '0ne00ABCDEF', registrationId: 'sensor-17', key: KEY }));
      const device = memory.dial().connect('sensor-17', { password }).subscribe().register();
      expect(device.lastAnswer?.body).toMatchObject({ status: 'failed' });
      expectSerialisable(memory.events);
    }
  });

  test('configuration and scenario: what nests too deep, or refers to itself, is named and changes nothing', async () => {
    await using dps = await startEmulator(options);
    const deep = JSON.parse(arrays(9000));
    const enrollment = { registrationId: 'x', attestation: { type: 'symmetricKey' as const } };
    expect(() => parseConfig({ individualEnrollments: [{ ...enrollment, more: deep }] })).toThrow('deeper than 64');
    expect(() => parseScenario({ rules: [{ on: 'poll', fault: { omit: deep } }] })).toThrow();
    expect(() => dps.reload({ individualEnrollments: [{ ...enrollment, more: deep }] })).toThrow('deeper than 64');
    await expect(startEmulator({ individualEnrollments: [{ ...enrollment, more: deep }] })).rejects.toThrow('deeper');
    await expectServing(dps);
  });

  test('a scenario cannot reach into Object.prototype', () => {
    const memory = new MemoryService({
      scenario: {
        rules: [{ on: 'register', fault: { omit: ['__proto__.toString', 'constructor.prototype.valueOf', 'status'] } }],
      },
    });
    const password = Buffer.from(sasToken({ idScope: '0ne00ABCDEF', registrationId: 'sensor-17', key: KEY }));
    const device = memory.dial().connect('sensor-17', { password }).subscribe().register();
    expect(device.lastAnswer?.body).toEqual({ operationId: expect.any(String) });
    expect(Object.prototype.toString).toBeInstanceOf(Function);
  });
});
