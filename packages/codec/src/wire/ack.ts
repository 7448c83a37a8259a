import type { Frame } from '../frame.ts';
import type { PacketType } from '../packet-type.ts';
import { roomFor, writeHeader, writeU16 } from './encode.ts';
import { requirePacketId } from './misuse.ts';
import { bodyOf, expectEnd, expectType, packetIdAt } from './reader.ts';

// PUBACK, PUBREC, PUBREL, PUBCOMP and UNSUBACK have one layout, a Packet Identifier and nothing else; PINGREQ, PINGRESP and
// DISCONNECT are a fixed header and nothing else. What each of them exports is made here: encoders from the first byte, type and
// flags, decoders from the type. A first byte is a number and no sum of two, since a bundler leaves out a call that it knows to be
// pure only if its arguments are plain, too.

type Encode<Fields> = (packet: Fields) => Uint8Array;
type EncodeInto<Fields> = (packet: Fields, target: Uint8Array, at: number) => number;

interface Identified {
  readonly packetId: number;
}

/** Four bytes of their own. */
export function ackEncoder(first: number): Encode<Identified> {
  return (packet) => {
    const packetId = requirePacketId(packet?.packetId);
    return new Uint8Array([first, 2, packetId >> 8, packetId]);
  };
}

/** Written by hand: 4 ns, and nothing is allocated (Node 20). */
export function ackEncoderInto(first: number): EncodeInto<Identified> {
  return (packet, target, at) => {
    const { packetId } = packet ?? {}; // 3 ns less than `packet?.packetId`
    requirePacketId(packetId);
    roomFor(4, target, at);
    target[at++] = first;
    target[at++] = 2;
    return writeU16(packetId, target, at);
  };
}

/** The flags and the length have been judged by the Framer; the end is looked at for a Frame that was made by hand. */
export function ackDecoder<Type extends PacketType>(type: Type): (frame: Frame) => { type: Type; packetId: number } {
  return (frame) => {
    const at = bodyOf(frame, type);
    const packetId = packetIdAt(frame, at);
    expectEnd(frame, at + 2);
    return { type, packetId };
  };
}

/** Two bytes of their own. */
export function bareEncoder(first: number): Encode<unknown> {
  return () => new Uint8Array([first, 0]);
}

export function bareEncoderInto(first: number): EncodeInto<unknown> {
  return (_packet, target, at) => {
    roomFor(2, target, at);
    return writeHeader(first, 0, target, at);
  };
}

/** Nothing is read. A body has been refused by the Framer; this is for a Frame that was made by hand. */
export function bareDecoder<Type extends PacketType>(type: Type): (frame: Frame) => { type: Type } {
  return (frame) => {
    expectType(frame, type);
    expectEnd(frame, frame.start);
    return { type };
  };
}
