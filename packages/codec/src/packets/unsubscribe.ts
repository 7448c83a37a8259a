// MQTT 3.1.1, section 3.10

import type { Frame } from '../frame.ts';
import { UNSUBSCRIBE } from '../packet-type.ts';
import {
  beginBody,
  newPacket,
  packetSizeWith,
  putTopicFilter,
  putU16,
  refuse,
  requirePacketId,
  writePacket,
} from '../wire/body.ts';
import { Reader } from '../wire/reader.ts';

export interface UnsubscribePacket {
  readonly type: typeof UNSUBSCRIBE;
  readonly packetId: number;
  readonly topicFilters: readonly string[];
}

export type UnsubscribeFields = Omit<UnsubscribePacket, 'type'>;

const FIRST = (UNSUBSCRIBE << 4) | 2; // [MQTT-3.10.1-1]

export function encodeUnsubscribe(packet: UnsubscribeFields): Uint8Array {
  putUnsubscribe(packet);
  return newPacket(FIRST);
}

export function encodeUnsubscribeInto(packet: UnsubscribeFields, target: Uint8Array, at: number): number {
  putUnsubscribe(packet);
  return writePacket(FIRST, target, at);
}

export function unsubscribeSize(packet: UnsubscribeFields): number {
  putUnsubscribe(packet);
  return packetSizeWith();
}

function putUnsubscribe({ packetId, topicFilters }: UnsubscribeFields): void {
  if (topicFilters.length === 0) refuse('empty-payload', 'UNSUBSCRIBE without a Topic Filter', 'MQTT-3.10.3-2');
  beginBody();
  putU16(requirePacketId(packetId));
  for (const topicFilter of topicFilters) putTopicFilter(topicFilter);
}

export function decodeUnsubscribe(frame: Frame): UnsubscribePacket {
  const reader = new Reader(frame, UNSUBSCRIBE);
  const packetId = reader.packetId();
  if (reader.done) reader.refuse('empty-payload', reader.at, 'MQTT-3.10.3-2', 'UNSUBSCRIBE without a Topic Filter');
  const topicFilters: string[] = [];
  while (!reader.done) topicFilters.push(reader.topicFilter('MQTT-3.10.3-1'));
  return { type: UNSUBSCRIBE, packetId, topicFilters };
}
