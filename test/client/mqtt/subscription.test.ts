import { PUBLISH, type PublishPacket, type QoS } from '@mote/codec';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Received } from '../../../packages/client/src/mqtt/inbound.ts';
import {
  type InboundQueues,
  ReceivedMessage,
  Subscription,
  type SubscriptionOptions,
  type WhenHeld,
} from '../../../packages/client/src/mqtt/subscription.ts';

// The queue of one subscription, by itself: what is held, what is dropped, and what becomes of what is dropped.

const MIB = 1024 * 1024;

class Queue {
  readonly log: string[] = [];
  readonly held: InboundQueues = {
    bytes: 0,
    chunk: 0,
    passedOver: false,
    cleanSession: false,
    acknowledge: ({ packetId }) => this.log.push(`acknowledge ${packetId}`),
    skip: ({ packetId }) => this.log.push(`skip ${packetId}`),
    onEmpty: () => this.log.push('empty'),
  };
  readonly subscription: Subscription;

  constructor(fields: Partial<SubscriptionOptions> = {}) {
    const options = { topicFilter: 'in', qos: 2, highWater: 2, whenFull: 'hold', ...fields } as const;
    this.subscription = new Subscription(
      { onMessage: () => false, onGranted: () => {}, onEnd: () => {}, ...options },
      this.held,
    );
  }

  /** The message with this number. Of QoS 0 when it has no identifier. */
  offer(packetId: number, size = 1, qos: QoS = 1): this {
    this.held.chunk++;
    return this.alongside(packetId, size, qos);
  }

  /** In the same chunk as the one before. */
  alongside(packetId: number, size = 1, qos: QoS = 1): this {
    const fields = {
      type: PUBLISH,
      topicName: `in/${packetId}`,
      payload: new Uint8Array(size),
      retain: false,
      dup: false,
    };
    const packet = { ...fields, qos, packetId: qos ? packetId : undefined } as PublishPacket;
    const received: Received = { packetId, qos: 1, done: false, skipped: false, doubtful: false };
    this.subscription.offer(new ReceivedMessage(packet, qos ? { queues: this.held, received, takers: 1 } : undefined));
    return this;
  }

  take(): string | undefined {
    return this.subscription.take()?.topicName;
  }
}

test('an application that has waited for the first message of a chunk gets all of it; of the next, what there is room for', () => {
  let waits = true;
  const queue = new Queue({ onMessage: () => waits });
  queue.offer(1);
  waits = false;
  for (let i = 2; i <= 10; i++) queue.alongside(i);
  expect([queue.subscription.size, queue.subscription.dropped]).toEqual([10, 0]);
  expect([queue.offer(11).subscription.size, queue.subscription.dropped]).toEqual([10, 1]);
});

test.each([true, undefined, 1, 'yes'])(
  'an application that answers %j has waited for it only if that is true',
  (answer) => {
    const queue = new Queue({ onMessage: () => answer });
    queue.offer(1).alongside(2).alongside(3);
    expect(queue.subscription.size).toBe(answer === true ? 3 : 2);
  },
);

test('all subscriptions together hold 16 MiB of payload, to the byte, and again when something was taken', () => {
  const queue = new Queue({ highWater: 100 });
  for (let i = 1; i <= 16; i++) queue.offer(i, MIB);
  expect([queue.subscription.size, queue.held.bytes]).toEqual([16, 16 * MIB]);
  queue.offer(17, 0).offer(18, 1);
  expect([queue.subscription.size, queue.subscription.dropped, queue.log]).toEqual([17, 1, ['skip 18']]);
  expect([queue.take(), queue.held.bytes]).toEqual(['in/1', 15 * MIB]);
  queue.offer(19, MIB).offer(20, 1);
  expect([queue.subscription.size, queue.subscription.dropped]).toEqual([17, 2]);
  queue.subscription.clear();
  expect([queue.subscription.size, queue.held.bytes]).toEqual([0, 0]);
});

test.each<[WhenHeld, string[], string[]]>([
  ['hold', ['skip 3', 'empty'], ['in/1', 'in/2']],
  ['drop-newest', ['acknowledge 3'], ['in/1', 'in/2']],
  ['drop-oldest', ['acknowledge 1'], ['in/2', 'in/3']],
])('a full queue, %s: %j', (whenFull, log, left) => {
  const queue = new Queue({ whenFull }).offer(1).offer(2).offer(3);
  expect([queue.take(), queue.take(), queue.take()]).toEqual([...left, undefined]);
  expect([queue.subscription.dropped, queue.log]).toEqual([1, log]);
});

test.each<WhenHeld>(['hold', 'drop-newest', 'drop-oldest'])(
  'a message that is larger than all that may be held is held alone, or it would never be delivered: %s',
  (whenFull) => {
    const queue = new Queue({ whenFull, highWater: 100 }).offer(1, 16 * MIB + 1);
    expect([queue.subscription.size, queue.subscription.dropped, queue.log]).toEqual([1, 0, []]);
    queue.offer(2, 1);
    expect([queue.subscription.size, queue.subscription.dropped]).toEqual([1, 1]);
    expect(queue.take()).toBe(whenFull === 'drop-oldest' ? 'in/2' : 'in/1');
    expect(queue.held.bytes).toBe(0);
  },
);

test.each<[WhenHeld, string]>([
  ['hold', 'skip 2'],
  ['drop-newest', 'acknowledge 2'],
  ['drop-oldest', 'acknowledge 1'],
])('a message that is larger than all that may be held is not held beside another: %s', (whenFull, log) => {
  const queue = new Queue({ whenFull, highWater: 100 }).offer(1, 1).offer(2, 16 * MIB);
  expect([queue.subscription.size, queue.subscription.dropped, queue.log]).toEqual([1, 1, [log]]);
});

test('of QoS 0 nothing is left with the server, so that there is nothing to come back for', () => {
  const queue = new Queue().offer(1, 1, 0).offer(2, 1, 0).offer(3, 1, 0);
  expect(queue.held.passedOver).toBe(false);
  queue.subscription.clear();
  expect([queue.subscription.size, queue.log]).toEqual([0, []]);
});

test('a message is acknowledged or left once, whatever is called afterwards', () => {
  const calls = fc.array(fc.constantFrom('ack' as const, 'skip' as const), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(calls, fc.constantFrom<QoS>(0, 1, 2), (names, qos) => {
      const queue = new Queue().offer(1, 1, qos);
      const message = queue.subscription.take()!;
      for (const name of names) message[name]();
      expect(queue.log).toEqual(qos === 0 ? [] : [names[0] === 'ack' ? 'acknowledge 1' : 'skip 1']);
    }),
  );
});
