import type { QoS } from './packet-type.ts';
import { hasRoom, packetSizeOf, refuse, requireBytes, requirePacketId } from './wire/check.ts';
import { writeHeader } from './wire/header.ts';
import { publishFirstByte } from './wire/publish-parts.ts';
import { finish, stageTopic } from './wire/stage.ts';
import { viewOf } from './wire/words.ts';

export interface PublishTemplate {
  readonly topicName: string;
  readonly qos?: QoS | undefined;
  readonly retain?: boolean | undefined;
}

/** Checks and encodes a Topic Name once, for the device that publishes to the same few topics for ever. */
export function preparePublish(template: PublishTemplate): PreparedPublish {
  return new PreparedPublish(template);
}

/** Every PUBLISH of one topic, QoS and RETAIN. */
export class PreparedPublish {
  private readonly first: number;
  /** The Topic Name behind its length. */
  private readonly topic: Uint8Array;
  private readonly topicView: DataView | undefined;
  private target: Uint8Array | undefined;
  private targetView: DataView | undefined;

  constructor({ topicName, qos = 0, retain }: PublishTemplate) {
    this.first = publishFirstByte(qos, retain);
    stageTopic(topicName);
    const packet = finish(0);
    let headerSize = 1;
    while (packet[headerSize++]! & 128);
    this.topic = packet.subarray(headerSize);
    this.topicView = viewOf(this.topic);
  }

  /** Bytes of the packet with a payload of this many bytes. */
  size(payloadLength: number): number {
    return packetSizeOf(this.topic.length + (this.first & 6 && 2) + payloadLength);
  }

  /** Writes the whole packet at `at` and returns its end. `packetId` is left undefined exactly when QoS is 0. */
  encodeInto(payload: Uint8Array, packetId: number | undefined, target: Uint8Array, at: number): number {
    const { topic, topicView, first } = this;
    requireBytes(payload);
    if (first & 6) requirePacketId(packetId);
    else if (packetId !== undefined) refuse('bad-packet-id', '2.3.1-5');
    const count = topic.length;
    const remainingLength = count + (packetId ? 2 : 0) + payload.length;
    hasRoom(packetSizeOf(remainingLength), target, at);
    let end = writeHeader(first, remainingLength, target, at);
    // A target that comes again gets a view: through it the topic is copied eight bytes at a time.
    if (target === this.target && topicView) {
      this.targetView ??= viewOf(target) as DataView;
      copyTopic(topicView, this.targetView, end, count);
    } else {
      this.target = target;
      this.targetView = undefined;
      target.set(topic, end);
    }
    end += count;
    if (packetId) {
      target[end++] = packetId >> 8;
      target[end++] = packetId & 255;
    }
    target.set(payload, end);
    return end + payload.length;
  }
}

/** As floats: bytes that would spell no number, of which an engine may change some, are not UTF-8. */
function copyTopic(from: DataView, to: DataView, at: number, length: number): void {
  let i = 0;
  for (; i < length - 7; i += 8) to.setFloat64(at + i, from.getFloat64(i, true), true);
  for (; i < length; i++) to.setUint8(at + i, from.getUint8(i));
}
