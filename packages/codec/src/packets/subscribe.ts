// MQTT 3.1.1, section 3.8

import type { Frame } from '../frame.ts';
import { type QoS, SUBSCRIBE } from '../packet-type.ts';
import {
  addText,
  addU8,
  addU16,
  type Body,
  encode,
  encodeInto,
  requireList,
  requirePacketId,
  requireQos,
} from '../wire/encode.ts';
import { isAtEnd, open, readPacketId, readString, readU8, refuseField } from '../wire/reader.ts';
import { TOPIC_FILTER } from '../wire/text.ts';

/** One Topic Filter of a SUBSCRIBE. */
export interface Subscription {
  /** 1 to 65,535 bytes of UTF-8; `+` fills a whole level, `#` the last one [4.7.1]. */
  readonly topicFilter: string;
  /** The QoS asked for; the server may grant less. */
  readonly qos: QoS;
}

/** Asks for the messages of Topic Filters, one or more [MQTT-3.8.3-3]. */
export interface SubscribePacket {
  readonly type: typeof SUBSCRIBE;
  /** 1 to 65,535, and none that is in use [MQTT-2.3.1-2]. */
  readonly packetId: number;
  /** Answered by SUBACK in this order. */
  readonly subscriptions: readonly Subscription[];
}

/** A subscription's `qos` is 0 when left out. */
export interface SubscribeFields {
  /** 1 to 65,535. */
  readonly packetId: number;
  /** One at least. */
  readonly subscriptions: readonly { readonly topicFilter: string; readonly qos?: QoS | undefined }[];
}

/** Type SUBSCRIBE and the flags that it must have [MQTT-3.8.1-1]. */
const FIRST = 0x82;

/** The bytes of a SUBSCRIBE, in memory of their own. Throws as `encodeSubscribeInto` does. */
export function encodeSubscribe(packet: SubscribeFields): Uint8Array {
  return encode(FIRST, fieldsOf(packet));
}

/**
 * Writes a SUBSCRIBE at `target[at]` and returns where it ends. Throws an EncodeError for a packet that MQTT forbids, a
 * TypeError for a field of another type, or `no-room` with the bytes `needed`, and has then written nothing.
 */
export function encodeSubscribeInto(packet: SubscribeFields, target: Uint8Array, at: number): number {
  return encodeInto(FIRST, fieldsOf(packet), target, at);
}

function fieldsOf({ packetId, subscriptions }: SubscribeFields): Body {
  const body: Body = { fields: [], size: 0 };
  addU16(body, requirePacketId(packetId));
  for (const { topicFilter, qos = 0 } of requireList('subscriptions', subscriptions, '3.8.3-3')) {
    addText(body, 'topicFilter', topicFilter, TOPIC_FILTER);
    addU8(body, requireQos('qos', qos, '3.8.3-4'));
  }
  return body;
}

/** Throws a DecodeError for what MQTT forbids: a server then closes the connection. */
export function decodeSubscribe(frame: Frame): SubscribePacket {
  const reader = open(frame, SUBSCRIBE);
  const packetId = readPacketId(reader);
  if (isAtEnd(reader)) refuseField(reader, 'empty-payload', 0, '3.8.3-3');
  const subscriptions: Subscription[] = [];
  while (!isAtEnd(reader)) {
    const topicFilter = readString(reader, undefined, '3.8.3-1', TOPIC_FILTER);
    const qos = readU8(reader);
    if (qos > 2) refuseField(reader, 'bad-qos', 1, '3.8.3-4');
    subscriptions.push({ topicFilter, qos: qos as QoS });
  }
  return { type: SUBSCRIBE, packetId, subscriptions };
}
