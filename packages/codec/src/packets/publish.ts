// MQTT 3.1.1, section 3.3

import type { Frame } from '../frame.ts';
import { PUBLISH } from '../packet-type.ts';
import {
  beginBody,
  flag,
  newPacket,
  packetSizeWith,
  putTopicName,
  putU16,
  refuse,
  requireBytes,
  requirePacketId,
  requireQos,
  writePacket,
} from '../wire/body.ts';
import { Reader } from '../wire/reader.ts';

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
  return newPacket(putPublish(packet), packet.payload);
}

export function encodePublishInto(packet: PublishFields, target: Uint8Array, at: number): number {
  return writePacket(putPublish(packet), target, at, packet.payload);
}

export function publishSize(packet: PublishFields): number {
  putPublish(packet);
  return packetSizeWith(packet.payload);
}

/** Returns the first byte. */
function putPublish({ topicName, payload, qos = 0, retain, dup, packetId }: PublishFields): number {
  requireBytes(payload);
  requireQos(qos, 'MQTT-3.3.1-4');
  const first = (PUBLISH << 4) | flag(dup, 8) | (qos << 1) | flag(retain, 1);
  if (qos === 0) {
    if (dup) refuse('bad-flags', 'DUP with QoS 0', 'MQTT-3.3.1-2');
    if (packetId !== undefined) refuse('bad-packet-id', 'Packet Identifier with QoS 0', 'MQTT-2.3.1-5');
  } else requirePacketId(packetId);
  beginBody();
  putTopicName(topicName);
  if (packetId !== undefined) putU16(packetId);
  return first;
}

export function decodePublish(frame: Frame): PublishPacket {
  const { flags } = frame;
  const reader = new Reader(frame, PUBLISH);
  const topicName = reader.topicName('MQTT-3.3.2-1');
  const qos = (flags >> 1) & 3;
  const packetId = qos > 0 ? reader.packetId() : undefined;
  // The fixed header was judged when the frame was made: QoS 3, or DUP with QoS 0, does not get here.
  return {
    type: PUBLISH,
    topicName,
    payload: reader.rest(),
    qos,
    retain: (flags & 1) !== 0,
    dup: flags > 7,
    packetId,
  } as PublishPacket;
}
