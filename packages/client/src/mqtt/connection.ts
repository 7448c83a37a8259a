import {
  CONNACK,
  CONNECT,
  type ConnectPacket,
  DecodeError,
  DISCONNECT,
  decodeConnack,
  decodePingresp,
  encodeConnectInto,
  encodeDisconnectInto,
  encodePingreqInto,
  type Frame,
  Framer,
  type Packet,
  PINGREQ,
  PINGRESP,
  type PreparedPublish,
} from '@mote/codec';
import type {
  Connection,
  ConnectionFailure,
  ConnectionOptions,
  Decoders,
  EncodeInto,
  Phase,
} from './connection-options.ts';
import { PeerViolation } from './peer-violation.ts';
import { slept } from './slept.ts';

// One network connection, from CONNECT to DISCONNECT. It checks which packet is allowed when, and whether the peer is still there.
// - Before CONNACK only CONNECT is sent. After DISCONNECT, or the first violation by the peer, nothing is sent or read any more
//   [MQTT-4.8.0-1].
// - It handles CONNACK and PINGRESP. All other packets must be in `decoders`; `onPacket` handles them.
// - Packets are written into one buffer, and `flush` returns it: so all packets of one turn are one write to the socket.
// - Only a DecodeError and a PeerViolation are faults of the peer. Any other error is a bug of ours, and is thrown on.

/** Bytes of the largest buffer for a new turn. A turn stops at 64 KiB, after one more packet; larger ones make it grow. */
const LARGEST_START = 131_072;
const NOTHING = new Uint8Array(0);

/**
 * A Connection. Nothing is written until `start`.
 * - It is a class, so that all connections of a process share its methods: see client.ts for what that saves.
 * - Whoever uses it sees the interface alone, so its fields need not be private, and functions can read them: `a._x` is shorter than
 *   `this._x`.
 */
export class MqttConnection implements Connection {
  declare readonly _framer: Framer;
  declare readonly _decoders: Decoders;
  declare readonly _onPacket: ConnectionOptions['onPacket'];
  declare readonly _trace: ConnectionOptions['trace'];
  declare readonly _pingTimeoutMs: number;
  /** After `start` its password is masked. */
  declare _connect: ConnectPacket;
  declare _failure: ConnectionFailure | undefined;
  /** True after a late wake-up. It allows one more ping before the connection counts as lost. */
  declare _secondChance: boolean | undefined;
  _phase: Phase = 'idle';
  /** When bytes were last sent, and last received. */
  _wroteAt = 0;
  _heardAt = 0;
  /** When the PINGREQ was sent that is not answered yet. */
  _pingedAt: number | undefined;
  _out: Uint8Array = NOTHING;
  _end = 0;
  /** Bytes of the last write. The next buffer gets this size, since most turns write about as much. */
  _usual = 128;

  constructor(options: ConnectionOptions) {
    // The options are read one by one, so that their object can be freed: it takes 0.7 KB for each connection of the general client.
    const { clientId, userName, password, will, cleanSession = true, keepAlive, maxPacketSize } = options;
    this._framer = new Framer({ maxPacketSize });
    this._decoders = options.decoders;
    this._onPacket = options.onPacket;
    this._trace = options.trace;
    this._pingTimeoutMs = options.pingTimeoutMs ?? Math.min(10_000, keepAlive * 1000);
    this._connect = { type: CONNECT, clientId, cleanSession, keepAlive, will, userName, password };
  }

  phase(): Phase {
    return this._phase;
  }

  pending(): number {
    return this._end;
  }

  wakeAt(): number {
    const { _pingedAt: pingedAt, _heardAt: heardAt, _pingTimeoutMs: timeout } = this;
    const { keepAlive } = this._connect;
    if (this._phase !== 'open') return Infinity;
    if (pingedAt !== undefined)
      // A long packet may come before PINGRESP, so received bytes give the peer more time. But not without end: a peer that sends
      // single bytes and never a PINGRESP is lost 1.5 times keepAlive after the ping.
      return Math.min(Math.max(pingedAt, heardAt) + timeout, pingedAt + Math.max(timeout, keepAlive * 1500));
    // The ping is due after three quarters of keepAlive, so that it arrives in time. It counts from our last write [MQTT-3.1.2-23] or
    // from the last bytes of the peer, whichever was earlier: so neither a caller who publishes all the time nor a peer that sends all
    // the time can put it off.
    return Math.min(this._wroteAt, heardAt) + (keepAlive || Infinity) * 750;
  }

  start(): void {
    requirePhase(this, 'idle');
    const packet = this._connect;
    this._phase = 'connecting';
    this._connect = { ...packet, password: packet.password?.map(() => 0x2a) };
    write(this, encodeConnectInto, packet, 0, this._connect);
  }

  send<Sent extends Packet>(encodeInto: EncodeInto<Sent>, packet: Sent, bound: number = 64): void {
    requirePhase(this, 'open');
    write(this, encodeInto, packet, bound, packet);
  }

  publish(prepared: PreparedPublish, payload: Uint8Array, packetId: number | undefined, dup: boolean): void {
    requirePhase(this, 'open');
    const start = this._end;
    const out = reserve(this, prepared.size(payload.length));
    this._end = prepared.encodeInto(payload, packetId, out, start);
    if (dup) out[start]! |= 8;
    this._trace?.('sent', decodeOwn(this._decoders, out.subarray(start, this._end))!);
  }

  disconnect(): void {
    this.send(encodeDisconnectInto, { type: DISCONNECT });
    this._phase = 'closed';
  }

  receive(bytes: Uint8Array, now: number): ConnectionFailure | undefined {
    if (this._phase === 'closed') return undefined;
    this._heardAt = now;
    try {
      const { _framer: framer } = this;
      framer.push(bytes);
      // Handling a packet may close the connection.
      for (let frame = framer.next(); frame; frame = this.phase() === 'closed' ? undefined : framer.next())
        onFrame(this, frame);
    } catch (cause) {
      const { reason = 'malformed-packet', packetType, packetId } = cause as Partial<PeerViolation>;
      fail(this, { code: 'protocol-violation', reason, packetType, packetId, cause });
      if (!(cause instanceof PeerViolation || cause instanceof DecodeError)) throw cause;
    }
    return this._failure;
  }

  wake(now: number): ConnectionFailure | undefined {
    const late = now - this.wakeAt();
    if (late >= 0) {
      const waited = this._pingedAt !== undefined;
      // If the machine has slept, PINGRESP may lie unread in the socket: so one more ping is sent before the connection counts as lost.
      if (waited && (!slept(late) || this._secondChance))
        fail(this, { code: 'connection-lost', reason: 'no-pingresp' });
      else {
        this._secondChance = waited;
        this._pingedAt = now;
        this.send(encodePingreqInto, { type: PINGREQ });
      }
    }
    return this._failure;
  }

  flush(now: number): Uint8Array | undefined {
    const { _end: end } = this;
    if (!end) return undefined;
    const bytes = this._out.subarray(0, end);
    this._usual = Math.min(end, LARGEST_START);
    this._out = NOTHING;
    this._end = 0;
    this._wroteAt = now;
    return bytes;
  }
}

/** Encodes a packet into the buffer. `shown` is the packet for `trace`, with its password masked. */
function write<Sent extends Packet>(
  to: MqttConnection,
  encodeInto: EncodeInto<Sent>,
  packet: Sent,
  bound: number,
  shown: Packet,
): void {
  const { _end: end } = to;
  try {
    to._end = encodeInto(packet, reserve(to, bound), end);
  } catch (error) {
    // Only a `no-room` error has `needed`, and then nothing was written. Any other error is thrown again by the second call.
    to._end = encodeInto(packet, reserve(to, (error as { needed: number }).needed), end);
  }
  to._trace?.('sent', shown);
}

/** Makes room for `count` more bytes, and returns the buffer. The size doubles, so that the copies of a long turn take linear time. */
function reserve(to: MqttConnection, count: number): Uint8Array {
  const { _out: out, _end: end } = to;
  if (!(out.length - end < count)) return out;
  const larger = new Uint8Array(Math.max(end + count, end * 2, to._usual));
  larger.set(out.subarray(0, end));
  to._out = larger;
  return larger;
}

function onFrame(from: MqttConnection, frame: Frame): void {
  const { type } = frame;
  const decode = type === CONNACK ? decodeConnack : type === PINGRESP ? decodePingresp : from._decoders[type];
  if (!decode || from._phase !== (type === CONNACK ? 'connecting' : 'open'))
    throw new PeerViolation('unexpected-packet', { packetType: type });
  const packet = decode(frame);
  from._trace?.('received', packet);
  if (packet.type === CONNACK) {
    const { returnCode, sessionPresent } = packet;
    if (returnCode) fail(from, { code: 'connection-refused', reason: 'connack-refused', returnCode });
    else if (sessionPresent && from._connect.cleanSession) throw new PeerViolation('session-present');
    else from._phase = 'open';
  }
  // A PINGRESP without a PINGREQ is accepted, since it also proves that the peer is there.
  if (type === PINGRESP) from._pingedAt = undefined;
  else if (from._phase === 'open') from._onPacket(packet);
}

/** Ends the connection. Bytes that were written and not flushed are dropped. */
function fail(from: MqttConnection, why: ConnectionFailure): void {
  from._phase = 'closed';
  from._out = NOTHING;
  from._end = 0;
  from._failure = why;
}

function requirePhase({ _phase: phase }: MqttConnection, wanted: Phase): void {
  if (phase !== wanted) throw new Error(`the connection is ${phase}`);
}

/** Decodes one whole packet that we have encoded. Undefined if the bytes are anything else. Throws a DecodeError. */
export function decodeOwn(decoders: Decoders, bytes: Uint8Array): Packet | undefined {
  const framer = new Framer({ maxPacketSize: 268_435_455 });
  framer.push(bytes);
  const frame = framer.next();
  return frame?.end === bytes.length ? decoders[frame.type]?.(frame) : undefined;
}
