// MQTT 3.1.1, section 3.3

import type { Frame } from '../frame.ts';
import { PUBLISH } from '../packet-type.ts';
import { partOf } from '../wire/part.ts';
import { checkMessage, publishFirstByte, topicEndOf } from '../wire/publish-parts.ts';
import { finishInto, finishShared, stageTopic } from '../wire/stage.ts';
import { topicNameOf } from '../wire/topic-cache.ts';

interface Message {
  readonly type: typeof PUBLISH;
  readonly topicName: string;
  /** The Application Message. Decoded: a view into the bytes that were received. */
  readonly payload: Uint8Array;
  readonly retain: boolean;
}

/** A Packet Identifier exists exactly when QoS is above 0 [MQTT-2.3.1-1] [MQTT-2.3.1-5]. */
export type PublishPacket = Message &
  (
    | { readonly qos: 0; readonly dup: false; readonly packetId: undefined }
    | { readonly qos: 1 | 2; readonly dup: boolean; readonly packetId: number }
  );

/** `qos` is 0, `retain` and `dup` are false when left out. */
export type PublishFields = Pick<Message, 'topicName' | 'payload'> & {
  readonly retain?: boolean | undefined;
} & (
    | { readonly qos?: 0 | undefined; readonly dup?: false | undefined; readonly packetId?: undefined }
    | { readonly qos: 1 | 2; readonly dup?: boolean | undefined; readonly packetId: number }
  );

export function encodePublish(packet: PublishFields): Uint8Array {
  const first = stagePublish(packet);
  return finishShared(first, packet.packetId, packet.payload);
}

export function encodePublishInto(packet: PublishFields, target: Uint8Array, at: number): number {
  const first = stagePublish(packet);
  return finishInto(first, target, at, packet.packetId, packet.payload);
}

/** Returns the first byte. */
function stagePublish({ topicName, payload, qos = 0, retain, dup, packetId }: PublishFields): number {
  const first = publishFirstByte(qos, retain, dup);
  checkMessage(qos, packetId, payload);
  stageTopic(topicName);
  return first;
}

export function decodePublish(frame: Frame): PublishPacket {
  const { bytes, flags, start, end } = frame;
  const topicEnd = topicEndOf(frame);
  const topicName = topicNameOf(frame, start + 2, topicEnd);
  const qos = flags & 6;
  const payloadStart = qos ? topicEnd + 2 : topicEnd;
  return {
    type: PUBLISH,
    topicName,
    payload: partOf(bytes, payloadStart, end),
    qos: qos >> 1,
    retain: (flags & 1) !== 0,
    dup: flags > 7,
    packetId: qos ? (bytes[topicEnd]! << 8) | bytes[topicEnd + 1]! : undefined,
  } as PublishPacket; // the fixed header has been judged: no QoS 3 and no DUP with QoS 0 gets here
}
