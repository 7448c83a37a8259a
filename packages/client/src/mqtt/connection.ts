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
import { PeerViolation, type ViolationReason } from './peer-violation.ts';
import { slept } from './slept.ts';

// One network connection, from CONNECT to DISCONNECT: what may be said when, and whether the peer is still there.
// - Nothing is said before CONNACK but CONNECT, and nothing after DISCONNECT or the first violation: what the peer sent behind
//   a violation is not read [MQTT-4.8.0-1].
// - It knows CONNACK and PINGRESP itself. Any other packet has to be in `decoders`; what it means is the user's affair.
// - Packets are written into one buffer, which `flush` gives out: one turn is one write.
// - Only a DecodeError and a PeerViolation are the peer's fault. Whatever else is thrown is a bug of ours, and goes through.

/** The largest buffer that is made before anything is written to it: a turn writes 64 KiB, and what makes them full. */
const LARGEST_START = 131_072;
const NOTHING = new Uint8Array(0);

export type Direction = 'sent' | 'received';
export type Phase = 'idle' | 'connecting' | 'open' | 'closed';
export type Decoders = Readonly<Partial<Record<number, (frame: Frame) => Packet>>>;

/** What a Connection is made with. */
export interface ConnectionOptions
  extends Pick<ConnectPacket, 'clientId' | 'keepAlive'>,
    Partial<Pick<ConnectPacket, 'cleanSession' | 'userName' | 'password' | 'will'>> {
  /** Milliseconds to wait for PINGRESP; the lesser of 10 s and keepAlive by default. */
  readonly pingTimeoutMs?: number | undefined;
  /** Bytes; a larger packet is a violation as soon as its header is there. */
  readonly maxPacketSize?: number | undefined;
  /** Sees every packet, the password masked. */
  readonly trace?: ((direction: Direction, packet: Packet) => void) | undefined;
  /** By packet type, for each packet beside CONNACK and PINGRESP that the peer may send. */
  readonly decoders: Decoders;
  /** Gets CONNACK with return code 0 and then each packet of `decoders`, in order. May throw a PeerViolation. */
  readonly onPacket: (packet: Packet) => void;
}

/** Why a connection is of no use any more. */
export interface ConnectionFailure {
  readonly code: 'connection-refused' | 'connection-lost' | 'protocol-violation';
  readonly reason: ViolationReason | 'connack-refused' | 'no-pingresp';
  /** Of CONNACK. */
  readonly returnCode?: number | undefined;
  readonly packetType?: number | undefined;
  readonly packetId?: number | undefined;
  readonly cause?: unknown;
}

export interface Connection {
  phase(): Phase;
  /** Bytes that wait for `flush`. */
  pending(): number;
  /** When to call `wake`, in the caller's milliseconds. Earlier or later calls do no harm. */
  wakeAt(): number;
  /** Writes CONNECT. */
  start(): void;
  /** Writes a packet. `bound`: bytes that it takes at most, if known; a guess too small costs time only. */
  send<Sent extends Packet>(encodeInto: EncodeInto<Sent>, packet: Sent, bound?: number): void;
  /** Writes a PUBLISH. `dup`: it may have been sent before, and says so [MQTT-3.3.1-1]. */
  publish(prepared: PreparedPublish, payload: Uint8Array, packetId: number | undefined, dup: boolean): void;
  /** Writes DISCONNECT; nothing else is said or heard afterwards. */
  disconnect(): void;
  /** Takes bytes as they come, cut anywhere. The failure, once there is one. */
  receive(bytes: Uint8Array, now: number): ConnectionFailure | undefined;
  /** Time has passed. The failure, once there is one. */
  wake(now: number): ConnectionFailure | undefined;
  /** What was written since the last call, to be sent as it is: the bytes are the caller's now. */
  flush(now: number): Uint8Array | undefined;
}

type EncodeInto<Sent> = (packet: Sent, target: Uint8Array, at: number) => number;

export function makeConnection(options: ConnectionOptions): Connection {
  // Each by itself, so that the object which they came in is let go of: 0.7 KB for each connection of the general client.
  const { clientId, userName, password, will, cleanSession = true, keepAlive, maxPacketSize } = options;
  const { pingTimeoutMs = Math.min(10_000, keepAlive * 1000), decoders, onPacket, trace } = options;
  const framer = new Framer({ maxPacketSize });
  let phase: Phase = 'idle';
  let failure: ConnectionFailure | undefined;
  /** When bytes last left, and when they last came. */
  let wroteAt = 0;
  let heardAt = 0;
  /** When the PINGREQ left that has not been answered. */
  let pingedAt: number | undefined;
  /** True after one late wake-up: it allowed one more ping before we give up. */
  let secondChance: boolean | undefined;
  let out = NOTHING;
  let end = 0;
  /** Bytes of the last write: the next one is about as long. */
  let usual = 128;

  function write<Sent extends Packet>(encodeInto: EncodeInto<Sent>, packet: Sent, bound: number, shown: Packet): void {
    reserve(bound);
    try {
      end = encodeInto(packet, out, end);
    } catch (error) {
      // Only with `no-room` does the codec say how much it needs, and then it has written nothing. Any other error comes again.
      reserve((error as { needed: number }).needed);
      end = encodeInto(packet, out, end);
    }
    trace?.('sent', shown);
  }

  /** Room for this many bytes more. */
  function reserve(count: number): void {
    if (!(out.length - end < count)) return;
    const larger = new Uint8Array(Math.max(end + count, end * 2, usual));
    larger.set(out.subarray(0, end));
    out = larger;
  }

  /** What a packet leads to may close it: then nothing more is read. */
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
    // A PINGRESP that nobody asked for proves no less that the peer is there.
    if (type === PINGRESP) pingedAt = undefined;
    else if (phase === 'open') onPacket(packet);
  }

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
        // A long packet may be on its way in front of PINGRESP, so bytes that come give it more time. They have an end: twice
        // keepAlive after the last sign of life that counts, whatever trickles in.
        return Math.min(
          Math.max(pingedAt, heardAt) + pingTimeoutMs,
          pingedAt + Math.max(pingTimeoutMs, keepAlive * 1500),
        );
      // From our last write [MQTT-3.1.2-23], or from the last bytes of the peer: neither a peer that floods us nor a caller who
      // publishes all the time can put the ping off. Three quarters: it is on its way before the server's time is over.
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
        // After a sleep the link gets one more ping before it is judged.
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

/** One whole packet that we have encoded; undefined if it is anything else. Throws a DecodeError. */
export function decodeOwn(decoders: Decoders, bytes: Uint8Array): Packet | undefined {
  const framer = new Framer({ maxPacketSize: 268_435_455 });
  framer.push(bytes);
  const frame = framer.next();
  return frame?.end === bytes.length ? decoders[frame.type]?.(frame) : undefined;
}
