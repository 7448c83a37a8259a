import { readFileSync } from 'node:fs';
import { encodePublish, encodeSubscribe, encodeUnsubscribe, encodeUtf8 } from '@mote/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryHub, published, subscribe } from './hub-memory.ts';

// Devices that hold a key and mean harm. The core has no edge here that could swallow an exception: what is thrown fails the test.

interface Vector {
  readonly name: string;
  readonly hex: string;
  readonly expected: string;
  readonly direction: 'c2s' | 's2c' | 'both';
  readonly session_expected?: string;
}

const corpus: { entries: Vector[] } = JSON.parse(
  readFileSync(new URL('../vectors/malformed.json', import.meta.url), 'utf8'),
);
const vectors = corpus.entries.filter(
  ({ direction, expected, session_expected }) =>
    direction !== 's2c' && (expected === 'reject' || session_expected === 'close'),
);

const FILTERS = [
  'devices/dev/messages/devicebound/#',
  '$iothub/methods/POST/#',
  '$iothub/twin/res/#',
  '$iothub/twin/PATCH/properties/desired/#',
  '$iothub/credentials/res/#',
];
const TOPICS = {
  telemetry: 'devices/dev/messages/events/',
  get: '$iothub/twin/GET/?$rid=',
  report: '$iothub/twin/PATCH/properties/reported/?$rid=',
  method: '$iothub/methods/res/200/?$rid=',
  certificate: '$iothub/credentials/POST/issueCertificate/?$rid=',
} as const;
const text = (length: number) => 'x'.repeat(length);

test.each(vectors.map(({ name, hex }) => [name, hex] as const))(
  'behind an accepted CONNECT at the hub, %s ends the link and no other',
  (_name, hex) => {
    const hub = new MemoryHub();
    const bystander = hub.link({}, 'other');
    for (const size of [Number.POSITIVE_INFINITY, 1]) {
      const device = hub.link();
      const bytes = Buffer.from(hex, 'hex');
      for (let at = 0; at < bytes.length && device.closed === undefined; at += size)
        device.send(bytes.subarray(at, at + size));
      // What is cut short waits for its rest, as long as silence may last.
      if (device.closed === undefined) device.pass(1_800_000);
      expect(device.closed).toBeDefined();
      expect(hub.telemetry).toEqual([]);
    }
    expect(bystander.publish('devices/other/messages/events/', 'x').closed).toBeUndefined();
  },
);

describe('each field at its largest, deepest and strangest', () => {
  const arrays = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  test.each<[string, string, string]>([
    ['telemetry with 20,000 properties', `${TOPICS.telemetry}${'a&'.repeat(20_000)}`, 'x'],
    ['telemetry with names of Object.prototype', `${TOPICS.telemetry}__proto__=1&constructor&toString=`, 'x'],
    ['telemetry with one property of 60,000', `${TOPICS.telemetry}a=${text(60_000)}`, 'x'],
    ['telemetry that nests', TOPICS.telemetry, arrays(100_000)],
    ['a report that nests 100,000 deep', `${TOPICS.report}1`, `{"a":${arrays(100_000)}}`],
    ['a report of 40,000 members', `${TOPICS.report}1`, `{${Array.from({ length: 20_000 }, (_, at) => `"k${at}":1`)}}`],
    [
      'a report of prototypes',
      `${TOPICS.report}1`,
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    ],
    ['a report with numbers beyond doubles', `${TOPICS.report}1`, '{"a":1e999,"b":-1e999}'],
    ['a report in UTF-16', `${TOPICS.report}1`, '\ufeff{}'],
    ['a $rid of 60,000', `${TOPICS.get}${text(60_000)}`, ''],
    ['a $rid of directions', `${TOPICS.get}\u202e\u2066`, ''],
    ['a method answer for nobody', `${TOPICS.method}1`, '{}'],
    ['a method answer that nests', `${TOPICS.method}1`, arrays(50_000)],
    ['a signing request of noise', `${TOPICS.certificate}abcd`, JSON.stringify({ id: 'dev', csr: 'MIIB' })],
    ['a signing request of 250 KB', `${TOPICS.certificate}abcd`, JSON.stringify({ id: 'dev', csr: text(250_000) })],
  ])('%s: nothing is thrown, and the hub serves on', (_what, topicName, body) => {
    const hub = new MemoryHub();
    hub
      .link({ userName: 'hub-1.example.net/dev/?api-version=2025-08-01-preview' })
      .send(subscribe(...FILTERS))
      .publish(topicName, body)
      .pass(1000)
      .leave();
    expect(JSON.stringify(hub.events)).toBeTypeOf('string');
    expect(Object.prototype).not.toHaveProperty('polluted');
    const again = hub
      .link()
      .send(subscribe(...FILTERS))
      .publish(`${TOPICS.get}1`);
    expect(published(again)[0]?.topicName).toBe('$iothub/twin/res/200/?$rid=1');
  });

  test.each([
    [
      '15,000 filters in one SUBSCRIBE',
      () =>
        encodeSubscribe({
          packetId: 1,
          subscriptions: Array.from({ length: 15_000 }, (_, at) => ({ topicFilter: `a/${at}`, qos: 2 as const })),
        }),
    ],
    [
      '20,000 filters in one UNSUBSCRIBE',
      () => encodeUnsubscribe({ packetId: 1, topicFilters: Array.from({ length: 20_000 }, (_, at) => `a/${at}`) }),
    ],
    [
      'the same filter 15,000 times',
      () =>
        encodeSubscribe({
          packetId: 1,
          subscriptions: Array.from({ length: 6000 }, () => ({ topicFilter: FILTERS[0]!, qos: 1 as const })),
        }),
    ],
  ])('%s: five are kept at most', (_what, encode) => {
    const hub = new MemoryHub();
    hub.link({ cleanSession: false }).send(encode());
    expect(hub.service.hub.known('dev').subscriptions?.size ?? 0).toBeLessThanOrEqual(5);
  });
});

test('answers that are never acknowledged end the link: what is kept of them is bounded', () => {
  const device = new MemoryHub().link().send(subscribe(...FILTERS));
  for (let count = 0; count < 1000 && device.closed === undefined; count++) device.publish(`${TOPICS.get}1`, '', 0);
  expect(device.closed).toBe('reset');
  expect(published(device).length).toBeLessThanOrEqual(130);
});

test('1,000 random conversations at the hub: nothing is thrown, no other device is touched', () => {
  const topic = fc.oneof(
    fc
      .tuple(fc.constantFrom(...Object.values(TOPICS)), fc.string({ unit: 'grapheme', maxLength: 40 }))
      .map((parts) => parts.join('')),
    fc.constantFrom('devices/dev/messages/devicebound/', '$iothub/', '$iothub/twin/res/200/?$rid=1', 'a'),
  );
  const isTopic = (name: string) => name !== '' && !/[+#\0]/.test(name) && encodeUtf8(name) !== undefined;
  const packet = fc
    .tuple(topic.filter(isTopic), fc.oneof(fc.json(), fc.string()), fc.constantFrom(0 as const, 1 as const, 2 as const))
    .map(([topicName, body, qos]) => {
      const fields = { topicName, payload: Buffer.from(body), qos, packetId: qos === 0 ? undefined : 7 } as const;
      return encodePublish(fields as Parameters<typeof encodePublish>[0]);
    });
  const piece = fc.oneof({ weight: 4, arbitrary: packet }, fc.uint8Array({ maxLength: 40 }));
  const hub = new MemoryHub();
  const bystander = hub.link({}, 'other');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const device = hub.link().send(subscribe(...FILTERS));
      for (const bytes of pieces) device.send(bytes);
      device.pass(200).leave();
      hub.events.length = 0;
      hub.telemetry.length = 0;
      bystander.received.length = 0;
      expect(bystander.publish('devices/other/messages/events/', 'x').received).toHaveLength(1);
    }),
    { numRuns: 1000 },
  );
});
