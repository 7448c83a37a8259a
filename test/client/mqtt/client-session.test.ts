import { PUBLISH, type PublishPacket } from '@mote/codec';
import { describe, expect, test } from 'vitest';
import type { Received } from '../../../packages/client/src/mqtt/inbound.ts';
import { memoryStore } from '../../../packages/client/src/mqtt/store.ts';
import { type InboundQueues, ReceivedMessage } from '../../../packages/client/src/mqtt/subscription.ts';
import { Unclaimed } from '../../../packages/client/src/mqtt/unclaimed.ts';
import { Machine } from './machine.ts';

const FAIL = { onSessionLost: 'fail' } as const;
const last = (machine: Machine): unknown => machine.states.at(-1)?.type;
const again = (machine: Machine, sessionPresent: boolean): Machine =>
  machine.lost().advance(2000).online(sessionPresent);

describe('a client that is to end when its Session is lost', () => {
  test('has none to lose at its first connection', () => {
    expect(last(new Machine(FAIL).online())).toBe('online');
  });

  test('goes on while the server has it, and ends when it has not', () => {
    const machine = again(new Machine(FAIL).online(), true);
    expect(last(machine)).toBe('online');
    again(machine, false);
    expect(machine.states.at(-1)).toMatchObject({ type: 'stopped', error: { code: 'session-lost', stage: 'connect' } });
  });

  test('ends at its first connection if an earlier run has left messages that the server knows nothing of', () => {
    const store = memoryStore();
    const before = new Machine({ store }).online();
    before.publish(1);
    expect(last(new Machine({ ...FAIL, store }).online(true))).toBe('online');
    expect(last(new Machine({ ...FAIL, store }).online(false))).toBe('stopped');
  });
});

describe('post', () => {
  const message = { topicName: 'a', payload: Buffer.from('x'), retain: false };
  const post = (machine: Machine): boolean => {
    const takes = machine.client.post(message);
    machine.do(() => []);
    return takes;
  };

  test('writes at once where that can be, and otherwise writes nothing and says so', () => {
    const machine = new Machine();
    expect([post(machine), machine.sent]).toEqual([false, []]);
    machine.online();
    expect([post(machine), machine.sent.at(-1)]).toEqual([true, '30040001' + '6178']);
    const { length } = machine.sent;
    machine.do(() => machine.client.blocked(true, machine.now));
    expect([post(machine), machine.sent.length]).toEqual([false, length]);
  });

  test('writes nothing once the client is closing', () => {
    const machine = new Machine().online();
    machine.publish(1);
    machine.client.close(1000);
    const { length } = machine.sent;
    expect([post(machine), machine.sent.length]).toEqual([false, length]);
  });
});

test('of the messages of a resumed Session a hundred wait to be claimed; those behind them are left to the server', () => {
  const log: string[] = [];
  const held: InboundQueues = {
    bytes: 0,
    chunk: 0,
    passedOver: false,
    cleanSession: false,
    acknowledge: ({ packetId }) => log.push(`acknowledge ${packetId}`),
    skip: ({ packetId }) => log.push(`skip ${packetId}`),
    onEmpty: () => log.push('empty'),
  };
  const unclaimed = new Unclaimed(held);
  unclaimed.accepted(true, 0);
  for (let packetId = 1; packetId <= 102; packetId++) {
    const packet = {
      type: PUBLISH,
      topicName: 'a',
      payload: new Uint8Array(1),
      qos: 1,
      retain: false,
      dup: false,
      packetId,
    };
    const received: Received = { packetId, qos: 1, done: false, skipped: false, doubtful: false };
    unclaimed.offer(new ReceivedMessage(packet as PublishPacket, { queues: held, received, takers: 1 }));
  }
  expect([log, unclaimed.size, held.passedOver]).toEqual([['skip 101', 'skip 102'], 100, true]);
});
