import { type Frame, fail } from '../frame.ts';
import { DISCONNECT, PUBLISH } from '../packet-type.ts';
import { checkPublishFlags } from '../packets/publish.ts';

/** The low four bits of the first byte, and bytes of the body: undefined if the body itself says how long it is. */
interface HeaderRule {
  readonly flags: number;
  readonly body: number | undefined;
}

/** CONNECT, PUBLISH and SUBACK say in their bodies how long they are. */
const ANY_BODY: HeaderRule = { flags: 0, body: undefined };
/** A Packet Identifier; of a CONNACK flags and return code. */
const TWO_BYTES: HeaderRule = { flags: 0, body: 2 };
const NO_BODY: HeaderRule = { flags: 0, body: 0 };
/** SUBSCRIBE and UNSUBSCRIBE have reserved flags that must be 0010 [MQTT-3.8.1-1] [MQTT-3.10.1-1]. */
const REQUEST: HeaderRule = { flags: 2, body: undefined };

/** The rule of each packet type, by its number [table 2.1] [table 2.2]. Types 0 and 15 are reserved: no packet has them. */
const TYPES: readonly (HeaderRule | undefined)[] = [
  undefined,
  ANY_BODY, // CONNECT
  TWO_BYTES, // CONNACK
  ANY_BODY, // PUBLISH: its flags are fields, judged in packets/publish.ts
  TWO_BYTES, // PUBACK
  TWO_BYTES, // PUBREC
  { flags: 2, body: 2 }, // PUBREL
  TWO_BYTES, // PUBCOMP
  REQUEST, // SUBSCRIBE
  ANY_BODY, // SUBACK
  REQUEST, // UNSUBSCRIBE
  TWO_BYTES, // UNSUBACK
  NO_BODY, // PINGREQ
  NO_BODY, // PINGRESP
  NO_BODY, // DISCONNECT
];

/**
 * Throws for a fixed header that breaks its rule: as soon as it is there, before its body has come, so that a peer cannot make us
 * wait for, or keep, what will be refused. A `remainingLength` of -1 is not known yet.
 */
export function checkHeader(frame: Frame, remainingLength: number): void {
  const { type, flags } = frame;
  const rule = TYPES[type];
  if (!rule) fail(frame, 'bad-packet-type', 0);
  if (type === PUBLISH) checkPublishFlags(frame);
  else if (flags !== rule.flags) {
    // Four types have a statement of their own, in the section that has the number of the type.
    fail(frame, 'bad-flags', 0, rule.flags || type === DISCONNECT ? `3.${type}.1-1` : '2.2.2-2');
  }
  const { body } = rule;
  if (remainingLength >= 0 && body !== undefined && body !== remainingLength) {
    fail(frame, remainingLength > body ? 'trailing-bytes' : 'truncated', 1);
  }
}
