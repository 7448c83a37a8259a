import * as type from '../packet-type.ts';
import type { Span } from './span.ts';
import { Walk } from './walk.ts';

/** Names by the number of the packet type [table 2.1]. Types 0 and 15 are reserved. One text is smaller than a list of sixteen. */
const NAMES =
  'type 0,CONNECT,CONNACK,PUBLISH,PUBACK,PUBREC,PUBREL,PUBCOMP,SUBSCRIBE,SUBACK,UNSUBSCRIBE,UNSUBACK,PINGREQ,PINGRESP,DISCONNECT,type 15';

/**
 * The fields of the packet that begins at `at`, as far as its bytes go. It checks no rule, since the decoder does: a field that is too
 * long ends with the packet, and bytes after the last field are `surplus bytes`.
 */
export function spansOf(bytes: Uint8Array, at: number): Span[] {
  const walk = new Walk(bytes, at);
  const first = bytes[at]!;
  walk.take('Control Packet', 1, firstByteText(first));
  if (walk.remainingLength()) {
    fieldsOf(walk, first >> 4, first & 15);
    walk.rest('surplus bytes');
  }
  return walk.spans;
}

/** Names the body of a packet, in the order of the standard. PINGREQ, PINGRESP and DISCONNECT have none; nor have types 0 and 15. */
function fieldsOf(walk: Walk, packetType: number, flags: number): void {
  switch (packetType) {
    case type.CONNECT:
      connect(walk);
      break;
    case type.CONNACK:
      walk.number('Connect Acknowledge Flags', 1);
      walk.number('Connect Return code', 1);
      break;
    case type.PUBLISH:
      walk.prefixed('Topic Name');
      // The two bits of QoS: only QoS 1 and 2 have an identifier [MQTT-2.3.1-1] [MQTT-2.3.1-5].
      if (flags & 6) walk.number('Packet Identifier', 2);
      walk.rest('Application Message');
      break;
    case type.SUBSCRIBE:
      walk.number('Packet Identifier', 2);
      while (!walk.done) {
        walk.prefixed('Topic Filter');
        walk.number('Requested QoS', 1);
      }
      break;
    case type.SUBACK:
      walk.number('Packet Identifier', 2);
      while (!walk.done) walk.number('Return code', 1);
      break;
    case type.UNSUBSCRIBE:
      walk.number('Packet Identifier', 2);
      while (!walk.done) walk.prefixed('Topic Filter');
      break;
    case type.PUBACK:
    case type.PUBREC:
    case type.PUBREL:
    case type.PUBCOMP:
    case type.UNSUBACK:
      walk.number('Packet Identifier', 2);
  }
}

/** CONNECT [3.1]: ten bytes of header, then the fields that its flags announce: 4 a will, 128 a user name, 64 a password. */
function connect(walk: Walk): void {
  walk.prefixed('Protocol Name');
  const level = walk.number('Protocol Level', 1);
  // Another level has another layout: MQTT 5 has properties here. Nothing is left then, and the fields below take no byte.
  if (level !== 4) walk.rest('fields of another protocol');
  const flags = walk.number('Connect Flags', 1);
  walk.number('Keep Alive', 2);
  walk.prefixed('Client Identifier');
  if (flags & 4) {
    walk.prefixed('Will Topic');
    walk.prefixed('Will Message', false);
  }
  if (flags & 128) walk.prefixed('User Name');
  if (flags & 64) walk.prefixed('Password', false);
}

/** The first byte in words. Only in a PUBLISH do its low four bits have a meaning [2.2.2]. */
function firstByteText(first: number): string {
  const name = NAMES.split(',')[first >> 4]!;
  const flags = first & 15;
  if (first >> 4 !== type.PUBLISH) return flags ? `${name}, flags ${flags}` : name;
  return `${name}, QoS ${(flags >> 1) & 3}${flags & 8 ? ', DUP' : ''}${flags & 1 ? ', RETAIN' : ''}`;
}
