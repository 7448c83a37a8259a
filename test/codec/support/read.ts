import { DecodeError, decodePacket, Framer, type Packet } from '@mote/codec';

export type Verdict =
  | { readonly kind: 'accept'; readonly packets: readonly Packet[] }
  | { readonly kind: 'incomplete'; readonly packets: readonly Packet[] }
  | { readonly kind: 'reject'; readonly packets: readonly Packet[]; readonly error: DecodeError };

/** What a Framer and the decoders make of these chunks. Anything thrown but a DecodeError is thrown on. */
export function read(chunks: readonly Uint8Array[], maxPacketSize = 268435460): Verdict {
  const framer = new Framer({ maxPacketSize });
  const packets: Packet[] = [];
  let length = 0;
  let taken = 0;
  try {
    for (const chunk of chunks) {
      length += chunk.length;
      framer.push(chunk);
      for (const frame of framer) {
        taken += (frame.headerSize ?? 0) + frame.end - frame.start;
        packets.push(ownCopy(decodePacket(frame)));
      }
    }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { kind: 'reject', packets, error };
  }
  return { kind: taken === length ? 'accept' : 'incomplete', packets };
}

/** Payloads are views into chunks. */
function ownCopy(packet: Packet): Packet {
  return 'payload' in packet ? { ...packet, payload: packet.payload.slice() } : packet;
}
