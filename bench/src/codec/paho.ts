import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { runInThisContext } from 'node:vm';
import { CONNACK, CONNECT, type Packet, PUBACK, PUBLISH, SUBACK, SUBSCRIBE } from '@mote/codec';
import { publish } from '../workload/publish.ts';
import { tasksOf } from '../workload/tasks.ts';
import { acknowledgement } from './acknowledgement.ts';
import { publishChecksum } from './checksum.ts';
import { listening, returning, type Subject } from './subject.ts';

interface PahoMessage {
  readonly type: number;
  readonly messageIdentifier: number;
  readonly returnCode: number | Uint8Array;
  readonly sessionPresent?: boolean;
  readonly payloadMessage: { destinationName: string; payloadBytes: Uint8Array; qos: number };
  encode(): ArrayBuffer;
}

interface Paho {
  WireMessage: new (type: number, options: object) => PahoMessage;
  Message: new (payload: Uint8Array) => PahoMessage['payloadMessage'];
  ClientImpl: { prototype: { _deframeMessages(this: object, data: Uint8Array): PahoMessage[] } };
}

export const paho: Subject = {
  codec: 'paho-mqtt',
  form: 'WireMessage.encode / _deframeMessages',
  encodes: {
    tasks: tasksOf('encode'),
    start(packets) {
      const library = load();
      return returning(
        packets.map((packet) => toPaho(library, packet)),
        (message) => new Uint8Array(message.encode()),
      );
    },
  },
  decodes: {
    tasks: tasksOf('decode'),
    start() {
      const { _deframeMessages: deframe } = load().ClientImpl.prototype;
      return listening<PahoMessage>(
        (take) => {
          const client = {};
          return (chunk) => {
            for (const message of deframe.call(client, chunk)) take(message);
          };
        },
        checksumOf,
        fromPaho,
      );
    },
  },
};

/** The package exports only its client, so its codec is handed out by a line added to the text of the module. */
function load(): Paho {
  const file = createRequire(import.meta.url).resolve('paho-mqtt');
  const text = readFileSync(file, 'utf8').replace(/Message: Message\n/, 'Message: Message, WireMessage, ClientImpl\n');
  const module = { exports: {} };
  runInThisContext(`(function (module, exports) {${text}\n})`, { filename: file })(module, module.exports);
  return module.exports as Paho;
}

function toPaho({ WireMessage, Message }: Paho, packet: Packet): PahoMessage {
  switch (packet.type) {
    case CONNECT: {
      const { clientId, cleanSession, keepAlive: keepAliveInterval, userName } = packet;
      const password = Buffer.from(packet.password!).toString('latin1');
      return new WireMessage(CONNECT, {
        mqttVersion: 4,
        clientId,
        cleanSession,
        keepAliveInterval,
        userName,
        password,
      });
    }
    case PUBLISH: {
      const payloadMessage = new Message(packet.payload);
      payloadMessage.destinationName = packet.topicName;
      payloadMessage.qos = packet.qos;
      const { packetId: messageIdentifier } = packet;
      return new WireMessage(PUBLISH, messageIdentifier ? { payloadMessage, messageIdentifier } : { payloadMessage });
    }
    case SUBSCRIBE: {
      const topics = packet.subscriptions.map(({ topicFilter }) => topicFilter);
      const requestedQos = packet.subscriptions.map(({ qos }) => qos);
      return new WireMessage(SUBSCRIBE, { messageIdentifier: packet.packetId, topics, requestedQos });
    }
    case PUBACK:
      return new WireMessage(PUBACK, { messageIdentifier: packet.packetId });
    default:
      throw new Error(`packet type ${packet.type} is not encoded`);
  }
}

function checksumOf({ type, payloadMessage, messageIdentifier = 0, returnCode }: PahoMessage): number {
  switch (type) {
    case PUBLISH:
      return publishChecksum(payloadMessage.destinationName, payloadMessage.payloadBytes, messageIdentifier);
    case SUBACK:
      return messageIdentifier + (returnCode as Uint8Array)[0]!;
    case CONNACK:
      return returnCode as number;
    default:
      return messageIdentifier;
  }
}

function fromPaho(message: PahoMessage): Packet {
  const { type, payloadMessage, messageIdentifier: packetId, returnCode, sessionPresent = false } = message;
  if (type === PUBLISH) return publish(payloadMessage.destinationName, payloadMessage.payloadBytes, packetId);
  const [code, codes] = typeof returnCode === 'number' ? [returnCode, []] : [0, [...(returnCode ?? [])]];
  return acknowledgement(type, { packetId, returnCodes: codes, returnCode: code, sessionPresent });
}
