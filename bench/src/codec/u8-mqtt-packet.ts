import { CONNACK, CONNECT, type Packet, PINGRESP, PUBACK, PUBLISH, SUBACK, SUBSCRIBE, UNSUBACK } from '@mote/codec';
import { mqtt_pkt_ctx } from 'u8-mqtt-packet/esm/codec_bind.js';
import mqtt_opts_v4 from 'u8-mqtt-packet/esm/codec_v4_full.js';
import { publish } from '../workload/publish.ts';
import { tasksOf } from '../workload/tasks.ts';
import { publishChecksum } from './checksum.ts';
import { type Decoding, returning, type Subject } from './subject.ts';

interface U8Packet {
  readonly type: string;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly pkt_id?: number;
  readonly qos: number;
  readonly reason: number;
  readonly answers: number[];
}

const codec = mqtt_pkt_ctx(4, mqtt_opts_v4, {});

export const u8MqttPacket: Subject = {
  codec: 'u8-mqtt-packet',
  form: 'encode_pkt / decode',
  encodes: {
    tasks: tasksOf('encode'),
    start: (packets) => returning(packets.map(toU8), ([type, packet]) => codec.encode_pkt(type, packet)),
  },
  // Not the mixed stream: after a packet that spanned two chunks 0.4.1 holds small packets back.
  decodes: {
    tasks: tasksOf('decode', 'W7'),
    start: decoding,
  },
};

function decoding(): Decoding {
  const stream = codec.mqtt_stream();
  return {
    pass(chunks) {
      let sum = 0;
      for (const chunk of chunks)
        for (const packet of stream.decode(chunk.bytes) as U8Packet[]) sum += checksumOf(packet);
      return sum;
    },
    results: (chunks) => chunks.flatMap((chunk) => (stream.decode(chunk.bytes) as U8Packet[]).map(fromU8)),
  };
}

function toU8(packet: Packet): readonly [string, object] {
  switch (packet.type) {
    case CONNECT: {
      const { clientId, keepAlive, userName, password } = packet;
      return [
        'connect',
        { client_id: clientId, keep_alive: keepAlive, username: userName, password, flags: { clean_start: true } },
      ];
    }
    case PUBLISH: {
      const { topicName: topic, payload, qos, packetId: pkt_id } = packet;
      return ['publish', { topic, payload, qos, pkt_id }];
    }
    case SUBSCRIBE: {
      const topics = packet.subscriptions.map(({ topicFilter: topic, qos }) => ({ topic, opts: { qos } }));
      return ['subscribe', { pkt_id: packet.packetId, topics }];
    }
    case PUBACK:
      return ['puback', { pkt_id: packet.packetId }];
    default:
      throw new Error(`packet type ${packet.type} is not encoded`);
  }
}

function checksumOf({ type, topic, payload, pkt_id = 0 }: U8Packet): number {
  return type === 'publish' ? publishChecksum(topic, payload, pkt_id) : pkt_id;
}

function fromU8(packet: U8Packet): Packet {
  const packetId = packet.pkt_id ?? 0;
  switch (packet.type) {
    case 'publish':
      return publish(packet.topic, packet.payload, packet.pkt_id);
    case 'puback':
      return { type: PUBACK, packetId };
    case 'unsuback':
      return { type: UNSUBACK, packetId };
    case 'suback':
      return { type: SUBACK, packetId, returnCodes: packet.answers.map(Number) as 0[] };
    case 'connack':
      return { type: CONNACK, sessionPresent: false, returnCode: Number(packet.reason) as 0 };
    default:
      return { type: PINGRESP };
  }
}
