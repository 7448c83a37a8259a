import type { QoS } from './packet-type.ts';
import { hasRoom, packetSizeOf } from './wire/check.ts';
import { copyAll, copyTopic } from './wire/copy.ts';
import { writeHeader } from './wire/header.ts';
import { checkMessage, publishFirstByte } from './wire/publish-parts.ts';
import { finish, stageTopic } from './wire/stage.ts';
import { viewOf } from './wire/words.ts';

export interface PublishTemplate {
  readonly topicName: string;
  readonly qos?: QoS | undefined;
  readonly retain?: boolean | undefined;
}

/** Every PUBLISH of one topic, QoS and RETAIN. */
export interface PreparedPublish {
  /** Bytes of the packet with a payload of this many bytes. */
  size(payloadLength: number): number;
  /** Writes the whole packet at `at` and returns its end. `packetId` is left undefined exactly when QoS is 0. */
  encodeInto(payload: Uint8Array, packetId: number | undefined, target: Uint8Array, at: number): number;
}

/** Checks and encodes a Topic Name once, for the device that publishes to the same few topics for ever. */
export function preparePublish({ topicName, qos = 0, retain }: PublishTemplate): PreparedPublish {
  const first = publishFirstByte(qos, retain);
  stageTopic(topicName);
  const packet = finish(first);
  let headerSize = 1;
  while (packet[headerSize++]! & 128);
  // The Topic Name behind its length.
  const topic = packet.subarray(headerSize);
  const count = topic.length;
  const idSize = qos && 2;
  const topicView = viewOf(topic);

  return {
    size(payloadLength) {
      return packetSizeOf(count + idSize + payloadLength);
    },

    encodeInto(payload, packetId, target, at) {
      checkMessage(qos, packetId, payload);
      const remainingLength = count + idSize + payload.length;
      hasRoom(target, at, at + packetSizeOf(remainingLength));
      let end = writeHeader(first, remainingLength, target, at);
      copyTopic(topic, topicView, count, target, end);
      end += count;
      if (packetId) {
        target[end++] = packetId >> 8;
        target[end++] = packetId;
      }
      copyAll(payload, target, end);
      return end + payload.length;
    },
  };
}
