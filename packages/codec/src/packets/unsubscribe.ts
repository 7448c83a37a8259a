// MQTT 3.1.1, section 3.10

import type { Frame } from '../frame.ts';
import { UNSUBSCRIBE } from '../packet-type.ts';
import { refuse, requirePacketId } from '../wire/check.ts';
import { atEnd, open, readPacketId, readText, refuseField } from '../wire/reader.ts';
import { clearStage, finish, finishInto, putText, putU16 } from '../wire/stage.ts';
import { TOPIC_FILTER } from '../wire/text-rule.ts';

export interface UnsubscribePacket {
  readonly type: typeof UNSUBSCRIBE;
  readonly packetId: number;
  readonly topicFilters: readonly string[];
}

export type UnsubscribeFields = Omit<UnsubscribePacket, 'type'>;

const FIRST = (UNSUBSCRIBE << 4) | 2; // [MQTT-3.10.1-1]

export function encodeUnsubscribe(packet: UnsubscribeFields): Uint8Array {
  stageUnsubscribe(packet);
  return finish(FIRST);
}

export function encodeUnsubscribeInto(packet: UnsubscribeFields, target: Uint8Array, at: number): number {
  stageUnsubscribe(packet);
  return finishInto(FIRST, target, at);
}

function stageUnsubscribe({ packetId, topicFilters }: UnsubscribeFields): void {
  if (!topicFilters.length) refuse('empty-payload', '3.10.3-2');
  clearStage();
  putU16(requirePacketId(packetId));
  for (const topicFilter of topicFilters) putText(topicFilter, TOPIC_FILTER);
}

export function decodeUnsubscribe(frame: Frame): UnsubscribePacket {
  open(frame, UNSUBSCRIBE);
  const packetId = readPacketId();
  if (atEnd()) refuseField('empty-payload', 0, '3.10.3-2');
  const topicFilters: string[] = [];
  while (!atEnd()) topicFilters.push(readText('3.10.3-1', '3.10.3-1', TOPIC_FILTER));
  return { type: UNSUBSCRIBE, packetId, topicFilters };
}
