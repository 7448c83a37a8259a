import type { EncodeError } from './error.ts';
import { type Frame, fail, NO_BYTES } from './frame.ts';
import { Framer, LARGEST_PACKET } from './framer.ts';
import type { PacketType } from './packet-type.ts';
import * as type from './packet-type.ts';
import {
  type ConnackFields,
  type ConnackPacket,
  decodeConnack,
  encodeConnack,
  encodeConnackInto,
} from './packets/connack.ts';
import {
  type ConnectFields,
  type ConnectPacket,
  decodeConnect,
  encodeConnect,
  encodeConnectInto,
} from './packets/connect.ts';
import {
  type DisconnectPacket,
  decodeDisconnect,
  encodeDisconnect,
  encodeDisconnectInto,
} from './packets/disconnect.ts';
import { decodePingreq, encodePingreq, encodePingreqInto, type PingreqPacket } from './packets/pingreq.ts';
import { decodePingresp, encodePingresp, encodePingrespInto, type PingrespPacket } from './packets/pingresp.ts';
import { decodePuback, encodePuback, encodePubackInto, type PubackPacket } from './packets/puback.ts';
import { decodePubcomp, encodePubcomp, encodePubcompInto, type PubcompPacket } from './packets/pubcomp.ts';
import {
  decodePublish,
  encodePublish,
  encodePublishInto,
  type PublishFields,
  type PublishPacket,
} from './packets/publish.ts';
import { decodePubrec, encodePubrec, encodePubrecInto, type PubrecPacket } from './packets/pubrec.ts';
import { decodePubrel, encodePubrel, encodePubrelInto, type PubrelPacket } from './packets/pubrel.ts';
import { decodeSuback, encodeSuback, encodeSubackInto, type SubackPacket } from './packets/suback.ts';
import {
  decodeSubscribe,
  encodeSubscribe,
  encodeSubscribeInto,
  type SubscribeFields,
  type SubscribePacket,
} from './packets/subscribe.ts';
import { decodeUnsuback, encodeUnsuback, encodeUnsubackInto, type UnsubackPacket } from './packets/unsuback.ts';
import {
  decodeUnsubscribe,
  encodeUnsubscribe,
  encodeUnsubscribeInto,
  type UnsubscribePacket,
} from './packets/unsubscribe.ts';
import { needs } from './wire/misuse.ts';

/** What a decoder returns: one of the fourteen, told apart by `type`. Every field is there, in one order for each type. */
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

// Each type's own functions by its number: a table is half of what fourteen cases of a switch would be.

type Encode = (packet: never) => Uint8Array;
type EncodeInto = (packet: never, target: Uint8Array, at: number) => number;

const ENCODERS: readonly (Encode | undefined)[] = [
  undefined,
  encodeConnect,
  encodeConnack,
  encodePublish,
  encodePuback,
  encodePubrec,
  encodePubrel,
  encodePubcomp,
  encodeSubscribe,
  encodeSuback,
  encodeUnsubscribe,
  encodeUnsuback,
  encodePingreq,
  encodePingresp,
  encodeDisconnect,
];

const ENCODERS_INTO: readonly (EncodeInto | undefined)[] = [
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

/** Types 0 and 15 are in no Frame of a Framer; one that was made by hand may have them. */
const DECODERS: readonly ((frame: Frame) => Packet)[] = [
  refuseType,
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
  decodeDisconnect,
  refuseType,
];

/**
 * The bytes of any packet. Those of a small PUBLISH are a window of memory that small packets share: copy them before you
 * transfer their `buffer` or hand it on. Throws an EncodeError for a packet that MQTT forbids, a TypeError for a field of another
 * type. A program that knows what it sends calls `encodePublish` and the like: then no other encoder is in its bundle.
 *
 * @example
 * encodePacket({ type: PUBACK, packetId: 7 }); // Uint8Array.of(0x40, 2, 0, 7)
 */
export function encodePacket(packet: PacketFields): Uint8Array {
  return of(ENCODERS, packet)(packet as never);
}

/**
 * Writes any packet at `target[at]` and returns where it ends. Throws as each encoder does, and has then written nothing.
 *
 * @example
 * const end = encodePacketInto({ type: PINGREQ }, target, 0); // 2
 */
export function encodePacketInto(packet: PacketFields, target: Uint8Array, at: number): number {
  return of(ENCODERS_INTO, packet)(packet as never, target, at);
}

/**
 * Bytes that the packet takes on the wire, fixed header included. Throws what its encoder throws.
 *
 * @example
 * packetSize({ type: SUBSCRIBE, packetId: 1, subscriptions: [{ topicFilter: 'a/b' }] }); // 10
 */
export function packetSize(packet: PacketFields): number {
  try {
    return encodePacketInto(packet, NO_BYTES, 0);
  } catch (error) {
    // A packet that has been checked, and finds no room, says how much it needs.
    const { needed } = error as EncodeError;
    if (needed) return needed;
    throw error;
  }
}

function of<Encoder>(encoders: readonly (Encoder | undefined)[], { type }: PacketFields): Encoder {
  return (typeof type === 'number' && encoders[type]) || needs('type', 'a number from 1 to 14', type);
}

/**
 * The packet of a frame. Throws a DecodeError for what MQTT forbids: close the connection [MQTT-4.8.0-1].
 *
 * @example
 * const framer = new Framer();
 * framer.push(Uint8Array.of(0x20, 2, 0, 5, 0xd0, 0));
 * for (const frame of framer) onMessage(decodePacket(frame));
 */
export function decodePacket(frame: Frame): Packet {
  // What comes often is not looked up: V8 can put it in place.
  return frame?.type === type.PUBLISH ? decodePublish(frame) : (DECODERS[frame?.type] ?? notOne)(frame);
}

function notOne(frame: Frame): never {
  return needs('frame', 'a Frame', frame);
}

function refuseType(frame: Frame): never {
  return fail(frame, 'bad-packet-type');
}

/**
 * Decodes exactly one whole packet: less is `truncated`, more is `trailing-bytes`. What it returns may hold views into `bytes`.
 *
 * @example
 * const packet = decode(Uint8Array.of(0x40, 2, 0, 7)); // { type: PUBACK, packetId: 7 }
 */
export function decode(bytes: Uint8Array): Packet {
  const framer = new Framer({ maxPacketSize: LARGEST_PACKET });
  framer.push(bytes);
  const frame = framer.next();
  if (!frame) {
    const type = (bytes[0]! >> 4) as PacketType;
    return fail({ type, flags: 0, bytes, start: 0, end: 0, headerSize: 0 }, 'truncated', bytes.length);
  }
  if (frame.end < bytes.length) fail(frame, 'trailing-bytes', frame.end);
  return decodePacket(frame);
}
