import { encodePuback, encodePublish } from '@mote/codec';
import { expect, test } from 'vitest';
import { memoryStore } from '../../../packages/client/src/mqtt/store.ts';
import { Machine } from './machine.ts';

// A store of somebody else's may give anything at all when it is read: the client ends with a code, and never with a bare TypeError.

const publish = encodePublish({ topicName: 'a', payload: Uint8Array.of(1), qos: 1, retain: false, packetId: 1 });
const OUT = 'out-000000000000001';

test.each<[string, unknown]>([
  ['a number', 7],
  ['an object', {}],
  ['text', 'ab'],
  ['null in place of a pair', [null]],
  ['a number in place of a pair', [7]],
  ['a key alone', [['in-1']]],
  ['no bytes', [[OUT, undefined]]],
  ['text in place of bytes', [[OUT, 'x']]],
  ['no byte', [[OUT, new Uint8Array(0)]]],
  ['half a packet', [[OUT, publish.subarray(0, 4)]]],
  ['more than a packet', [[OUT, Uint8Array.of(...publish, 0)]]],
  ['another packet', [[OUT, encodePuback({ packetId: 1 })]]],
  ['a packet under a key of somebody else', [['mine', publish]]],
  ['a packet under the key of the other half', [['in-1', publish]]],
  ['a key that is no text', [[Symbol('x'), publish]]],
])('a store that gives %s ends the client with session-lost, and nothing is dialled', (_what, records) => {
  const store = { load: () => records as never, put() {}, delete() {}, clear() {} };
  const { client, actions } = new Machine({ store });
  expect(client.state()).toMatchObject({
    type: 'stopped',
    error: { code: 'session-lost', stage: 'store', reason: 'unreadable-record', retryable: false },
  });
  expect(actions.filter(({ type }) => type === 'dial')).toEqual([]);
});

test('a store in memory keeps copies, gives what it has under each key now, and nothing once it is cleared', () => {
  const store = memoryStore();
  const bytes = Uint8Array.of(1, 2);
  store.put('a', bytes);
  store.put('b', bytes);
  bytes.fill(9);
  store.put('b', bytes);
  store.put('c', bytes);
  store.delete('c');
  store.delete('never there');
  const records = store.load() as Iterable<readonly [string, Uint8Array]>;
  store.clear();
  expect([...records]).toEqual([
    ['a', Uint8Array.of(1, 2)],
    ['b', Uint8Array.of(9, 9)],
  ]);
  expect([...(store.load() as typeof records)]).toEqual([]);
});
