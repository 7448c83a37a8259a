import { type Frame, fail } from './frame.ts';
import { Framer } from './framer.ts';
import type { PacketType } from './packet-type.ts';
import * as type from './packet-type.ts';
import { type ConnackFields, type ConnackPacket, decodeConnack, encodeConnackInto } from './packets/connack.ts';
import { type ConnectFields, type ConnectPacket, decodeConnect, encodeConnectInto } from './packets/connect.ts';
import { type DisconnectPacket, decodeDisconnect, encodeDisconnectInto } from './packets/disconnect.ts';
import { decodePingreq, encodePingreqInto, type PingreqPacket } from './packets/pingreq.ts';
import { decodePingresp, encodePingrespInto, type PingrespPacket } from './packets/pingresp.ts';
import { decodePuback, encodePubackInto, type PubackPacket } from './packets/puback.ts';
import { decodePubcomp, encodePubcompInto, type PubcompPacket } from './packets/pubcomp.ts';
import { decodePublish, encodePublishInto, type PublishFields, type PublishPacket } from './packets/publish.ts';
import { decodePubrec, encodePubrecInto, type PubrecPacket } from './packets/pubrec.ts';
import { decodePubrel, encodePubrelInto, type PubrelPacket } from './packets/pubrel.ts';
import { decodeSuback, encodeSubackInto, type SubackPacket } from './packets/suback.ts';
import {
  decodeSubscribe,
  encodeSubscribeInto,
  type SubscribeFields,
  type SubscribePacket,
} from './packets/subscribe.ts';
import { decodeUnsuback, encodeUnsubackInto, type UnsubackPacket } from './packets/unsuback.ts';
import { decodeUnsubscribe, encodeUnsubscribeInto, type UnsubscribePacket } from './packets/unsubscribe.ts';
import { MEASURE } from './wire/check.ts';

export type Packet =
  | ConnectPacket
  | ConnackPacket
  | PublishPacket
  | PubackPacket
  | PubrecPacket
  | PubrelPacket
  | PubcompPacket
  | SubscribePacket
  | SubackPacket
  | UnsubscribePacket
  | UnsubackPacket
  | PingreqPacket
  | PingrespPacket
  | DisconnectPacket;

/** What an encoder takes: a Packet, or one whose optional fields are left out. */
export type PacketFields =
  | Packet
  | ({ readonly type: typeof type.CONNECT } & ConnectFields)
  | ({ readonly type: typeof type.CONNACK } & ConnackFields)
  | ({ readonly type: typeof type.PUBLISH } & PublishFields)
  | ({ readonly type: typeof type.SUBSCRIBE } & SubscribeFields);

/** Each type's own function by its number: a table is half of what fourteen cases of a switch would be. */
const ENCODERS = [
  undefined,
  encodeConnectInto,
  encodeConnackInto,
  encodePublishInto,
  encodePubackInto,
  encodePubrecInto,
  encodePubrelInto,
  encodePubcompInto,
  encodeSubscribeInto,
  encodeSubackInto,
  encodeUnsubscribeInto,
  encodeUnsubackInto,
  encodePingreqInto,
  encodePingrespInto,
  encodeDisconnectInto,
];

const DECODERS: readonly (((frame: Frame) => Packet) | undefined)[] = [
  undefined,
  decodeConnect,
  decodeConnack,
  decodePublish,
  decodePuback,
  decodePubrec,
  decodePubrel,
  decodePubcomp,
  decodeSubscribe,
  decodeSuback,
  decodeUnsubscribe,
  decodeUnsuback,
  decodePingreq,
  decodePingresp,
];

export function encodePacket(packet: PacketFields): Uint8Array {
  const bytes = new Uint8Array(packetSize(packet));
  encodePacketInto(packet, bytes, 0);
  return bytes;
}

/** Returns the end offset. */
export function encodePacketInto(packet: PacketFields, target: Uint8Array, at: number): number {
  const encodeInto = ENCODERS[packet.type] as
    | ((packet: PacketFields, target: Uint8Array, at: number) => number)
    | undefined;
  if (!encodeInto) throw new TypeError('no such packet type');
  return encodeInto(packet, target, at);
}

/** Bytes that the packet takes on the wire, fixed header included. */
export function packetSize(packet: PacketFields): number {
  return encodePacketInto(packet, MEASURE, 0);
}

export function decodePacket(frame: Frame): Packet {
  // What comes often is not looked up: V8 can put it in place.
  if (frame.type === type.PUBLISH) return decodePublish(frame);
  return (DECODERS[frame.type] ?? decodeDisconnect)(frame);
}

/** Decodes exactly one whole packet: less is `truncated`, more is `trailing-bytes`. */
export function decode(bytes: Uint8Array): Packet {
  const framer = new Framer({ maxPacketSize: 268435460 });
  framer.push(bytes);
  const frame = framer.next();
  if (!frame) {
    const type = (bytes[0]! >> 4) as PacketType;
    return fail({ type, flags: 0, bytes, start: 0, end: 0, headerSize: 0 }, 'truncated', bytes.length);
  }
  if (frame.end < bytes.length) fail(frame, 'trailing-bytes', frame.end);
  return decodePacket(frame);
}
