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

/** Makes a Connection. Nothing is written until `start`. */
export function makeConnection(options: ConnectionOptions): Connection {
  // The options are read into variables, so that their object can be freed: it takes 0.7 KB for each connection of the general client.
  const { clientId, userName, password, will, cleanSession = true, keepAlive, maxPacketSize } = options;
  const { pingTimeoutMs = Math.min(10_000, keepAlive * 1000), decoders, onPacket, trace } = options;
  const framer = new Framer({ maxPacketSize });
  let phase: Phase = 'idle';
  let failure: ConnectionFailure | undefined;
  /** When bytes were last sent, and last received. */
  let wroteAt = 0;
  let heardAt = 0;
  /** When the PINGREQ was sent that is not answered yet. */
  let pingedAt: number | undefined;
  /** True after a late wake-up. It allows one more ping before the connection counts as lost. */
  let secondChance: boolean | undefined;
  let out = NOTHING;
  let end = 0;
  /** Bytes of the last write. The next buffer gets this size, since most turns write about as much. */
  let usual = 128;

  /** Encodes a packet into the buffer. `shown` is the packet for `trace`, with its password masked. */
  function write<Sent extends Packet>(encodeInto: EncodeInto<Sent>, packet: Sent, bound: number, shown: Packet): void {
    reserve(bound);
    try {
      end = encodeInto(packet, out, end);
    } catch (error) {
      // Only a `no-room` error has `needed`, and then nothing was written. Any other error is thrown again by the second call.
      reserve((error as { needed: number }).needed);
      end = encodeInto(packet, out, end);
    }
    trace?.('sent', shown);
  }

  /** Makes room for `count` more bytes. The size doubles, so that the copies of a long turn take linear time. */
  function reserve(count: number): void {
    if (!(out.length - end < count)) return;
    const larger = new Uint8Array(Math.max(end + count, end * 2, usual));
    larger.set(out.subarray(0, end));
    out = larger;
  }

  /** The next packet. None after the end: handling a packet may close the connection. */
  const next = (): Frame | undefined => (phase === 'closed' ? undefined : framer.next());

  function onFrame(frame: Frame): void {
    const { type } = frame;
    const decode = type === CONNACK ? decodeConnack : type === PINGRESP ? decodePingresp : decoders[type];
    if (!decode || phase !== (type === CONNACK ? 'connecting' : 'open'))
      throw new PeerViolation('unexpected-packet', { packetType: type });
    const packet = decode(frame);
    trace?.('received', packet);
    if (packet.type === CONNACK) {
      const { returnCode, sessionPresent } = packet;
      if (returnCode) fail({ code: 'connection-refused', reason: 'connack-refused', returnCode });
      else if (sessionPresent && cleanSession) throw new PeerViolation('session-present');
      else phase = 'open';
    }
    // A PINGRESP without a PINGREQ is accepted, since it also proves that the peer is there.
    if (type === PINGRESP) pingedAt = undefined;
    else if (phase === 'open') onPacket(packet);
  }

  /** Ends the connection. Bytes that were written and not flushed are dropped. */
  function fail(why: ConnectionFailure): void {
    phase = 'closed';
    drop();
    failure = why;
  }

  function drop(): void {
    out = NOTHING;
    end = 0;
  }

  function requirePhase(wanted: Phase): void {
    if (phase !== wanted) throw new Error(`the connection is ${phase}`);
  }

  const connection: Connection = {
    phase: () => phase,
    pending: () => end,

    wakeAt() {
      if (phase !== 'open') return Infinity;
      if (pingedAt !== undefined)
        // A long packet may come before PINGRESP, so received bytes give the peer more time. But not without end: a peer that sends
        // single bytes and never a PINGRESP is lost 1.5 times keepAlive after the ping.
        return Math.min(
          Math.max(pingedAt, heardAt) + pingTimeoutMs,
          pingedAt + Math.max(pingTimeoutMs, keepAlive * 1500),
        );
      // The ping is due after three quarters of keepAlive, so that it arrives in time. It counts from our last write [MQTT-3.1.2-23] or
      // from the last bytes of the peer, whichever was earlier: so neither a caller who publishes all the time nor a peer that sends all
      // the time can put it off.
      return Math.min(wroteAt, heardAt) + (keepAlive || Infinity) * 750;
    },

    start() {
      requirePhase('idle');
      const packet: ConnectPacket = { type: CONNECT, clientId, cleanSession, keepAlive, will, userName, password };
      phase = 'connecting';
      write(encodeConnectInto, packet, 0, { ...packet, password: password?.map(() => 0x2a) });
    },

    send(encodeInto, packet, bound = 64) {
      requirePhase('open');
      write(encodeInto, packet, bound, packet);
    },

    publish(prepared, payload, packetId, dup) {
      requirePhase('open');
      const start = end;
      reserve(prepared.size(payload.length));
      end = prepared.encodeInto(payload, packetId, out, start);
      if (dup) out[start]! |= 8;
      trace?.('sent', decodeOwn(decoders, out.subarray(start, end))!);
    },

    disconnect() {
      connection.send(encodeDisconnectInto, { type: DISCONNECT });
      phase = 'closed';
    },

    receive(bytes, now) {
      if (phase === 'closed') return undefined;
      heardAt = now;
      try {
        framer.push(bytes);
        for (let frame = next(); frame; frame = next()) onFrame(frame);
      } catch (cause) {
        const { reason = 'malformed-packet', packetType, packetId } = cause as Partial<PeerViolation>;
        fail({ code: 'protocol-violation', reason, packetType, packetId, cause });
        if (!(cause instanceof PeerViolation || cause instanceof DecodeError)) throw cause;
      }
      return failure;
    },

    wake(now) {
      const late = now - connection.wakeAt();
      if (late >= 0) {
        const waited = pingedAt !== undefined;
        // If the machine has slept, PINGRESP may lie unread in the socket: so one more ping is sent before the connection counts as lost.
        if (waited && (!slept(late) || secondChance)) fail({ code: 'connection-lost', reason: 'no-pingresp' });
        else {
          secondChance = waited;
          pingedAt = now;
          connection.send(encodePingreqInto, { type: PINGREQ });
        }
      }
      return failure;
    },

    flush(now) {
      if (!end) return undefined;
      const bytes = out.subarray(0, end);
      usual = Math.min(end, LARGEST_START);
      drop();
      wroteAt = now;
      return bytes;
    },
  };
  return connection;
}

/** Decodes one whole packet that we have encoded. Undefined if the bytes are anything else. Throws a DecodeError. */
export function decodeOwn(decoders: Decoders, bytes: Uint8Array): Packet | undefined {
  const framer = new Framer({ maxPacketSize: 268_435_455 });
  framer.push(bytes);
  const frame = framer.next();
  return frame?.end === bytes.length ? decoders[frame.type]?.(frame) : undefined;
}
