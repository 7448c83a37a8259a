import {
  CONNACK,
  type ConnackPacket,
  type Packet,
  PINGRESP,
  PUBACK,
  SUBACK,
  type SubackPacket,
  UNSUBACK,
} from '@mote/codec';

/** What a peer found in a packet that is no PUBLISH, under our names. */
export interface Found {
  readonly packetId: number;
  readonly returnCodes: readonly number[];
  readonly returnCode: number;
  readonly sessionPresent: boolean;
}

/** For the check before the run, where the peer says the packet's type in a number. */
export function acknowledgement(type: number, { packetId, returnCodes, returnCode, sessionPresent }: Found): Packet {
  switch (type) {
    case PUBACK:
    case UNSUBACK:
      return { type, packetId };
    case SUBACK:
      return { type, packetId, returnCodes: [...returnCodes] as SubackPacket['returnCodes'] };
    case CONNACK:
      return { type, sessionPresent, returnCode: returnCode as ConnackPacket['returnCode'] };
    default:
      return { type: PINGRESP };
  }
}
