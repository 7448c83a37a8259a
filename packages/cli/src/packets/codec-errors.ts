import type { CodecErrorCode } from '@mote/codec';

/** What is said of one code. */
export interface CodecExplanation {
  readonly what: string;
  readonly causes: readonly string[];
  readonly check: string;
  readonly fix: string;
}

const INSPECT = '`mote inspect` marks the byte and names the statement of the standard.';
const PEER =
  'If the peer sent it, the peer is at fault: close the connection. If we were to send it, correct the argument.';

const broken = (what: string, ...causes: readonly string[]): CodecExplanation => ({
  what,
  causes,
  check: INSPECT,
  fix: PEER,
});

/** Codes of the codec. The type names each of them, so a code without an explanation does not compile. */
export const CODEC_ERRORS: Readonly<Record<CodecErrorCode, CodecExplanation>> = {
  'bad-client-id': broken(
    'A CONNECT without a client identifier asks to keep its session, which nobody could find again.',
    'an empty client id with CleanSession 0',
  ),
  'bad-flags': broken(
    'Flag bits that the standard reserves, or that exclude each other, are set.',
    'a reserved bit of the fixed header',
    'DUP on QoS 0',
    'a password without a user name',
    'a will QoS or RETAIN without a will',
  ),
  'bad-keep-alive': broken(
    'Keep Alive is no whole number of seconds from 0 to 65,535.',
    'milliseconds given for seconds',
  ),
  'bad-packet-id': broken(
    'A packet identifier is 0, missing, out of range, or stands on QoS 0.',
    'a counter that starts at 0 or runs over 65,535',
  ),
  'bad-packet-type': broken(
    'Packet types 0 and 15 do not exist, or the frame is of another type than the decoder called.',
    'bytes that are not MQTT',
    'a stream that has lost its place',
    'MQTT 5 (AUTH is type 15)',
  ),
  'bad-protocol': broken(
    'A CONNECT for another protocol or another level than MQTT 3.1.1.',
    'MQTT 5 (level 5)',
    'MQTT 3.1 (`MQIsdp`, level 3)',
  ),
  'bad-qos': broken('A quality of service other than 0, 1 or 2.', 'both QoS bits set'),
  'bad-return-code': broken(
    'A return code that the standard reserves.',
    'an MQTT 5 reason code',
    'a server that invents codes',
  ),
  'bad-string': broken(
    'A text is no well-formed UTF-8, contains U+0000, or is longer than 65,535 bytes.',
    'a lone surrogate',
    'Latin-1 bytes',
    'an overlong form',
  ),
  'bad-topic': broken(
    'A topic name or filter is empty, or has a wildcard where none may stand.',
    '`+` or `#` in a topic name',
    '`#` that is not the last level',
    'a wildcard beside other characters of a level',
  ),
  'empty-payload': broken('A SUBSCRIBE, SUBACK or UNSUBSCRIBE with an empty list.', 'an empty list of filters'),
  'malformed-length': broken(
    'The Remaining Length goes on after four bytes, or cannot be that of this packet type.',
    'bytes that are not MQTT',
    'a stream that has lost its place',
  ),
  'no-room': {
    what: 'The target is too small for the packet; nothing was written.',
    causes: ['a buffer of a fixed size'],
    check: '`needed` of the error is the number of bytes the packet takes.',
    fix: 'Give a larger target, or ask packetSize() first.',
  },
  'packet-too-large': {
    what: 'The packet is larger than `maxPacketSize` allows, or than MQTT can state.',
    causes: ['a peer that announces more than it should', 'a limit set too low for what the peer must send'],
    check: '`mote inspect` shows the announced length.',
    fix: 'Raise `maxPacketSize` of the Framer if such packets are expected; else close the connection.',
  },
  'trailing-bytes': broken(
    'Bytes are left behind the last field of the packet.',
    'an MQTT 5 packet (properties, reason codes)',
    'a wrong Remaining Length',
  ),
  truncated: broken(
    'A field reaches past the end of its packet.',
    'a wrong length in front of a text',
    'an empty or cut packet',
  ),
};
