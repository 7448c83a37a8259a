// MQTT 3.1.1, section 3.1

import type { Frame } from '../frame.ts';
import { CONNECT, type QoS } from '../packet-type.ts';
import {
  beginBody,
  flag,
  newPacket,
  packetSizeWith,
  putBinary,
  putText,
  putTopicName,
  putU8,
  putU16,
  refuse,
  requireQos,
  writePacket,
} from '../wire/body.ts';
import { Reader } from '../wire/reader.ts';

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

export function encodeConnect(packet: ConnectFields): Uint8Array {
  putConnect(packet);
  return newPacket(CONNECT << 4);
}

export function encodeConnectInto(packet: ConnectFields, target: Uint8Array, at: number): number {
  putConnect(packet);
  return writePacket(CONNECT << 4, target, at);
}

export function connectSize(packet: ConnectFields): number {
  putConnect(packet);
  return packetSizeWith();
}

function putConnect({ clientId, cleanSession = true, keepAlive = 0, will, userName, password }: ConnectFields): void {
  if ((keepAlive & 0xffff) !== keepAlive) refuse('bad-keep-alive', `Keep Alive ${keepAlive}`);
  if (clientId === '' && !cleanSession) {
    refuse('bad-client-id', 'empty Client Identifier without Clean Session', 'MQTT-3.1.3-7');
  }
  if (password !== undefined && userName === undefined)
    refuse('bad-flags', 'password without user name', 'MQTT-3.1.2-22');
  let flags = flag(cleanSession, 2) | (userName === undefined ? 0 : 128) | (password === undefined ? 0 : 64);
  if (will) flags |= 4 | flag(will.retain, 32) | (requireQos(will.qos ?? 0, 'MQTT-3.1.2-14') << 3);
  beginBody();
  putText('MQTT');
  putU8(4);
  putU8(flags);
  putU16(keepAlive);
  putText(clientId);
  if (will) {
    putTopicName(will.topicName);
    putBinary(will.message);
  }
  if (userName !== undefined) putText(userName);
  if (password !== undefined) putBinary(password);
}

/**
 * Raises `bad-protocol` before anything behind the protocol level is judged, since only the level says what the layout is.
 * With `statement` MQTT-3.1.2-2 (the name is MQTT, the level is not 4) a server answers CONNACK 1; with MQTT-3.1.2-1 (another
 * protocol) it just closes. An empty Client Identifier with CleanSession 0 is `bad-client-id`: CONNACK 2. Any other error
 * gets no CONNACK [MQTT-3.1.4-1].
 */
export function decodeConnect(frame: Frame): ConnectPacket {
  const reader = new Reader(frame, CONNECT);
  if (reader.text('MQTT-1.5.3-1') !== 'MQTT')
    reader.refuse('bad-protocol', frame.start, 'MQTT-3.1.2-1', 'the protocol name is not MQTT');
  const level = reader.u8('MQTT-3.1.4-1');
  if (level !== 4) reader.refuse('bad-protocol', reader.at - 1, 'MQTT-3.1.2-2', `protocol level ${level}, not 4`);

  const flags = reader.u8('MQTT-3.1.4-1');
  const flagsAt = reader.at - 1;
  const willQos = (flags >> 3) & 3;
  if (flags & 1) reader.refuse('bad-flags', flagsAt, 'MQTT-3.1.2-3', 'the reserved Connect Flag is set');
  if (willQos === 3) reader.refuse('bad-qos', flagsAt, 'MQTT-3.1.2-14', 'both Will QoS bits are set');
  if (!(flags & 4)) {
    if (willQos) reader.refuse('bad-flags', flagsAt, 'MQTT-3.1.2-13', 'Will QoS without a Will');
    if (flags & 32) reader.refuse('bad-flags', flagsAt, 'MQTT-3.1.2-15', 'Will Retain without a Will');
  }
  if ((flags & 192) === 64) reader.refuse('bad-flags', flagsAt, 'MQTT-3.1.2-22', 'password without user name');

  const keepAlive = reader.u16('MQTT-3.1.4-1');
  const clientId = reader.text(reader.done ? 'MQTT-3.1.3-3' : 'MQTT-3.1.3-4');
  const cleanSession = (flags & 2) !== 0;
  if (clientId === '' && !cleanSession) {
    reader.refuse('bad-client-id', reader.at - 2, 'MQTT-3.1.3-8', 'empty Client Identifier without Clean Session');
  }
  const will =
    flags & 4
      ? {
          topicName: reader.topicName('MQTT-3.1.3-10'),
          message: reader.binary('MQTT-3.1.2-9'),
          qos: willQos as QoS,
          retain: (flags & 32) !== 0,
        }
      : undefined;
  const userName = flags & 128 ? reader.text(reader.done ? 'MQTT-3.1.2-19' : 'MQTT-3.1.3-11') : undefined;
  const password = flags & 64 ? reader.binary('MQTT-3.1.2-21') : undefined;
  reader.expectEnd('MQTT-3.1.4-1');
  return { type: CONNECT, clientId, cleanSession, keepAlive, will, userName, password };
}
