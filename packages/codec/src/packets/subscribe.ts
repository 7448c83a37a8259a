// MQTT 3.1.1, section 3.8

import type { Frame } from '../frame.ts';
import { type QoS, SUBSCRIBE } from '../packet-type.ts';
import {
  beginBody,
  newPacket,
  packetSizeWith,
  putTopicFilter,
  putU8,
  putU16,
  refuse,
  requirePacketId,
  requireQos,
  writePacket,
} from '../wire/body.ts';
import { Reader } from '../wire/reader.ts';

export interface Subscription {
  readonly topicFilter: string;
  /** The QoS asked for; the server may grant less. */
  readonly qos: QoS;
}

export interface SubscribePacket {
  readonly type: typeof SUBSCRIBE;
  readonly packetId: number;
  readonly subscriptions: readonly Subscription[];
}

/** A subscription's `qos` is 0 when left out. */
export interface SubscribeFields {
  readonly packetId: number;
  readonly subscriptions: readonly { readonly topicFilter: string; readonly qos?: QoS | undefined }[];
}

const FIRST = (SUBSCRIBE << 4) | 2; // [MQTT-3.8.1-1]

export function encodeSubscribe(packet: SubscribeFields): Uint8Array {
  putSubscribe(packet);
  return newPacket(FIRST);
}

export function encodeSubscribeInto(packet: SubscribeFields, target: Uint8Array, at: number): number {
  putSubscribe(packet);
  return writePacket(FIRST, target, at);
}

export function subscribeSize(packet: SubscribeFields): number {
  putSubscribe(packet);
  return packetSizeWith();
}

function putSubscribe({ packetId, subscriptions }: SubscribeFields): void {
  if (subscriptions.length === 0) refuse('empty-payload', 'SUBSCRIBE without a Topic Filter', 'MQTT-3.8.3-3');
  beginBody();
  putU16(requirePacketId(packetId));
  for (const { topicFilter, qos = 0 } of subscriptions) {
    putTopicFilter(topicFilter);
    putU8(requireQos(qos, 'MQTT-3.8.3-4'));
  }
}

export function decodeSubscribe(frame: Frame): SubscribePacket {
  const reader = new Reader(frame, SUBSCRIBE);
  const packetId = reader.packetId();
  if (reader.done) reader.refuse('empty-payload', reader.at, 'MQTT-3.8.3-3', 'SUBSCRIBE without a Topic Filter');
  const subscriptions: Subscription[] = [];
  while (!reader.done) {
    const topicFilter = reader.topicFilter('MQTT-3.8.3-1');
    const qos = reader.u8('MQTT-3.8.3-4');
    if (qos > 2) reader.refuse('bad-qos', reader.at - 1, 'MQTT-3.8.3-4', `requested QoS ${qos}`);
    subscriptions.push({ topicFilter, qos: qos as QoS });
  }
  return { type: SUBSCRIBE, packetId, subscriptions };
}
