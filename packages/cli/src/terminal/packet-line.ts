import {
  CONNACK,
  CONNECT,
  DISCONNECT,
  type Packet,
  PINGREQ,
  PINGRESP,
  PUBLISH,
  SUBACK,
  SUBSCRIBE,
  UNSUBSCRIBE,
} from '@mote/codec';
import { packetTypeName } from '../packets/packet-names.ts';

/** The name of a packet's type, as the standard writes it. */
export function packetName(packet: Packet): string {
  return packetTypeName(packet.type);
}

/** The most important fields of a packet, on one line. Without payload and password, and not escaped: the caller does that. */
export function packetDetail(packet: Packet): string {
  switch (packet.type) {
    case CONNECT:
      return `${packet.clientId}, keep alive ${packet.keepAlive} s, ${packet.password === undefined ? 'no password' : 'SAS password'}`;
    case CONNACK:
      return `return code ${packet.returnCode}`;
    case PUBLISH: {
      const id = packet.packetId === undefined ? '' : ` #${packet.packetId}`;
      return `QoS ${packet.qos}${id} ${packet.topicName}`;
    }
    case SUBSCRIBE:
      return `#${packet.packetId} ${packet.subscriptions.map(({ topicFilter, qos }) => `${topicFilter} QoS ${qos}`).join(', ')}`;
    case SUBACK:
      return `#${packet.packetId} ${packet.returnCodes.map((code) => (code === 0x80 ? 'refused' : `QoS ${code}`)).join(', ')}`;
    case UNSUBSCRIBE:
      return `#${packet.packetId} ${packet.topicFilters.join(', ')}`;
    case PINGREQ:
    case PINGRESP:
    case DISCONNECT:
      return '';
    default:
      return `#${packet.packetId}`;
  }
}
