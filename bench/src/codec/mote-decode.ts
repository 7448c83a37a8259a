import { decodePacket, decodePuback, decodePublish, type Frame, Framer, type Packet, PublishView } from '@mote/codec';
import { publish } from '../workload/publish.ts';
import { type TaskId, tasksOf } from '../workload/tasks.ts';
import type { Contestant, Decoding } from './contestant.ts';
import { publishWeight, weight } from './weight.ts';

const PUBLISHES: readonly TaskId[] = tasksOf('decode', 'W4', 'W7', 'W8', 'W9');
const NEW_TOPICS: readonly TaskId[] = ['decode W8', 'decode W9'];

const view = new PublishView();

export const moteDecoders: readonly Contestant[] = [
  {
    ...contestant('Framer + PublishView, reused buffer', [...PUBLISHES, ...NEW_TOPICS], () =>
      decoding((frame) => view.read(frame), weighView, copyView),
    ),
    reusedBuffer: true,
  },
  contestant('Framer + decodePublish', [...PUBLISHES, ...NEW_TOPICS], publishes),
  contestant('Framer + decodePuback', ['decode W4 1 packet'], () =>
    decoding(
      decodePuback,
      (packet) => packet.packetId,
      (packet) => packet,
    ),
  ),
  contestant('Framer + decodePacket', ['decode W7 64 KiB', 'decode W7 1..1460 B', 'decode W7 1 B'], () =>
    decoding(decodePacket, weight, (packet) => packet),
  ),
];

function contestant(form: string, tasks: readonly TaskId[], start: () => Decoding): Contestant {
  return { codec: 'mote', form, decodes: { tasks, start } };
}

function publishes(): Decoding {
  return decoding(
    decodePublish,
    ({ topicName, payload, packetId }) => publishWeight(topicName, payload, packetId ?? 0),
    (packet) => packet,
  );
}

function decoding<Decoded>(
  read: (frame: Frame) => Decoded,
  weigh: (decoded: Decoded) => number,
  normal: (decoded: Decoded) => Packet,
): Decoding {
  const framer = new Framer();
  // The packet leaves the loop, as it does in a program: else V8 sees that nobody keeps it and makes none.
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
          sum += weigh(packet);
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

function weighView({ topicName, bytes, payloadStart, payloadEnd, packetId }: PublishView): number {
  return topicName.length + (payloadEnd - payloadStart) + bytes[payloadStart]! + (packetId ?? 0);
}

function copyView({ qos, topicName, payload, packetId }: PublishView): Packet {
  return publish(topicName, payload.slice(), qos === 0 ? undefined : packetId);
}
