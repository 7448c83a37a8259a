// MQTT 3.1.1, section 3.10

import type { Frame } from '../frame.ts';
import { UNSUBSCRIBE } from '../packet-type.ts';
import { addText, addU16, type Body, encode, encodeInto, requireList, requirePacketId } from '../wire/encode.ts';
import { isAtEnd, open, readPacketId, readString, refuseField } from '../wire/reader.ts';
import { TOPIC_FILTER } from '../wire/text.ts';

/** Asks for no more messages of Topic Filters, one or more [MQTT-3.10.3-2]. */
export interface UnsubscribePacket {
  readonly type: typeof UNSUBSCRIBE;
  /** 1 to 65,535, and none that is in use [MQTT-2.3.1-2]. */
  readonly packetId: number;
  /** To the letter as they were subscribed [MQTT-3.10.4-1]. */
  readonly topicFilters: readonly string[];
}

/** The fields of an UNSUBSCRIBE. */
export type UnsubscribeFields = Omit<UnsubscribePacket, 'type'>;

/** Type UNSUBSCRIBE and the flags that it must have [MQTT-3.10.1-1]. */
const FIRST = 0xa2;

/** The bytes of an UNSUBSCRIBE, in memory of their own. Throws as `encodeUnsubscribeInto` does. */
export function encodeUnsubscribe(packet: UnsubscribeFields): Uint8Array {
  return encode(FIRST, fieldsOf(packet));
}

/**
 * Writes an UNSUBSCRIBE at `target[at]` and returns where it ends. Throws an EncodeError for a packet that MQTT forbids, a
 * TypeError for a field of another type, or `no-room` with the bytes `needed`, and has then written nothing.
 */
export function encodeUnsubscribeInto(packet: UnsubscribeFields, target: Uint8Array, at: number): number {
  return encodeInto(FIRST, fieldsOf(packet), target, at);
}

function fieldsOf({ packetId, topicFilters }: UnsubscribeFields): Body {
  const body: Body = { fields: [], size: 0 };
  addU16(body, requirePacketId(packetId));
  for (const topicFilter of requireList('topicFilters', topicFilters, '3.10.3-2')) {
    addText(body, 'topicFilters', topicFilter, TOPIC_FILTER);
  }
  return body;
}

/** Throws a DecodeError for what MQTT forbids: a server then closes the connection. */
export function decodeUnsubscribe(frame: Frame): UnsubscribePacket {
  const reader = open(frame, UNSUBSCRIBE);
  const packetId = readPacketId(reader);
  if (isAtEnd(reader)) refuseField(reader, 'empty-payload', 0, '3.10.3-2');
  const topicFilters: string[] = [];
  while (!isAtEnd(reader)) topicFilters.push(readString(reader, '3.10.3-1', '3.10.3-1', TOPIC_FILTER));
  return { type: UNSUBSCRIBE, packetId, topicFilters };
}
