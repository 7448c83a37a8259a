import { type Frame, fail } from './frame.ts';
import { Framer, LARGEST_PACKET } from './framer.ts';
import type { Packet } from './packet.ts';
import { type PacketType, PUBLISH } from './packet-type.ts';
import { decodeConnack } from './packets/connack.ts';
import { decodeConnect } from './packets/connect.ts';
import { decodeDisconnect } from './packets/disconnect.ts';
import { decodePingreq } from './packets/pingreq.ts';
import { decodePingresp } from './packets/pingresp.ts';
import { decodePuback } from './packets/puback.ts';
import { decodePubcomp } from './packets/pubcomp.ts';
import { decodePublish } from './packets/publish.ts';
import { decodePubrec } from './packets/pubrec.ts';
import { decodePubrel } from './packets/pubrel.ts';
import { decodeSuback } from './packets/suback.ts';
import { decodeSubscribe } from './packets/subscribe.ts';
import { decodeUnsuback } from './packets/unsuback.ts';
import { decodeUnsubscribe } from './packets/unsubscribe.ts';

/** Each type's own decoder by its number. There is no packet type 0: any decoder refuses it. */
const DECODERS: readonly ((frame: Frame) => Packet)[] = [
  decodeConnect,
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
];

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
  return frame?.type === PUBLISH ? decodePublish(frame) : (DECODERS[frame?.type] ?? decodeConnect)(frame);
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
    return fail({ type, start: 0, end: 0, headerSize: 0 }, 'truncated', bytes.length);
  }
  if (frame.end < bytes.length) fail(frame, 'trailing-bytes', frame.end);
  return decodePacket(frame);
}
