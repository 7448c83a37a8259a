// MQTT 3.1.1, section 3.3

import { type Frame, viewOf } from '../frame.ts';
import { PUBLISH, type QoS } from '../packet-type.ts';
import { copy, flag, packetSizeOf, roomFor, writeHeader, writeText, writeU16 } from '../wire/encode.ts';
import { allows, refuseFirstByte } from '../wire/header.ts';
import { refuse, requireBytes, requireNumber, requirePacketId, shown } from '../wire/misuse.ts';
import { bodyOf, packetIdAt, prefixedEnd } from '../wire/reader.ts';
import { memoryFor } from '../wire/shared-memory.ts';
import { readText, TOPIC_NAME, textSize } from '../wire/text.ts';

interface Message {
  readonly type: typeof PUBLISH;
  /** 1 to 65,535 bytes of UTF-8 without U+0000, `#` and `+`. */
  readonly topicName: string;
  /** The Application Message. Decoded: a view into the bytes that were received. Copy it if you keep it. */
  readonly payload: Uint8Array;
  readonly retain: boolean;
}

/** A PUBLISH. It has a Packet Identifier if QoS is 1 or 2, and none with QoS 0 [MQTT-2.3.1-1] [MQTT-2.3.1-5]. */
export type PublishPacket = Message &
  (
    | { readonly qos: 0; readonly dup: false; readonly packetId: undefined }
    | { readonly qos: 1 | 2; readonly dup: boolean; readonly packetId: number }
  );

/** The fields of a PUBLISH. Defaults: `qos` 0, `retain` and `dup` false. */
export type PublishFields = Pick<Message, 'topicName' | 'payload'> & {
  readonly retain?: boolean | undefined;
} & (
    | { readonly qos?: 0 | undefined; readonly dup?: false | undefined; readonly packetId?: undefined }
    | { readonly qos: 1 | 2; readonly dup?: boolean | undefined; readonly packetId: number }
  );

/**
 * The bytes of a PUBLISH. A packet of up to 1,024 bytes lies in memory that small packets share: copy it before you transfer its
 * `buffer` or pass that on, since other packets lie in it, too. Apart from that it is yours, and is never written to again.
 *
 * Throws an EncodeError for a packet that MQTT forbids, a TypeError for a field of another type.
 *
 * @example
 * const bytes = encodePublish({ topicName: 'devices/meter-7/messages', payload: Uint8Array.of(1, 2), qos: 1, packetId: 7 });
 */
export function encodePublish(packet: PublishFields): Uint8Array {
  const { topicName, payload, qos = 0, retain, dup, packetId } = packet ?? {};
  const first = publishFirstByte(qos, retain, dup);
  const length = checkBody(textSize('topicName', topicName, TOPIC_NAME), qos, packetId, payload);
  const target = memoryFor(packetSizeOf(length));
  write(first, length, topicName, packetId, payload, target, 0, target.length);
  return target;
}

/**
 * Writes a PUBLISH at `target[at]` and returns where it ends. Allocates nothing. `payload` may be a part of `target`, even one that the
 * packet overwrites. Throws what `encodePublish` throws, or `no-room` with the bytes `needed`, and has then written nothing.
 *
 * @example
 * const end = encodePublishInto({ topicName: 'meter/7', payload: Uint8Array.of(0x31) }, target, 0); // 12
 */
export function encodePublishInto(packet: PublishFields, target: Uint8Array, at: number): number {
  const { topicName, payload, qos = 0, retain, dup, packetId } = packet ?? {};
  const first = publishFirstByte(qos, retain, dup);
  const length = checkBody(textSize('topicName', topicName, TOPIC_NAME), qos, packetId, payload);
  const end = roomFor(packetSizeOf(length), target, at);
  write(first, length, topicName, packetId, payload, target, at, end);
  return end;
}

/** @internal The first byte of a PUBLISH. */
export function publishFirstByte(qos: QoS, retain: boolean | undefined, dup: boolean | undefined): number {
  const flags =
    (requireNumber('bad-qos', 'qos', qos, 0, 2, '3.3.1-4') << 1) | flag('dup', dup, 8) | flag('retain', retain, 1);
  if (flags > 7 && !qos) refuse('bad-flags', 'dup', '3.3.1-2');
  return (PUBLISH << 4) | flags;
}

/** @internal Checks payload and Packet Identifier. Returns the bytes of the body: topic with its length, identifier, payload. */
export function checkBody(topicSize: number, qos: QoS, packetId: number | undefined, payload: Uint8Array): number {
  const { length } = requireBytes('payload', payload);
  if (qos) requirePacketId(packetId);
  else if (packetId !== undefined) refuse('bad-packet-id', `packetId ${shown(packetId)}`, '2.3.1-5');
  return topicSize + (qos ? 4 : 2) + length;
}

/** Writes the packet. The payload is first, since it may lie in the target, where the header would overwrite it. */
function write(
  first: number,
  length: number,
  topicName: string,
  packetId: number | undefined,
  payload: Uint8Array,
  target: Uint8Array,
  at: number,
  end: number,
): void {
  copy(payload, target, end - payload.length);
  at = writeText(topicName, target, writeHeader(first, length, target, at));
  if (packetId) writeU16(packetId, target, at);
}

/**
 * A PUBLISH from its frame. Throws a DecodeError for what MQTT forbids: close the connection [MQTT-4.8.0-1].
 *
 * @example
 * for (const frame of framer) if (frame.type === PUBLISH) onMessage(decodePublish(frame).topicName);
 */
export function decodePublish(frame: Frame): PublishPacket {
  const start = bodyOf(frame, PUBLISH);
  const { bytes, flags, end } = frame;
  if (!allows(PUBLISH, flags)) refuseFirstByte(frame);
  const topicEnd = prefixedEnd(frame, start, '3.3.2-1');
  const topicName = readText(frame, start + 2, topicEnd, '1.5.3-1', TOPIC_NAME);
  const packetId = flags & 6 ? packetIdAt(frame, topicEnd) : undefined;
  return {
    type: PUBLISH,
    topicName,
    payload: viewOf(bytes, packetId ? topicEnd + 2 : topicEnd, end),
    qos: (flags >> 1) & 3,
    retain: !!(flags & 1),
    dup: flags > 7,
    packetId,
  } as PublishPacket; // the flags have been checked: no QoS 3, and no DUP with QoS 0
}
