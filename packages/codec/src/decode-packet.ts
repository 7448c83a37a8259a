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

/** The decoders by the number of the type. There is no packet type 0, so its place has any decoder: each refuses other types. */
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
  // PUBLISH is the most frequent, so it is called by name: V8 can inline that, and cannot inline a call through the table.
  return frame?.type === PUBLISH ? decodePublish(frame) : (DECODERS[frame?.type] ?? decodeConnect)(frame);
}

/**
 * Decodes exactly one packet. Fewer bytes are `truncated`, more are `trailing-bytes`. The packet may hold views into `bytes`. Throws a
 * DecodeError for what MQTT forbids.
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
  const packet = decodePacket(frame);
  // Afterwards, since what is wrong in the packet comes first in the bytes.
  if (frame.end < bytes.length) fail(frame, 'trailing-bytes', frame.end);
  return packet;
}
