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
import { type Contestant, type Encoding, encoding, returning } from './contestant.ts';
import { OutputBuffer } from './output-buffer.ts';

const SAME_TOPIC: readonly TaskId[] = ['encode W1', 'encode W2', 'encode W3'];

export const moteEncoders: readonly Contestant[] = [
  contestant('preparePublish().encodeInto', SAME_TOPIC, (packets) => {
    const inputs = all(packets, PUBLISH);
    const prepared = preparePublish({ topicName: inputs[0]!.topicName, qos: inputs[0]!.qos });
    const output = new OutputBuffer();
    return encoding(
      inputs,
      (packet) => output.finish(prepared.encodeInto(packet.payload, packet.packetId, output.bytes, output.begin())),
      () => output.last(),
    );
  }),
  contestant('encodePublishInto', [...SAME_TOPIC, 'encode W8', 'encode W9'], (packets) =>
    into(all(packets, PUBLISH), encodePublishInto),
  ),
  contestant('encodePublish', SAME_TOPIC, (packets) => returning(all(packets, PUBLISH), encodePublish)),
  contestant('encodePubackInto', ['encode W4'], (packets) => into(all(packets, PUBACK), encodePubackInto)),
  contestant('encodeConnectInto', ['encode W5'], (packets) => into(all(packets, CONNECT), encodeConnectInto)),
  contestant('encodeSubscribeInto', ['encode W6'], (packets) => into(all(packets, SUBSCRIBE), encodeSubscribeInto)),
];

function contestant(
  form: string,
  tasks: readonly TaskId[],
  start: (packets: readonly Packet[]) => Encoding,
): Contestant {
  return { codec: 'mote', form, encodes: { tasks, start } };
}

function into<Input>(
  inputs: readonly Input[],
  encodeInto: (input: Input, target: Uint8Array, at: number) => number,
): Encoding {
  const output = new OutputBuffer();
  return encoding(
    inputs,
    (input) => output.finish(encodeInto(input, output.bytes, output.begin())),
    () => output.last(),
  );
}

function all<Type extends Packet['type']>(packets: readonly Packet[], type: Type): Extract<Packet, { type: Type }>[] {
  return packets.filter((packet): packet is Extract<Packet, { type: Type }> => packet.type === type);
}
