import { CONNACK, CONNECT, type Packet, PUBACK, PUBLISH, SUBACK, SUBSCRIBE } from '@mote/codec';
import sapModel, { type SapPacket } from '@sap/xb-msg-mqtt-v311/lib/model/packets.js';
import decoders from '@sap/xb-msg-mqtt-v311/lib/serialize/decoder.js';
import encoders from '@sap/xb-msg-mqtt-v311/lib/serialize/encoder.js';
import { flat, publish } from '../workload/publish.ts';
import { tasksOf } from '../workload/tasks.ts';
import { acknowledgement } from './acknowledgement.ts';
import { publishChecksum } from './checksum.ts';
import { type Encoding, listening, type Subject } from './subject.ts';

export const sap: Subject = {
  codec: '@sap/xb-msg-mqtt-v311',
  form: 'Encoder.push / Decoder.push',
  // Not W9: it writes the number of UTF-16 units as the length of a string.
  encodes: {
    tasks: tasksOf('encode', 'W9'),
    start,
  },
  decodes: {
    tasks: tasksOf('decode'),
    start: () =>
      listening<SapPacket>(
        (take) => {
          const decoder = new decoders.Decoder(sapModel.buildPacket, take);
          return (chunk) => decoder.push(chunk);
        },
        checksumOf,
        fromSap,
      ),
  },
};

/** Its packets go into 64 KiB chunks, payloads copied, as in its own WebSocket transport. */
function start(packets: readonly Packet[]): Encoding {
  const inputs = packets.map(toSap);
  const memory = Buffer.alloc(65536);
  let size = 0;
  let kept: Uint8Array[] | undefined;
  const encoder = new encoders.Encoder(
    { ostreamPayloadCopyLimit: Number.MAX_SAFE_INTEGER },
    () => memory,
    (chunk) => {
      size += chunk.length;
      kept?.push(Buffer.from(chunk));
    },
  );
  return {
    inputs,
    pass() {
      size = 0;
      for (let n = 0; n < inputs.length; n++) encoder.push(inputs[n]!);
      encoder.flush();
      return size;
    },
    results: () =>
      inputs.map((packet) => {
        kept = [];
        encoder.push(packet);
        encoder.flush();
        return Buffer.concat(kept);
      }),
  };
}

function toSap(packet: Packet): SapPacket {
  const made = sapModel.buildPacket(packet.type << 4);
  switch (packet.type) {
    case CONNECT: {
      const { clientId: clientID, cleanSession, keepAlive, userName: user, password = new Uint8Array(0) } = packet;
      return Object.assign(made, { clientID, cleanSession, keepAlive, user, password: flat(latin1(password)) });
    }
    case PUBLISH: {
      const { topicName: topic, payload, qos, packetId: packetID = 0 } = packet;
      return Object.assign(made, { topic, payload: Buffer.from(payload), qos, packetID });
    }
    case SUBSCRIBE: {
      const topicFilters = packet.subscriptions.map(({ topicFilter: filter, qos }) => ({ filter, qos }));
      return Object.assign(made, { packetID: packet.packetId, topicFilters });
    }
    case PUBACK:
      return Object.assign(made, { packetID: packet.packetId });
    default:
      throw new Error(`packet type ${packet.type} is not encoded`);
  }
}

function checksumOf(packet: SapPacket): number {
  switch (packet.type >> 4) {
    case PUBLISH:
      return publishChecksum(packet.topic, bytesOf(packet), packet.packetID);
    case SUBACK:
      return packet.packetID + packet.qosList[0]!.qos;
    case CONNACK:
      return packet.returnCode;
    default:
      return packet.packetID ?? 0;
  }
}

function fromSap(packet: SapPacket): Packet {
  const { packetID: packetId, qosList = [], returnCode, sessionPresent } = packet;
  const type = packet.type >> 4;
  if (type === PUBLISH) return publish(packet.topic, bytesOf(packet), packet.qos === 0 ? undefined : packetId);
  return acknowledgement(type, { packetId, returnCodes: qosList.map(({ qos }) => qos), returnCode, sessionPresent });
}

/** It leaves a payload in the pieces in which it came; its users ask for one. */
function bytesOf(packet: SapPacket): Uint8Array {
  const { chunks } = packet.payload!;
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
