import type { EncodeError } from './error.ts';
import { NO_BYTES } from './frame.ts';
import type { PacketFields } from './packet.ts';
import { encodeConnack, encodeConnackInto } from './packets/connack.ts';
import { encodeConnect, encodeConnectInto } from './packets/connect.ts';
import { encodeDisconnect, encodeDisconnectInto } from './packets/disconnect.ts';
import { encodePingreq, encodePingreqInto } from './packets/pingreq.ts';
import { encodePingresp, encodePingrespInto } from './packets/pingresp.ts';
import { encodePuback, encodePubackInto } from './packets/puback.ts';
import { encodePubcomp, encodePubcompInto } from './packets/pubcomp.ts';
import { encodePublish, encodePublishInto } from './packets/publish.ts';
import { encodePubrec, encodePubrecInto } from './packets/pubrec.ts';
import { encodePubrel, encodePubrelInto } from './packets/pubrel.ts';
import { encodeSuback, encodeSubackInto } from './packets/suback.ts';
import { encodeSubscribe, encodeSubscribeInto } from './packets/subscribe.ts';
import { encodeUnsuback, encodeUnsubackInto } from './packets/unsuback.ts';
import { encodeUnsubscribe, encodeUnsubscribeInto } from './packets/unsubscribe.ts';
import { needs } from './wire/misuse.ts';

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

function of<Encoder>(encoders: readonly (Encoder | undefined)[], packet: PacketFields): Encoder {
  const { type } = packet ?? {};
  return (typeof type === 'number' && encoders[type]) || needs('type', 'a number from 1 to 14', type);
}
