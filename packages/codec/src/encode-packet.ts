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
import { refuse, shown } from './wire/misuse.ts';

// The encoders by the number of the type. A table takes half the bytes of a switch with fourteen cases.

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
 * The bytes of any packet. A small PUBLISH lies in memory that small packets share: copy its bytes before you transfer their `buffer`
 * or pass that on. Throws an EncodeError for a packet that MQTT forbids, a TypeError for a field of the wrong type. It brings all
 * fourteen encoders into a bundle: a program that sends only some types should call `encodePublish` and the others by name.
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
    // There is no room in NO_BYTES, so a packet that passes all checks fails with `no-room`, and `needed` is its size.
    const { needed } = error as EncodeError;
    if (needed) return needed;
    throw error;
  }
}

function of<Encoder>(encoders: readonly (Encoder | undefined)[], packet: PacketFields): Encoder {
  const type = packet?.type;
  return (typeof type === 'number' && encoders[type]) || refuse('bad-packet-type', `type ${shown(type)}`);
}
