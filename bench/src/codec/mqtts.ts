import { CONNACK, CONNECT, type Packet, PUBACK, PUBLISH, SUBACK, SUBSCRIBE } from '@mote/codec';
import mqtts from 'mqtts';
import { publish } from '../workload/publish.ts';
import { tasksOf } from '../workload/tasks.ts';
import { acknowledgement } from './acknowledgement.ts';
import { publishChecksum } from './checksum.ts';
import { listening, returning, type Subject } from './subject.ts';

interface Decoded {
  readonly type: number;
  readonly data: {
    readonly topic: string;
    readonly payload: Buffer;
    readonly identifier: number;
    readonly qos: number;
    readonly returnCodes: number[];
    readonly returnCode: number;
    readonly sessionPresent: boolean;
  };
}

export const mqttsCodec: Subject = {
  codec: 'mqtts',
  form: 'PacketWriter.write / MqttTransformer',
  encodes: {
    tasks: tasksOf('encode'),
    start(packets) {
      const writer = new mqtts.PacketWriter({ logPacketWrite: () => undefined });
      return returning(packets.map(toMqtts), ([type, options]) => writer.write(type, options));
    },
  },
  decodes: {
    tasks: tasksOf('decode'),
    start: () => listening<Decoded>(open, checksumOf, fromMqtts),
  },
};

/** Its parser is a Transform; the stream machinery around it is left out, to its advantage. */
function open(take: (packet: Decoded) => void): (chunk: Buffer) => void {
  const transformer = new mqtts.MqttTransformer();
  transformer.push = (packet: Decoded) => {
    take(packet);
    return true;
  };
  const done = (error?: Error | null) => {
    if (error) throw error;
  };
  return (chunk) => transformer._transform(chunk, 'buffer', done);
}

// biome-ignore lint/suspicious/noExplicitAny: its own types ask for the options of the one packet type
function toMqtts(packet: Packet): readonly [number, any] {
  switch (packet.type) {
    case CONNECT: {
      const { clientId, cleanSession: clean, keepAlive, userName: username, password } = packet;
      return [
        CONNECT,
        {
          protocolName: 'MQTT',
          protocolLevel: 4,
          clientId,
          clean,
          keepAlive,
          username,
          password: Buffer.from(password!),
        },
      ];
    }
    case PUBLISH: {
      const { topicName: topic, payload, qos, packetId: identifier } = packet;
      return [PUBLISH, { topic, payload: Buffer.from(payload), qos, identifier }];
    }
    case SUBSCRIBE: {
      const subscriptions = packet.subscriptions.map(({ topicFilter: topic, qos }) => ({ topic, qos }));
      return [SUBSCRIBE, { identifier: packet.packetId, subscriptions }];
    }
    case PUBACK:
      return [PUBACK, { identifier: packet.packetId }];
    default:
      throw new Error(`packet type ${packet.type} is not encoded`);
  }
}

function checksumOf({ type, data }: Decoded): number {
  switch (type) {
    case PUBLISH:
      return publishChecksum(data.topic, data.payload, data.qos === 0 ? 0 : data.identifier); // it says -1 for none
    case SUBACK:
      return data.identifier + data.returnCodes[0]!;
    case CONNACK:
      return data.returnCode;
    default:
      return data.identifier ?? 0;
  }
}

function fromMqtts({ type, data }: Decoded): Packet {
  const { identifier: packetId, returnCodes, returnCode, sessionPresent } = data;
  if (type === PUBLISH) return publish(data.topic, data.payload, data.qos === 0 ? undefined : packetId);
  return acknowledgement(type, { packetId, returnCodes, returnCode, sessionPresent });
}
