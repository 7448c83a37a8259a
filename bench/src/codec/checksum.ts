import { CONNACK, type Packet, PUBLISH, SUBACK } from '@mote/codec';

/** What every decoder must find: a number that takes the text, the payload and the identifier to know. */
export function publishChecksum(topicName: string, payload: Uint8Array, packetId: number): number {
  return topicName.length + payload.length + payload[0]! + packetId;
}

export function checksum(packet: Packet): number {
  switch (packet.type) {
    case PUBLISH:
      return publishChecksum(packet.topicName, packet.payload, packet.packetId ?? 0);
    case SUBACK:
      return packet.packetId + packet.returnCodes[0]!;
    case CONNACK:
      return packet.returnCode;
    default:
      return 'packetId' in packet ? packet.packetId : 0;
  }
}
