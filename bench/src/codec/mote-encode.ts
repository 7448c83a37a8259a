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
import { type Encoding, returning, type Subject, writing } from './subject.ts';

const SAME_TOPIC: readonly TaskId[] = ['encode W1', 'encode W2', 'encode W3'];

export const moteEncoders: readonly Subject[] = [
  subject('preparePublish().encodeInto', SAME_TOPIC, (packets) => {
    const inputs = all(packets, PUBLISH);
    const prepared = preparePublish({ topicName: inputs[0]!.topicName, qos: inputs[0]!.qos });
    return writing(inputs, ({ payload, packetId }, target, at) => prepared.encodeInto(payload, packetId, target, at));
  }),
  subject('encodePublishInto', [...SAME_TOPIC, 'encode W8', 'encode W9'], (packets) =>
    writing(all(packets, PUBLISH), encodePublishInto),
  ),
  subject('encodePublish', SAME_TOPIC, (packets) => returning(all(packets, PUBLISH), encodePublish)),
  subject('encodePubackInto', ['encode W4'], (packets) => writing(all(packets, PUBACK), encodePubackInto)),
  subject('encodeConnectInto', ['encode W5'], (packets) => writing(all(packets, CONNECT), encodeConnectInto)),
  subject('encodeSubscribeInto', ['encode W6'], (packets) => writing(all(packets, SUBSCRIBE), encodeSubscribeInto)),
];

function subject(form: string, tasks: readonly TaskId[], start: (packets: readonly Packet[]) => Encoding): Subject {
  return { codec: 'mote', form, encodes: { tasks, start } };
}

function all<Type extends Packet['type']>(packets: readonly Packet[], type: Type): Extract<Packet, { type: Type }>[] {
  return packets.filter((packet): packet is Extract<Packet, { type: Type }> => packet.type === type);
}
