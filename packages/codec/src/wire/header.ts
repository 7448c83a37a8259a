import { type Frame, fail } from '../frame.ts';
import { DISCONNECT, PUBLISH } from '../packet-type.ts';
import { checkPublishFlags } from '../packets/publish.ts';

// The rules for a fixed header, by the number of the packet type [table 2.1] [table 2.2]. They are held to as soon as the header
// is there, before its body has come, so that a peer cannot make us wait for, or keep, what will be refused.

type ByType = Readonly<Partial<Record<number, number>>>;

/**
 * The low four bits of the first byte, of PUBREL, SUBSCRIBE, UNSUBSCRIBE and DISCONNECT: the sections with their numbers have a
 * statement on them. They are 0 for those that are not here [MQTT-2.2.2-2].
 */
const FLAGS: ByType = { 6: 2, 8: 2, 10: 2, 14: 0 };

/**
 * Bytes of the body. CONNACK has flags and a return code; PUBACK, PUBREC, PUBREL, PUBCOMP and UNSUBACK a Packet Identifier;
 * PINGREQ, PINGRESP and DISCONNECT nothing. The body of any other says how long it is.
 */
export const BODY_SIZES: ByType = { 2: 2, 4: 2, 5: 2, 6: 2, 7: 2, 11: 2, 12: 0, 13: 0, 14: 0 };

/** Throws for a packet type or flags that must not be. */
export function checkFirstByte(frame: Frame): void {
  const { type, flags } = frame;
  if (!type || type > DISCONNECT) fail(frame, 'bad-packet-type');
  if (type === PUBLISH) checkPublishFlags(frame);
  else if (flags !== (FLAGS[type] ?? 0))
    fail(frame, 'bad-flags', undefined, type in FLAGS ? `3.${type}.1-1` : '2.2.2-2');
}
