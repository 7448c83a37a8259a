// MQTT 3.1.1, section 3.1

import type { Frame } from '../frame.ts';
import { CONNECT, type QoS } from '../packet-type.ts';
import {
  addBinary,
  addText,
  addU8,
  addU16,
  type Body,
  encode,
  encodeInto,
  flag,
  requireQos,
  requireU16,
} from '../wire/encode.ts';
import { needs, refuse } from '../wire/misuse.ts';
import { expectEnd, open, readBinary, readString, readU8, readU16, refuseField } from '../wire/reader.ts';
import { ANY_TEXT, WILL_TOPIC } from '../wire/text.ts';

/** What the server publishes for a client whose connection ends without DISCONNECT. */
export interface Will {
  /** Will Topic: 1 to 65,535 bytes of UTF-8 without U+0000, `#` and `+`. */
  readonly topicName: string;
  /** Will Message: up to 65,535 bytes. Decoded: a view into the bytes that were received. */
  readonly message: Uint8Array;
  /** With which it is published. */
  readonly qos: QoS;
  /** Whether it is published as a retained message. */
  readonly retain: boolean;
}

/** The first packet of a client [MQTT-3.1.0-1]. */
export interface ConnectPacket {
  readonly type: typeof CONNECT;
  /** Up to 65,535 bytes of UTF-8. Empty: the server gives one, with `cleanSession` only [MQTT-3.1.3-7]. */
  readonly clientId: string;
  /** Whether the Session begins anew, and ends with the connection [MQTT-3.1.2-6]. */
  readonly cleanSession: boolean;
  /** Seconds, 0 to 65,535; 0 turns it off. */
  readonly keepAlive: number;
  /** Published by the server if the connection ends without DISCONNECT. */
  readonly will?: Will | undefined;
  /** Up to 65,535 bytes of UTF-8. */
  readonly userName?: string | undefined;
  /** Up to 65,535 bytes, only with a user name [MQTT-3.1.2-22]. Decoded: a view into the bytes that were received. */
  readonly password?: Uint8Array | undefined;
}

/** `cleanSession` is true and `keepAlive` 0 when left out; a will's `qos` is 0 and its `retain` false. */
export interface ConnectFields {
  /** Up to 65,535 bytes of UTF-8. Empty only with `cleanSession`. */
  readonly clientId: string;
  /** Whether the Session begins anew. Default true. */
  readonly cleanSession?: boolean | undefined;
  /** Seconds, 0 to 65,535; 0, which is the default, turns it off. */
  readonly keepAlive?: number | undefined;
  /** Left out: none. */
  readonly will?: (Pick<Will, 'topicName' | 'message'> & Partial<Will>) | undefined;
  /** Left out: none. */
  readonly userName?: string | undefined;
  /** Left out: none. Only with a user name. */
  readonly password?: Uint8Array | undefined;
}

/** The statement that asks a server to judge the format of a CONNECT. */
const CONNECT_FORMAT = '3.1.4-1';

/**
 * The bytes of a CONNECT, in memory of their own: a password lies in no shared memory. Throws as `encodeConnectInto` does.
 *
 * @example
 * const bytes = encodeConnect({ clientId: 'meter-7', keepAlive: 60, userName: 'hub/meter-7', password: encodeUtf8('token') });
 */
export function encodeConnect(packet: ConnectFields): Uint8Array {
  return encode(CONNECT << 4, fieldsOf(packet));
}

/**
 * Writes a CONNECT at `target[at]` and returns where it ends. Throws an EncodeError for a packet that MQTT forbids, a TypeError
 * for a field of another type, or `no-room` with the bytes `needed`, and has then written nothing.
 */
export function encodeConnectInto(packet: ConnectFields, target: Uint8Array, at: number): number {
  return encodeInto(CONNECT << 4, fieldsOf(packet), target, at);
}

/** So that the fields of a will are read in one place, once each. */
const NO_WILL: Partial<Will> = {};

function fieldsOf(packet: ConnectFields): Body {
  const { clientId, cleanSession = true, keepAlive = 0, will, userName, password } = packet;
  if (will !== undefined && Object(will) !== will) needs('will', 'an object', will);
  const { topicName, message, qos = 0, retain } = will ?? NO_WILL;
  const flags =
    flag('cleanSession', cleanSession, 2) |
    (will ? 4 : 0) |
    (requireQos('will.qos', qos, '3.1.2-14') << 3) |
    flag('will.retain', retain, 32) |
    (password === undefined ? 0 : 64) |
    (userName === undefined ? 0 : 128);
  if (clientId === '' && !(flags & 2)) refuse('bad-client-id', 'clientId', '3.1.3-7');
  if ((flags & 192) === 64) refuse('bad-flags', 'password', '3.1.2-22');

  const body: Body = { fields: [], size: 0 };
  addText(body, '', 'MQTT', ANY_TEXT); // Protocol Name [MQTT-3.1.2-1]
  addU8(body, 4); // Protocol Level [MQTT-3.1.2-2]
  addU8(body, flags);
  addU16(body, requireU16('bad-keep-alive', 'keepAlive', keepAlive, 0));
  addText(body, 'clientId', clientId, ANY_TEXT);
  if (will) {
    addText(body, 'will.topicName', topicName!, WILL_TOPIC);
    addBinary(body, 'will.message', message!);
  }
  if (userName !== undefined) addText(body, 'userName', userName, ANY_TEXT);
  if (password !== undefined) addBinary(body, 'password', password);
  return body;
}

/**
 * Raises `bad-protocol` before anything behind the protocol level is judged, since only the level says what the layout is.
 * With `statement` MQTT-3.1.2-2 (the name is MQTT, the level is not 4) a server answers CONNACK 1; with MQTT-3.1.2-1 (another
 * protocol) it just closes. An empty Client Identifier with CleanSession 0 is `bad-client-id`: CONNACK 2. Any other error
 * gets no CONNACK [MQTT-3.1.4-1].
 */
export function decodeConnect(frame: Frame): ConnectPacket {
  const reader = open(frame, CONNECT);
  const name = readString(reader, CONNECT_FORMAT, '1.5.3-1', ANY_TEXT);
  if (name !== 'MQTT') refuseField(reader, 'bad-protocol', reader.at - frame.start, '3.1.2-1');
  if (readU8(reader, CONNECT_FORMAT) !== 4) refuseField(reader, 'bad-protocol', 1, '3.1.2-2');

  // Connect Flags: user name 128, password 64, will retain 32, will QoS 8 and 16, will 4, clean session 2, reserved 1 [3.1.2.3].
  const flags = readU8(reader, CONNECT_FORMAT);
  const willQos = (flags >> 3) & 3;
  if (flags & 1) refuseField(reader, 'bad-flags', 1, '3.1.2-3');
  if (willQos === 3) refuseField(reader, 'bad-qos', 1, '3.1.2-14');
  if (!(flags & 4)) {
    if (willQos) refuseField(reader, 'bad-flags', 1, '3.1.2-13');
    if (flags & 32) refuseField(reader, 'bad-flags', 1, '3.1.2-15');
  }
  if ((flags & 192) === 64) refuseField(reader, 'bad-flags', 1, '3.1.2-22');

  const keepAlive = readU16(reader, CONNECT_FORMAT);
  const clientId = readString(reader, '3.1.3-3', '3.1.3-4', ANY_TEXT);
  const cleanSession = (flags & 2) !== 0;
  if (clientId === '' && !cleanSession) refuseField(reader, 'bad-client-id', 2, '3.1.3-8');
  const will =
    flags & 4
      ? {
          topicName: readString(reader, '3.1.2-9', '3.1.3-10', WILL_TOPIC),
          message: readBinary(reader, '3.1.2-9'),
          qos: willQos as QoS,
          retain: (flags & 32) !== 0,
        }
      : undefined;
  const userName = flags & 128 ? readString(reader, '3.1.2-19', '3.1.3-11', ANY_TEXT) : undefined;
  const password = flags & 64 ? readBinary(reader, '3.1.2-21') : undefined;
  expectEnd(reader, CONNECT_FORMAT);
  return { type: CONNECT, clientId, cleanSession, keepAlive, will, userName, password };
}
