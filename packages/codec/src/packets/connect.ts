// MQTT 3.1.1, section 3.1

import { type Frame, fail, viewOf } from '../frame.ts';
import { CONNECT, type QoS } from '../packet-type.ts';
import { addBinary, addText, type Body, encoder, encoderInto, flag } from '../wire/encode.ts';
import { needs, refuse, requireNumber } from '../wire/misuse.ts';
import { bodyOf, expectEnd, prefixedEnd, u8At, u16At } from '../wire/reader.ts';
import { readText, type TextRule, WILL_TOPIC } from '../wire/text.ts';

/** What the server publishes for a client whose connection ends without DISCONNECT. */
export interface Will {
  /** Will Topic: 1 to 65,535 bytes of UTF-8 without U+0000, `#` and `+`. */
  readonly topicName: string;
  /** Will Message: up to 65,535 bytes. Decoded: a view into the bytes that were received. */
  readonly message: Uint8Array;
  /** The QoS with which it is published. */
  readonly qos: QoS;
  /** Whether it is published as a retained message. */
  readonly retain: boolean;
}

/** The first packet of a client [MQTT-3.1.0-1]. */
export interface ConnectPacket {
  readonly type: typeof CONNECT;
  /** Up to 65,535 bytes of UTF-8. If empty, the server gives the client one; that needs `cleanSession` [MQTT-3.1.3-7]. */
  readonly clientId: string;
  /** Whether the Session is new, and ends with the connection [MQTT-3.1.2-6]. */
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

/** The fields of a CONNECT. A will without `qos` has 0, without `retain` false. */
export interface ConnectFields {
  /** Up to 65,535 bytes of UTF-8. Empty only with `cleanSession`. */
  readonly clientId: string;
  /** Whether the Session is new. Default true. */
  readonly cleanSession?: boolean | undefined;
  /** Seconds, 0 to 65,535. Default 0: no keep-alive. */
  readonly keepAlive?: number | undefined;
  /** Default: no will. */
  readonly will?: (Pick<Will, 'topicName' | 'message'> & Partial<Will>) | undefined;
  /** Default: no user name. */
  readonly userName?: string | undefined;
  /** Default: no password. It needs a user name [MQTT-3.1.2-22]. */
  readonly password?: Uint8Array | undefined;
}

/** The statement that asks a server to check the format of a CONNECT. */
const CONNECT_FORMAT = '3.1.4-1';

/**
 * The bytes of a CONNECT in a new array: a password is never written to shared memory. Throws what `encodeConnectInto` throws.
 *
 * @example
 * const bytes = encodeConnect({ clientId: 'meter-7', keepAlive: 60, userName: 'hub/meter-7', password: encodeUtf8('token') });
 */
export const encodeConnect: (packet: ConnectFields) => Uint8Array = /* @__PURE__ */ encoder(0x10, connectBody);

/**
 * Writes a CONNECT at `target[at]` and returns where it ends. Throws an EncodeError for a packet that MQTT forbids, a TypeError
 * for a field of another type, or `no-room` with the bytes `needed`, and has then written nothing.
 */
export const encodeConnectInto: (packet: ConnectFields, target: Uint8Array, at: number) => number =
  /* @__PURE__ */ encoderInto(0x10, connectBody);

function connectBody(packet: ConnectFields): Body {
  const { clientId, cleanSession = true, keepAlive = 0, will, userName, password } = packet ?? {};
  let flags = flag('cleanSession', cleanSession, 2);
  requireNumber('bad-keep-alive', 'keepAlive', keepAlive, 0, 65535);
  // Protocol Name [MQTT-3.1.2-1] and Level [MQTT-3.1.2-2], Connect Flags, Keep Alive.
  const body: Body = { _fields: ['MQTT', 4, 0, keepAlive >> 8, keepAlive], _size: 10 };

  addText(body, 'clientId', clientId);
  if (!clientId && !flags) refuse('bad-client-id', 'clientId', '3.1.3-7');
  if (will !== undefined) {
    if (Object(will) !== will) needs('will', 'an object', will);
    const { topicName, message, qos = 0, retain } = will;
    flags |= 4 | (requireNumber('bad-qos', 'will.qos', qos, 0, 2, '3.1.2-14') << 3) | flag('will.retain', retain, 32);
    addText(body, 'will.topicName', topicName, WILL_TOPIC);
    addBinary(body, 'will.message', message);
  }
  if (userName !== undefined) {
    flags |= 128;
    addText(body, 'userName', userName);
  }
  if (password !== undefined) {
    flags |= 64;
    if (userName === undefined) refuse('bad-flags', 'password', '3.1.2-22');
    addBinary(body, 'password', password);
  }
  body._fields[2] = flags;
  return body;
}

/**
 * A CONNECT from its frame. Throws a DecodeError, and its `statement` tells a server what to answer. MQTT-3.1.2-2 (`bad-protocol`, the
 * level is not 4): CONNACK 1. MQTT-3.1.2-1 (`bad-protocol`, the name is not MQTT): no answer, close. MQTT-3.1.3-8 (`bad-client-id`, an
 * empty Client Identifier with CleanSession 0): CONNACK 2. Any other: no answer, close [MQTT-3.1.4-1]. The protocol is checked before
 * all that follows it, since another level has another layout.
 *
 * @example
 * const framer = new Framer();
 * framer.push(encodeConnect({ clientId: 'meter-7' }));
 * const { clientId } = decodeConnect(framer.next()!); // 'meter-7'
 */
export function decodeConnect(frame: Frame): ConnectPacket {
  let at = bodyOf(frame, CONNECT);
  // Reads the length of a field: `next` returns where the content begins, and sets `at` to its end. Arguments are evaluated from left
  // to right, so an `at` after a `next` is that end.
  const next = (statement: string): number => {
    const start = at + 2;
    at = prefixedEnd(frame, at, statement);
    return start;
  };
  const text = (statement: string, illFormed: string, rule?: TextRule): string =>
    readText(frame, next(statement), at, illFormed, rule);
  const binary = (statement: string): Uint8Array => viewOf(frame.bytes, next(statement), at);

  if (text(CONNECT_FORMAT, '1.5.3-1') !== 'MQTT') fail(frame, 'bad-protocol', frame.start, '3.1.2-1');
  if (u8At(frame, at, CONNECT_FORMAT) !== 4) fail(frame, 'bad-protocol', at, '3.1.2-2');

  // Connect Flags: user name 128, password 64, will retain 32, will QoS 8 and 16, will 4, clean session 2, reserved 1 [3.1.2.3].
  const flags = u8At(frame, ++at, CONNECT_FORMAT);
  const willQos = (flags >> 3) & 3;
  if (flags & 1) fail(frame, 'bad-flags', at, '3.1.2-3');
  if (willQos === 3) fail(frame, 'bad-qos', at, '3.1.2-14');
  if (!(flags & 4)) {
    if (willQos) fail(frame, 'bad-flags', at, '3.1.2-13');
    if (flags & 32) fail(frame, 'bad-flags', at, '3.1.2-15');
  }
  if ((flags & 192) === 64) fail(frame, 'bad-flags', at, '3.1.2-22');

  const keepAlive = u16At(frame, ++at, CONNECT_FORMAT);
  at += 2;
  const clientId = text('3.1.3-3', '3.1.3-4');
  const cleanSession = !!(flags & 2);
  if (!clientId && !cleanSession) fail(frame, 'bad-client-id', at - 2, '3.1.3-8');
  const will =
    flags & 4
      ? {
          topicName: text('3.1.2-9', '3.1.3-10', WILL_TOPIC),
          message: binary('3.1.2-9'),
          qos: willQos as QoS,
          retain: !!(flags & 32),
        }
      : undefined;
  const userName = flags & 128 ? text('3.1.2-19', '3.1.3-11') : undefined;
  const password = flags & 64 ? binary('3.1.2-21') : undefined;
  expectEnd(frame, at, CONNECT_FORMAT);
  return { type: CONNECT, clientId, cleanSession, keepAlive, will, userName, password };
}
