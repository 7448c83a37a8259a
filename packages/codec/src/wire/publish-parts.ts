import { expectType, type Frame, fail, packetIdOf } from '../frame.ts';
import { PUBLISH, type QoS } from '../packet-type.ts';
import { flag, refuse, requireBytes, requirePacketId, requireQos } from './check.ts';

// What PUBLISH and its two faster forms, PreparedPublish and PublishView, have in common.

export function publishFirstByte(qos: QoS, retain: boolean | undefined, dup?: boolean | undefined): number {
  requireQos(qos, '3.3.1-4');
  if (dup && !qos) refuse('bad-flags', '3.3.1-2');
  return (PUBLISH << 4) | flag(dup, 8) | (qos << 1) | flag(retain, 1);
}

/** A Packet Identifier is there exactly when QoS is above 0 [MQTT-2.3.1-1] [MQTT-2.3.1-5]. */
export function checkMessage(qosBits: number, packetId: number | undefined, payload: Uint8Array): void {
  requireBytes(payload);
  if (qosBits) requirePacketId(packetId);
  else if (packetId !== undefined) refuse('bad-packet-id', '2.3.1-5');
}

/** Where the Topic Name ends. What comes behind it is there, too: a Packet Identifier other than 0 if QoS is above 0. */
export function topicEndOf(frame: Frame): number {
  expectType(frame, PUBLISH);
  const { bytes, start, end } = frame;
  // Where the length itself is cut short, this is behind the end, whatever lies there.
  const topicEnd = start + 2 + ((bytes[start]! << 8) | bytes[start + 1]!);
  if (topicEnd > end) fail(frame, 'truncated', start, '3.3.2-1');
  if (frame.flags & 6) packetIdOf(frame, topicEnd);
  return topicEnd;
}
