import {
  CONNECT,
  encodeConnectInto,
  encodePubackInto,
  encodePublish,
  encodePublishInto,
  encodeSubscribeInto,
  type Packet,
  PUBACK,
  PUBLISH,
  preparePublish,
  SUBSCRIBE,
} from '@mote/codec';
import type { TaskId } from '../workload/tasks.ts';
import { type Contestant, type Encoding, returning, writing } from './contestant.ts';

const SAME_TOPIC: readonly TaskId[] = ['encode W1', 'encode W2', 'encode W3'];

export const moteEncoders: readonly Contestant[] = [
  contestant('preparePublish().encodeInto', SAME_TOPIC, (packets) => {
    const inputs = all(packets, PUBLISH);
    const prepared = preparePublish({ topicName: inputs[0]!.topicName, qos: inputs[0]!.qos });
    return writing(inputs, ({ payload, packetId }, target, at) => prepared.encodeInto(payload, packetId, target, at));
  }),
  contestant('encodePublishInto', [...SAME_TOPIC, 'encode W8', 'encode W9'], (packets) =>
    writing(all(packets, PUBLISH), encodePublishInto),
  ),
  contestant('encodePublish', SAME_TOPIC, (packets) => returning(all(packets, PUBLISH), encodePublish)),
  contestant('encodePubackInto', ['encode W4'], (packets) => writing(all(packets, PUBACK), encodePubackInto)),
  contestant('encodeConnectInto', ['encode W5'], (packets) => writing(all(packets, CONNECT), encodeConnectInto)),
  contestant('encodeSubscribeInto', ['encode W6'], (packets) => writing(all(packets, SUBSCRIBE), encodeSubscribeInto)),
];

function contestant(
  form: string,
  tasks: readonly TaskId[],
  start: (packets: readonly Packet[]) => Encoding,
): Contestant {
  return { codec: 'mote', form, encodes: { tasks, start } };
}

function all<Type extends Packet['type']>(packets: readonly Packet[], type: Type): Extract<Packet, { type: Type }>[] {
  return packets.filter((packet): packet is Extract<Packet, { type: Type }> => packet.type === type);
}
