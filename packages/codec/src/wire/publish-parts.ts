import { type Frame, fail } from '../frame.ts';
import { PUBLISH, type QoS } from '../packet-type.ts';
import { flag, refuse, requireQos } from './check.ts';
import { expectType } from './reader.ts';

// What PUBLISH and its two faster forms, PreparedPublish and PublishView, have in common.

export function publishFirstByte(qos: QoS, retain: boolean | undefined, dup?: boolean | undefined): number {
  requireQos(qos, '3.3.1-4');
  if (dup && !qos) refuse('bad-flags', '3.3.1-2');
  return (PUBLISH << 4) | flag(dup, 8) | (qos << 1) | flag(retain, 1);
}

/** Where the Topic Name ends. What comes behind it is there, too: a Packet Identifier other than 0 if QoS is above 0. */
export function topicEndOf(frame: Frame): number {
  expectType(frame, PUBLISH);
  const { bytes, start, end } = frame;
  if (end - start < 2) fail(frame, 'truncated', start, '3.3.2-1');
  const topicEnd = start + 2 + ((bytes[start]! << 8) | bytes[start + 1]!);
  if (topicEnd > end) fail(frame, 'truncated', start, '3.3.2-1');
  if (frame.flags & 6) {
    if (end - topicEnd < 2) fail(frame, 'truncated', topicEnd, '2.3.1-1');
    if (!(bytes[topicEnd]! | bytes[topicEnd + 1]!)) fail(frame, 'bad-packet-id', topicEnd, '2.3.1-1');
  }
  return topicEnd;
}
