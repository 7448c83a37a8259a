import { type Frame, fail } from '../frame.ts';
import { DISCONNECT, PUBLISH } from '../packet-type.ts';
import { checkPublishFlags } from '../packets/publish.ts';

// The rules for a fixed header, by the number of the packet type [table 2.1] [table 2.2]. They are checked as soon as the header is
// there, before the body has arrived: so no peer can make us keep a body that will be refused.

type ByType = Readonly<Partial<Record<number, number>>>;

/**
 * The low four bits of the first byte, for PUBREL, SUBSCRIBE, UNSUBSCRIBE and DISCONNECT. Their sections, 3.6, 3.8, 3.10 and 3.14, each
 * have a statement about them. For all other types the bits are 0 [MQTT-2.2.2-2].
 */
const FLAGS: ByType = { 6: 2, 8: 2, 10: 2, 14: 0 };

/**
 * Bytes of bodies that have a fixed size. CONNACK has flags and a return code; PUBACK, PUBREC, PUBREL, PUBCOMP and UNSUBACK have a
 * Packet Identifier; PINGREQ, PINGRESP and DISCONNECT have nothing. Other types are not here.
 */
export const BODY_SIZES: ByType = { 2: 2, 4: 2, 5: 2, 6: 2, 7: 2, 11: 2, 12: 0, 13: 0, 14: 0 };

/** Throws a DecodeError for a packet type that does not exist, and for flags that the type forbids. */
export function checkFirstByte(frame: Frame): void {
  const { type, flags } = frame;
  if (!type || type > DISCONNECT) fail(frame, 'bad-packet-type');
  if (type === PUBLISH) checkPublishFlags(frame);
  else if (flags !== (FLAGS[type] ?? 0))
    fail(frame, 'bad-flags', undefined, type in FLAGS ? `3.${type}.1-1` : '2.2.2-2');
}
