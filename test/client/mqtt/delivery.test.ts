import { encodePublish, encodePubrec, encodePubrel, type Packet } from '@mote/codec';
import { expect, test } from 'vitest';
import { MqttConnection } from '../../../packages/client/src/mqtt/connection.ts';
import type { Connection } from '../../../packages/client/src/mqtt/connection-options.ts';
import { DELIVERY_DECODERS, type Delivery, makeDelivery } from '../../../packages/client/src/mqtt/delivery.ts';

// Both halves of a Session without subscriptions, over connections that the test makes.

const key = (sequence: number): string => `out-${String(sequence).padStart(15, '0')}`;
const record = (packetId: number, qos: 1 | 2 = 1): Uint8Array =>
  encodePublish({ topicName: 'a', payload: Uint8Array.of(packetId), qos, packetId, retain: false, dup: false });

class Link {
  readonly heard: Packet[] = [];
  readonly delivery: Delivery;
  connection!: Connection;

  constructor() {
    this.delivery = makeDelivery({
      window: 10,
      queue: { maxMessages: 10, maxBytes: 1000, whenFull: 'reject' },
      onWork: () => {},
      onStoreFailure: () => {},
      onMessage: (packet, received) => {
        this.heard.push(packet);
        if (received) this.delivery.inbound.acknowledge(received);
      },
    });
  }

  /** A connection that was accepted. Returns what is sent at once. */
  open(): string {
    this.connection = new MqttConnection({
      clientId: 'device',
      cleanSession: false,
      keepAlive: 30,
      decoders: DELIVERY_DECODERS,
      onPacket: (packet) => this.delivery.onPacket(packet),
    });
    this.connection.start();
    this.connection.receive(Buffer.from('20020100', 'hex'), 0);
    this.connection.flush(0);
    this.delivery.attach(this.connection, true, true, false);
    this.delivery.outbound.pump();
    return this.sent();
  }

  hears(hex: string): string {
    this.connection.receive(Buffer.from(hex, 'hex'), 0);
    return this.sent();
  }

  sent(): string {
    return Buffer.from(this.connection.flush(0) ?? []).toString('hex');
  }
}

test('what a store has is sent again in the order of `publish`, however the store gives it', () => {
  const records: [string, Uint8Array][] = [1, 2, 3, 10].map((sequence) => [key(sequence), record(sequence)]);
  for (const order of [records, [...records].reverse(), [records[2]!, records[0]!, records[3]!, records[1]!]]) {
    const link = new Link();
    link.delivery.load(order);
    expect(link.open()).toBe('3a06000161000101' + '3a06000161000202' + '3a06000161000303' + '3a06000161000a0a');
  }
});

test.each<[key: string, bytes: Uint8Array]>([
  [`x${key(1)}`, record(1)],
  [`${key(1)}x`, record(1)],
  ['out-1', record(1)],
  [key(1), encodePubrec({ packetId: 1 })],
  ['in-2', encodePubrec({ packetId: 1 })],
  ['in-1', encodePubrel({ packetId: 1 })],
  [key(1), Uint8Array.of(0x30, 3, 0, 1, 0x61)],
  [key(1), Uint8Array.of(1, 2, 3)],
  [key(1), new Uint8Array(0)],
])('a record %j that no run of ours has put is a Session lost', (name, bytes) => {
  const load = (): void => new Link().delivery.load([[name, bytes]]);
  expect(load).toThrow(expect.objectContaining({ code: 'session-lost', stage: 'store', reason: 'unreadable-record' }));
  // The cause says which record it was, or why its bytes are no packet.
  const told = expect.objectContaining(bytes[0] === 1 ? { name: 'DecodeError' } : { message: name });
  expect(load).toThrow(expect.objectContaining({ cause: told }));
});

test('a packet goes to the half that it belongs to, and others to none', () => {
  const link = new Link();
  link.delivery.load([
    [key(1), record(1)],
    [key(2), record(2, 2)],
    ['in-9', encodePubrec({ packetId: 9 })],
  ]);
  link.open();
  expect([link.hears('40020001'), link.hears('50020002'), link.hears('70020002')]).toEqual(['', '62020002', '']);
  expect([link.delivery.outbound.empty(), link.delivery.ids.free]).toEqual([true, 65_535]);
  expect([link.hears('300400016178'), link.hears('32060001610007' + '78')]).toEqual(['', '40020007']);
  // Of QoS 2, once, though the server sends it twice; and one that an earlier run had.
  expect([link.hears('3406000161000878'), link.hears('3c06000161000878'), link.hears('62020008')]).toEqual([
    '50020008',
    '50020008',
    '70020008',
  ]);
  expect([link.hears('3c06000161000978'), link.heard.length]).toEqual(['50020009', 3]);
  link.delivery.onPacket({ type: 13 });
  // A packet of the subscriptions' is not looked for among messages, though one waits under its identifier.
  const message = { topicName: 'a', payload: Uint8Array.of(1), qos: 1, retain: false, settle: () => {} } as const;
  const { packetId } = link.delivery.outbound.publish(message, 0)!;
  link.delivery.onPacket({ type: 11, packetId });
  expect(link.delivery.outbound.empty()).toBe(false);
});

test('after a connection is lost nothing is sent until there is another', () => {
  const link = new Link();
  link.open();
  const message = { topicName: 'a', payload: Uint8Array.of(1), qos: 1, retain: false, settle: () => {} } as const;
  link.delivery.outbound.publish(message, 0);
  expect(link.sent()).toBe('3206000161000101');
  link.delivery.detach();
  link.delivery.outbound.publish(message, 0);
  expect([link.sent(), link.delivery.outbound.ready()]).toEqual(['', false]);
  expect(link.open()).toBe('3a06000161000101' + '3206000161000201');
});
