// MQTT 3.1.1, section 3.1

import { type Frame, fail } from '../frame.ts';
import { CONNECT, type QoS } from '../packet-type.ts';
import { flag, refuse, requireQos } from '../wire/check.ts';
import { NOTHING } from '../wire/nothing.ts';
import { expectEnd, open, readBinary, readText, readU8, readU16, refuseField } from '../wire/reader.ts';
import { binaryLength, clearStage, finish, finishInto, putBinary, putText, putU8, putU16 } from '../wire/stage.ts';
import { ANY_TEXT, WILL_TOPIC } from '../wire/text-rule.ts';

/** What the server publishes for a client whose connection ends without DISCONNECT. */
export interface Will {
  readonly topicName: string;
  readonly message: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
}

export interface ConnectPacket {
  readonly type: typeof CONNECT;
  readonly clientId: string;
  readonly cleanSession: boolean;
  /** Seconds, 0 to 65,535; 0 turns it off. */
  readonly keepAlive: number;
  readonly will?: Will | undefined;
  readonly userName?: string | undefined;
  /** Decoded: a view into the bytes that were received. */
  readonly password?: Uint8Array | undefined;
}

/** `cleanSession` is true and `keepAlive` 0 when left out; a will's `qos` is 0 and its `retain` false. */
export interface ConnectFields {
  readonly clientId: string;
  readonly cleanSession?: boolean | undefined;
  readonly keepAlive?: number | undefined;
  readonly will?: (Pick<Will, 'topicName' | 'message'> & Partial<Will>) | undefined;
  readonly userName?: string | undefined;
  readonly password?: Uint8Array | undefined;
}

const CONNECT_FORMAT = '3.1.4-1';

const PROTOCOL = [0, 4, 77, 81, 84, 84, 4]; // the name MQTT, level 4

export function encodeConnect(packet: ConnectFields): Uint8Array {
  return finish(CONNECT << 4, 0, stageConnect(packet));
}

export function encodeConnectInto(packet: ConnectFields, target: Uint8Array, at: number): number {
  return finishInto(CONNECT << 4, target, at, 0, stageConnect(packet));
}

/** Returns the last field, the password: it does not stand on the stage. */
function stageConnect(packet: ConnectFields): Uint8Array {
  const { clientId, cleanSession = true, keepAlive = 0, will, userName, password } = packet;
  if ((keepAlive & 0xffff) !== keepAlive) refuse('bad-keep-alive');
  if (clientId === '' && !cleanSession) refuse('bad-client-id', '3.1.3-7');
  if (password !== undefined && userName === undefined) refuse('bad-flags', '3.1.2-22');
  clearStage();
  for (let i = 0; i < 7; i++) putU8(PROTOCOL[i]!);
  putU8(
    flag(cleanSession, 2) |
      (will ? 4 | (requireQos(will.qos ?? 0, '3.1.2-14') << 3) | flag(will.retain, 32) : 0) |
      flag(password !== undefined, 64) |
      flag(userName !== undefined, 128),
  );
  putU16(keepAlive);
  putText(clientId, ANY_TEXT);
  if (will) {
    putText(will.topicName, WILL_TOPIC);
    putBinary(will.message);
  }
  if (userName !== undefined) putText(userName, ANY_TEXT);
  if (password === undefined) return NOTHING;
  putU16(binaryLength(password));
  return password;
}

/**
 * Raises `bad-protocol` before anything behind the protocol level is judged, since only the level says what the layout is.
 * With `statement` MQTT-3.1.2-2 (the name is MQTT, the level is not 4) a server answers CONNACK 1; with MQTT-3.1.2-1 (another
 * protocol) it just closes. An empty Client Identifier with CleanSession 0 is `bad-client-id`: CONNACK 2. Any other error
 * gets no CONNACK [MQTT-3.1.4-1].
 */
export function decodeConnect(frame: Frame): ConnectPacket {
  open(frame, CONNECT);
  if (readText(CONNECT_FORMAT, '1.5.3-1', ANY_TEXT) !== 'MQTT') fail(frame, 'bad-protocol', frame.start, '3.1.2-1');
  if (readU8(CONNECT_FORMAT) !== 4) refuseField('bad-protocol', 1, '3.1.2-2');

  const flags = readU8(CONNECT_FORMAT);
  const willQos = (flags >> 3) & 3;
  if (flags & 1) refuseField('bad-flags', 1, '3.1.2-3');
  if (willQos === 3) refuseField('bad-qos', 1, '3.1.2-14');
  if (!(flags & 4)) {
    if (willQos) refuseField('bad-flags', 1, '3.1.2-13');
    if (flags & 32) refuseField('bad-flags', 1, '3.1.2-15');
  }
  if ((flags & 192) === 64) refuseField('bad-flags', 1, '3.1.2-22');

  const keepAlive = readU16(CONNECT_FORMAT);
  const clientId = readText('3.1.3-3', '3.1.3-4', ANY_TEXT);
  const cleanSession = (flags & 2) !== 0;
  if (clientId === '' && !cleanSession) refuseField('bad-client-id', 2, '3.1.3-8');
  const will =
    flags & 4
      ? {
          topicName: readText('3.1.2-9', '3.1.3-10', WILL_TOPIC),
          message: readBinary('3.1.2-9'),
          qos: willQos as QoS,
          retain: (flags & 32) !== 0,
        }
      : undefined;
  const userName = flags & 128 ? readText('3.1.2-19', '3.1.3-11', ANY_TEXT) : undefined;
  const password = flags & 64 ? readBinary('3.1.2-21') : undefined;
  expectEnd(CONNECT_FORMAT);
  return { type: CONNECT, clientId, cleanSession, keepAlive, will, userName, password };
}
