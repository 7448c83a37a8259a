import { CONNACK, CONNECT, type Packet, PINGRESP, PUBACK, PUBLISH, SUBACK, SUBSCRIBE, UNSUBACK } from '@mote/codec';
import mqttPacket, { type Packet as MqttPacket } from 'mqtt-packet';
import { publish } from '../workload/publish.ts';
import { tasksOf } from '../workload/tasks.ts';
import { publishChecksum } from './checksum.ts';
import { listening, returning, type Subject } from './subject.ts';

export const generate: Subject = {
  codec: 'mqtt-packet',
  form: 'generate',
  encodes: {
    tasks: tasksOf('encode'),
    start: (packets) => returning(packets.map(toMqttPacket), (packet) => mqttPacket.generate(packet)),
  },
};

/** What MQTT.js calls: it leaves four to nine pieces for the socket to gather, so this is not the whole cost of a packet. */
export const writeToStream: Subject = {
  codec: 'mqtt-packet',
  form: 'writeToStream into nothing',
  encodes: {
    // ASCII only: the sink counts the length of strings.
    tasks: tasksOf('encode', 'W9'),
    start(packets) {
      const inputs = packets.map(toMqttPacket);
      const counting = new CountingSink();
      return {
        inputs,
        pass() {
          counting.size = 0;
          for (let n = 0; n < inputs.length; n++) write(inputs[n]!, counting);
          return counting.size;
        },
        results: () => inputs.map(gathered),
      };
    },
  },
};

export const parser: Subject = {
  codec: 'mqtt-packet',
  form: 'parser',
  decodes: {
    tasks: tasksOf('decode'),
    start: () =>
      listening<MqttPacket>(
        (take) => {
          const parser = mqttPacket.parser({ protocolVersion: 4 });
          parser.on('packet', take);
          parser.on('error', (error) => {
            throw error;
          });
          return (chunk) => parser.parse(chunk);
        },
        checksumOf,
        fromMqttPacket,
      ),
  },
};

export function toMqttPacket(packet: Packet): MqttPacket {
  switch (packet.type) {
    case CONNECT: {
      const { clientId, cleanSession: clean, keepAlive: keepalive, userName: username, password } = packet;
      if (username === undefined || password === undefined) throw new Error('no workload connects without a password');
      return {
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clientId,
        clean,
        keepalive,
        username,
        password: Buffer.from(password),
      };
    }
    case PUBLISH: {
      const { topicName: topic, qos, dup, retain, packetId: messageId } = packet;
      const payload = Buffer.from(packet.payload);
      return messageId === undefined
        ? { cmd: 'publish', topic, payload, qos, dup, retain }
        : { cmd: 'publish', topic, payload, qos, dup, retain, messageId };
    }
    case SUBSCRIBE: {
      const subscriptions = packet.subscriptions.map(({ topicFilter: topic, qos }) => ({ topic, qos }));
      return { cmd: 'subscribe', messageId: packet.packetId, subscriptions };
    }
    case SUBACK:
      return { cmd: 'suback', messageId: packet.packetId, granted: [...packet.returnCodes] };
    case CONNACK:
      return { cmd: 'connack', returnCode: packet.returnCode, sessionPresent: packet.sessionPresent };
    case PUBACK:
      return { cmd: 'puback', messageId: packet.packetId };
    case UNSUBACK:
      return { cmd: 'unsuback', messageId: packet.packetId } as MqttPacket;
    case PINGRESP:
      return { cmd: 'pingresp' };
    default:
      throw new Error(`no workload has packet type ${packet.type}`);
  }
}

function checksumOf(packet: MqttPacket): number {
  switch (packet.cmd) {
    case 'publish':
      return publishChecksum(packet.topic, packet.payload as Buffer, packet.messageId ?? 0);
    case 'suback':
      return packet.messageId! + (packet.granted[0] as number);
    case 'connack':
      return packet.returnCode!;
    default:
      return packet.messageId ?? 0;
  }
}

function fromMqttPacket(packet: MqttPacket): Packet {
  switch (packet.cmd) {
    case 'publish':
      return publish(packet.topic, packet.payload as Buffer, packet.qos === 0 ? undefined : packet.messageId);
    case 'suback':
      return { type: SUBACK, packetId: packet.messageId!, returnCodes: packet.granted as (0 | 1 | 2)[] };
    case 'connack':
      return { type: CONNACK, sessionPresent: packet.sessionPresent, returnCode: packet.returnCode as 0 };
    case 'puback':
      return { type: PUBACK, packetId: packet.messageId! };
    case 'unsuback':
      return { type: UNSUBACK, packetId: packet.messageId! };
    case 'pingresp':
      return { type: PINGRESP };
    default:
      throw new Error(`unexpected ${packet.cmd}`);
  }
}

class CountingSink {
  size = 0;

  write(piece: string | Uint8Array): boolean {
    this.size += piece.length;
    return true;
  }
}

function gathered(packet: MqttPacket): Uint8Array {
  const pieces: Buffer[] = [];
  write(packet, { write: (piece) => pieces.push(Buffer.from(piece)) > 0 });
  return Buffer.concat(pieces);
}

function write(packet: MqttPacket, sink: { write(piece: string | Uint8Array): boolean }): void {
  mqttPacket.writeToStream(packet, sink as unknown as NodeJS.WritableStream);
}
