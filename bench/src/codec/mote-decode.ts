import { decodePacket, decodePuback, decodePublish, type Frame, Framer, type Packet, PublishView } from '@mote/codec';
import { publish } from '../workload/publish.ts';
import { type TaskId, tasksOf } from '../workload/tasks.ts';
import { checksum, publishChecksum } from './checksum.ts';
import type { Decoding, Subject } from './subject.ts';

const PUBLISHES: readonly TaskId[] = tasksOf('decode', 'W4', 'W7', 'W8', 'W9');
const NEW_TOPICS: readonly TaskId[] = ['decode W8', 'decode W9'];

const view = new PublishView();

export const moteDecoders: readonly Subject[] = [
  {
    ...subject('Framer + PublishView, reused buffer', [...PUBLISHES, ...NEW_TOPICS], () =>
      decoding((frame) => view.read(frame), checksumOfView, copyView),
    ),
    reusedBuffer: true,
  },
  subject('Framer + decodePublish', [...PUBLISHES, ...NEW_TOPICS], publishes),
  subject('Framer + decodePuback', ['decode W4 1 packet'], () =>
    decoding(
      decodePuback,
      (packet) => packet.packetId,
      (packet) => packet,
    ),
  ),
  subject('Framer + decodePacket', ['decode W7 64 KiB', 'decode W7 1..1460 B', 'decode W7 1 B'], () =>
    decoding(decodePacket, checksum, (packet) => packet),
  ),
];

function subject(form: string, tasks: readonly TaskId[], start: () => Decoding): Subject {
  return { codec: 'mote', form, decodes: { tasks, start } };
}

function publishes(): Decoding {
  return decoding(
    decodePublish,
    ({ topicName, payload, packetId }) => publishChecksum(topicName, payload, packetId ?? 0),
    (packet) => packet,
  );
}

function decoding<Decoded>(
  read: (frame: Frame) => Decoded,
  checksumOf: (decoded: Decoded) => number,
  normal: (decoded: Decoded) => Packet,
): Decoding {
  const framer = new Framer();
  // The packet must leave the loop, as it does in a program: otherwise V8 sees that nothing keeps it, and allocates none.
  const kept: { packet: Decoded | undefined } = { packet: undefined };
  return {
    pass(chunks) {
      let sum = 0;
      for (let n = 0; n < chunks.length; n++) {
        const { bytes, start, end } = chunks[n]!;
        framer.push(bytes, start, end);
        for (let frame = framer.next(); frame; frame = framer.next()) {
          const packet = read(frame);
          kept.packet = packet;
          sum += checksumOf(packet);
        }
      }
      return sum;
    },
    results(chunks) {
      const packets: Packet[] = [];
      for (const { bytes, start, end } of chunks) {
        framer.push(bytes, start, end);
        for (const frame of framer) packets.push(normal(read(frame)));
      }
      return packets;
    },
  };
}

function checksumOfView({ topicName, bytes, payloadStart, payloadEnd, packetId }: PublishView): number {
  return topicName.length + (payloadEnd - payloadStart) + bytes[payloadStart]! + (packetId ?? 0);
}

function copyView({ qos, topicName, payload, packetId }: PublishView): Packet {
  return publish(topicName, payload.slice(), qos === 0 ? undefined : packetId);
}
