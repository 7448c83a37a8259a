import { readFileSync, writeFileSync } from 'node:fs';
import { PUBLISH } from '@mote/codec';
import { parseScenario, SINGLE_FAULTS, type SingleFaultName, startEmulator } from '@mote/emulator';
import { expect, test } from 'vitest';
import { MemoryHub, published, subscribe } from './hub-memory.ts';
import { KEY } from './memory-service.ts';
import { sasToken } from './sas.ts';

const EVENTS = 'devices/dev/messages/events/';
const hubWith = (name: SingleFaultName) => new MemoryHub({ scenario: name });

test('docs/emulator.md lists every single fault, as the code describes it', () => {
  const page = new URL('../../docs/emulator.md', import.meta.url);
  const text = readFileSync(page, 'utf8');
  const rows = Object.entries(SINGLE_FAULTS).map(([name, { description }]) => `| \`${name}\` | ${description} |`);
  const table = ['| one fault alone | |', '|---|---|', ...rows].join('\n');
  const [before, rest = ''] = text.split('<!-- single-faults:begin -->\n');
  const [, after] = rest.split('<!-- single-faults:end -->');
  const whole = `${before}<!-- single-faults:begin -->\n${table}\n<!-- single-faults:end -->${after}`;
  if (process.env['MOTE_WRITE_DOCS'] === '1') writeFileSync(page, whole);
  expect(readFileSync(page, 'utf8')).toBe(whole);
});

test.each(Object.entries(SINGLE_FAULTS))(
  '%s is a scenario that holds, and startEmulator takes its name',
  async (name, scenario) => {
    expect(parseScenario(scenario)).toEqual(scenario);
    await using azure = await startEmulator({ scenario: name as SingleFaultName, webSocketPort: false });
    expect(azure.scenario).toBe(scenario);
  },
);

const register = (memory: MemoryHub) => {
  const password = Buffer.from(sasToken({ idScope: '0ne00ABCDEF', registrationId: 'sensor-17', key: KEY }));
  return memory.dial().connect('sensor-17', { password }).subscribe().register();
};

test.each<[SingleFaultName, unknown[]]>([
  ['connack-3', [3, 0]],
  ['hub-connack-3', [3, 3, 3, 0]],
  ['connack-5', [0, 0]],
])('%s: what CONNECTs at the hub hear is %j', (name, codes) => {
  const hub = hubWith(name);
  expect(codes.map(() => (hub.link().received[0] as { returnCode?: number }).returnCode)).toEqual(codes);
});

test('connack-5 is for DPS alone', () => {
  expect(register(hubWith('connack-5')).received).toMatchObject([{ returnCode: 5 }]);
});

test.each<[SingleFaultName, number]>([
  ['hub-cut-before-puback', 1],
  ['hub-cut-before-storing', 0],
])('%s: the link ends without PUBACK, and the hub has %i messages', (name, stored) => {
  const hub = hubWith(name);
  const device = hub.link().publish(EVENTS, '1');
  expect([device.closed, device.received.length, hub.telemetry.length]).toEqual(['end', 1, stored]);
});

test('hub-late-puback: the message is there, its PUBACK two minutes later', () => {
  const hub = hubWith('hub-late-puback');
  const device = hub.link().publish(EVENTS, '1');
  expect([hub.telemetry.length, device.received.length]).toEqual([1, 1]);
  expect(device.pass(119_999).received).toHaveLength(1);
  expect(device.pass(1).received).toHaveLength(2);
});

test('hub-silent: the second message is not answered, and the link stays open', () => {
  const device = hubWith('hub-silent').link().publish(EVENTS, '1').publish(EVENTS, '2').pass(600_000);
  expect([device.received.length, device.closed]).toEqual([2, undefined]);
});

test('hub-closes-after-10: ten messages are answered, the eleventh is the last', () => {
  const device = hubWith('hub-closes-after-10').link();
  for (let count = 0; count < 10; count++) device.publish(EVENTS, 'x');
  expect(device.closed).toBeUndefined();
  expect([device.publish(EVENTS, 'x').closed, device.received.length]).toEqual(['end', 12]);
});

test('hub-restart: every link ends, CONNACK 3 for three seconds, then 0', () => {
  const hub = hubWith('hub-restart');
  const other = hub.link({}, 'other');
  const device = hub.link().publish(EVENTS, '1').publish(EVENTS, '2');
  expect([device.closed, other.closed]).toEqual(['end', 'end']);
  const codes = [0, 2999, 3000].map((ms) => {
    hub.now += ms - (hub.now % 10_000);
    return (hub.link().received[0] as { returnCode?: number }).returnCode;
  });
  expect(codes).toEqual([3, 3, 0]);
});

test('hub-taken-over: five links end behind CONNACK, and are said to be taken over', () => {
  const hub = hubWith('hub-taken-over');
  const links = Array.from({ length: 6 }, () => hub.link());
  expect(links.map(({ closed }) => closed)).toEqual(['end', 'end', 'end', 'end', 'end', undefined]);
  expect(links.map(({ received }) => received)).toEqual(links.map(() => [expect.objectContaining({ returnCode: 0 })]));
  expect(hub.eventsOf('taken-over')).toHaveLength(5);
});

test('hub-duplicate-messages: the copy has DUP and the same identifier', () => {
  const hub = hubWith('hub-duplicate-messages');
  const device = hub.link().send(subscribe('devices/dev/messages/devicebound/#'));
  const message = {
    messageId: 'm',
    body: Buffer.from('x'),
    properties: {},
    systemProperties: {},
    ack: 'none',
  } as const;
  hub.service.hub.messages.send(hub.service.hub.known('dev'), { ...message, expiresAt: undefined }, hub.now);
  const [first, copy] = published(device);
  expect([first?.dup, copy?.dup, copy?.packetId]).toEqual([false, true, first?.packetId]);
});

test.each<[SingleFaultName, string[]]>([
  ['hub-twin-throttled', ['429/?$rid=0', '429/?$rid=1', '200/?$rid=2']],
  ['hub-wrong-rid', ['200/?$rid=somebody-else', '200/?$rid=1', '200/?$rid=2']],
])('%s: the answers about the twin are %j', (name, answers) => {
  const device = hubWith(name).link().send(subscribe('$iothub/twin/res/#'));
  for (let rid = 0; rid < 3; rid++) device.publish(`$iothub/twin/GET/?$rid=${rid}`, '', 0);
  expect(published(device).map(({ topicName }) => topicName.replace('$iothub/twin/res/', ''))).toEqual(answers);
});

test.each<[SingleFaultName, number[]]>([
  ['hub-desired-gap', [3, 4]],
  ['hub-desired-backwards', [2, 2, 4]],
])('%s: the versions that are told are %j', (name, versions) => {
  const hub = hubWith(name);
  const device = hub.link().send(subscribe('$iothub/twin/PATCH/properties/desired/#'));
  for (let n = 0; n < 3; n++) hub.service.hub.setDesired('dev', { n });
  const told = published(device).map(({ payload }) => JSON.parse(Buffer.from(payload).toString()).$version);
  expect(told).toEqual(versions);
});

test('hub-gone: after its first message the device is unknown three times, then known again', () => {
  const hub = hubWith('hub-gone');
  expect(hub.link().publish(EVENTS, '1').closed).toBe('end');
  const codes = Array.from({ length: 4 }, () => (hub.link().received[0] as { returnCode?: number }).returnCode);
  expect(codes).toEqual([5, 5, 5, 0]);
});

test.each<[SingleFaultName, (answers: ReturnType<typeof register>) => unknown, unknown]>([
  ['suback-refused', ({ received }) => received[1], { type: 9, packetId: 1, returnCodes: [0x80] }],
  ['register-cut', ({ closed }) => closed, 'reset'],
  ['unavailable', ({ received }) => received, [{ type: 2, sessionPresent: false, returnCode: 3 }]],
  ['unauthorized', ({ lastAnswer }) => lastAnswer?.body['errorCode'], 401000],
  ['register-silent', ({ received, closed }) => [received.length, closed], [2, undefined]],
  ['wrong-rid', ({ lastAnswer }) => lastAnswer?.topicName.includes('$rid=somebody-else'), true],
  ['long-retry-after', ({ lastAnswer }) => lastAnswer?.topicName.includes('retry-after=86400'), true],
  ['assignment-failed', ({ lastAnswer }) => lastAnswer?.body['status'], 'failed'],
  ['enrollment-disabled', ({ lastAnswer }) => lastAnswer?.body['status'], 'disabled'],
])('%s: what a registering device sees', (name, see, seen) => {
  expect(see(register(hubWith(name)))).toEqual(seen);
});

test.each<[SingleFaultName, (device: ReturnType<typeof register>) => unknown, unknown]>([
  ['poll-500', ({ lastAnswer }) => lastAnswer?.topicName.startsWith('$dps/registrations/res/500'), true],
  ['poll-silent', ({ received }) => received.length, 4],
])('%s: what a polling device sees', (name, see, seen) => {
  const device = register(hubWith(name));
  expect(see(device.poll(String(device.lastAnswer?.body['operationId'])))).toEqual(seen);
});

test('bad-json: the answer to the first poll is cut short', () => {
  const device = register(hubWith('bad-json'));
  const before = device.received.length;
  const operationId = String(device.lastAnswer?.body['operationId']);
  device.poll(operationId);
  const answers = device.received.slice(before).filter((packet) => packet.type === PUBLISH);
  expect(answers.map((packet) => 'payload' in packet && Buffer.from(packet.payload).toString())).toEqual([
    '{"operationId":',
  ]);
});
