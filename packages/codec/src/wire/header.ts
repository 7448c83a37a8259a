import { type Frame, fail } from '../frame.ts';
import { DISCONNECT, PUBLISH } from '../packet-type.ts';

// The rules for a fixed header, by the number of the packet type [table 2.1] [table 2.2]. They are checked as soon as the header is
// there, before the body has arrived: so no peer can make us keep a body that will be refused.

/**
 * The flags that each type allows: bit n stands for the value n. PUBREL, SUBSCRIBE and UNSUBSCRIBE have 2, a PUBLISH all but QoS 3 and
 * DUP with QoS 0, all others 0. There are no types 0 and 15. One look-up is short enough for V8 to put it in place.
 */
const FLAGS: readonly number[] = [0, 1, 1, 0x3c3f, 1, 1, 4, 1, 4, 1, 4, 1, 1, 1, 1, 0];

/**
 * Types with a body of fixed size: bit n stands for the type n. CONNACK has flags and a return code, PUBACK, PUBREC, PUBREL, PUBCOMP and
 * UNSUBACK have a Packet Identifier: two bytes. PINGREQ, PINGRESP and DISCONNECT, the last three, have nothing.
 */
export const FIXED_SIZE = 0x78f4;

/**
 * Whether the type exists and allows these flags: not 0 if so. Of 27 bytes of bytecode or fewer, which V8 always puts in place (Node 20).
 */
export function allows(type: number, flags: number): number {
  return (FLAGS[type]! >> flags) & 1;
}

/**
 * Throws the DecodeError for a first byte that is not allowed. PUBLISH, PUBREL, SUBSCRIBE, UNSUBSCRIBE and DISCONNECT have statements of
 * their own, in
 * the section with the number of the type.
 */
export function refuseFirstByte(frame: Frame): never {
  const { type, flags } = frame;
  const allowed = FLAGS[type];
  if (!allowed) fail(frame, 'bad-packet-type');
  const rule = type === PUBLISH ? (flags & 4 ? 4 : 2) : 1; // with this bit it is QoS 3, since QoS 2 is allowed
  return fail(
    frame,
    rule > 3 ? 'bad-qos' : 'bad-flags',
    undefined,
    allowed > 1 || type === DISCONNECT ? `3.${type}.1-${rule}` : '2.2.2-2',
  );
}
