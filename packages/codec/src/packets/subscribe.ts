// MQTT 3.1.1, section 3.8

import type { Frame } from '../frame.ts';
import { type QoS, SUBSCRIBE } from '../packet-type.ts';
import { refuse, requirePacketId, requireQos } from '../wire/check.ts';
import { atEnd, open, readPacketId, readText, readU8, refuseField } from '../wire/reader.ts';
import { clearStage, finish, finishInto, putText, putU8, putU16 } from '../wire/stage.ts';
import { TOPIC_FILTER } from '../wire/text-rule.ts';

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
  stageSubscribe(packet);
  return finish(FIRST);
}

export function encodeSubscribeInto(packet: SubscribeFields, target: Uint8Array, at: number): number {
  stageSubscribe(packet);
  return finishInto(FIRST, target, at);
}

function stageSubscribe({ packetId, subscriptions }: SubscribeFields): void {
  if (!subscriptions.length) refuse('empty-payload', '3.8.3-3');
  clearStage();
  putU16(requirePacketId(packetId));
  for (const { topicFilter, qos = 0 } of subscriptions) {
    putText(topicFilter, TOPIC_FILTER);
    putU8(requireQos(qos, '3.8.3-4'));
  }
}

export function decodeSubscribe(frame: Frame): SubscribePacket {
  open(frame, SUBSCRIBE);
  const packetId = readPacketId();
  if (atEnd()) refuseField('empty-payload', 0, '3.8.3-3');
  const subscriptions: Subscription[] = [];
  while (!atEnd()) {
    const topicFilter = readText(undefined, '3.8.3-1', TOPIC_FILTER);
    const qos = readU8();
    if (qos > 2) refuseField('bad-qos', 1, '3.8.3-4');
    subscriptions.push({ topicFilter, qos: qos as QoS });
  }
  return { type: SUBSCRIBE, packetId, subscriptions };
}
