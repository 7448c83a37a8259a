import {
  CONNACK,
  CONNECT,
  type ConnackPacket,
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
import { PeerViolation, type ViolationReason } from './peer-violation.ts';

// One network connection, from CONNECT to DISCONNECT: what may be said when, and whether the peer is still there.
// - Nothing is said before CONNACK but CONNECT, and nothing after DISCONNECT or the first violation: what the peer sent behind
//   a violation is not read [MQTT-4.8.0-1].
// - It knows CONNACK and PINGRESP itself. Any other packet has to be in `decoders`; what it means is the user's affair.
// - Packets are written into one buffer, which `flush` gives out: one turn is one write.
// - Only a DecodeError and a PeerViolation are the peer's fault. Whatever else is thrown is a bug of ours, and goes through.

/** A wake-up that is more than this late means that the machine slept or was stopped. */
const SLEPT_MS = 1000;
/** The largest buffer that is made before anything is written to it. */
const LARGEST_START = 65_536;
const NOTHING = new Uint8Array(0);

export type Direction = 'sent' | 'received';
export type Phase = 'idle' | 'connecting' | 'open' | 'closed';
export type Decoders = Readonly<Partial<Record<number, (frame: Frame) => Packet>>>;

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

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #framer: Framer;
  #phase: Phase = 'idle';
  #failure: ConnectionFailure | undefined;
  /** When bytes last left, and when they last came. */
  #wroteAt = 0;
  #heardAt = 0;
  /** When the PINGREQ left that has not been answered. */
  #pingedAt: number | undefined;
  /** True after one late wake-up: it allowed one more ping before we give up. */
  #secondChance = false;
  #out: Uint8Array = NOTHING;
  #end = 0;
  /** Bytes of the last write: the next one is about as long. */
  #usual = 128;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#framer = new Framer({ maxPacketSize: options.maxPacketSize });
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Bytes that wait for `flush`. */
  get pending(): number {
    return this.#end;
  }

  /** When to call `wake`, in the caller's milliseconds. Earlier or later calls do no harm. */
  get wakeAt(): number {
    const { keepAlive, pingTimeoutMs = Math.min(10_000, keepAlive * 1000) } = this.#options;
    if (this.#phase !== 'open') return Infinity;
    if (this.#pingedAt !== undefined)
      // A long packet may be on its way in front of PINGRESP, so bytes that come give it more time. They have an end: twice
      // keepAlive after the last sign of life that counts, whatever trickles in.
      return Math.min(
        Math.max(this.#pingedAt, this.#heardAt) + pingTimeoutMs,
        this.#pingedAt + Math.max(pingTimeoutMs, keepAlive * 1500),
      );
    // From our last write [MQTT-3.1.2-23], or from the last bytes of the peer: neither a peer that floods us nor a caller who
    // publishes all the time can put the ping off. Three quarters: it is on its way before the server's time is over.
    return Math.min(this.#wroteAt, this.#heardAt) + (keepAlive || Infinity) * 750;
  }

  /** Writes CONNECT. */
  start(): void {
    if (this.#phase !== 'idle') throw new Error('a Connection serves one network connection');
    const { clientId, userName, password, keepAlive, will, cleanSession = true } = this.#options;
    const packet: ConnectPacket = { type: CONNECT, clientId, cleanSession, keepAlive, will, userName, password };
    this.#phase = 'connecting';
    this.#write(encodeConnectInto, packet, 0, { ...packet, password: password?.map(() => 0x2a) });
  }

  /** Writes a packet. `bound`: bytes that it takes at most, if known; a guess too small costs time only. */
  send<Sent extends Packet>(
    encodeInto: (packet: Sent, target: Uint8Array, at: number) => number,
    packet: Sent,
    bound: number = 64,
  ): void {
    this.#requireOpen();
    this.#write(encodeInto, packet, bound, packet);
  }

  /** Writes a packet as it was encoded before. `dup`: it may have been sent before, and says so [MQTT-3.3.1-1]. */
  copy(bytes: Uint8Array, dup: boolean): void {
    this.#requireOpen();
    const start = this.#end;
    if (this.#out.length - start < bytes.length) this.#reserve(bytes.length);
    this.#out.set(bytes, start);
    this.#end += bytes.length;
    if (dup) this.#out[start]! |= 8;
    this.#options.trace?.('sent', decodeOwn(this.#options.decoders, this.#out.subarray(start, this.#end))!);
  }

  /** Writes DISCONNECT; nothing else is said or heard afterwards. */
  disconnect(): void {
    this.send(encodeDisconnectInto, { type: DISCONNECT });
    this.#phase = 'closed';
  }

  /** Takes bytes as they come, cut anywhere. The failure, once there is one. */
  receive(bytes: Uint8Array, now: number): ConnectionFailure | undefined {
    if (this.#phase === 'closed') return undefined;
    this.#heardAt = now;
    try {
      this.#framer.push(bytes);
      for (let frame = this.#next(); frame; frame = this.#next()) this.#onFrame(frame);
    } catch (cause) {
      const guilty = cause instanceof PeerViolation || cause instanceof DecodeError;
      const { reason = 'malformed-packet', packetType, packetId } = cause as Partial<PeerViolation>;
      this.#fail({ code: 'protocol-violation', reason, packetType, packetId, cause });
      if (!guilty) throw cause;
    }
    return this.#failure;
  }

  /** Time has passed. The failure, once there is one. */
  wake(now: number): ConnectionFailure | undefined {
    const late = now - this.wakeAt;
    if (late >= 0) {
      const waited = this.#pingedAt !== undefined;
      // After a sleep the answer may lie unread in the socket: the link gets one more ping before it is judged.
      if (waited && (late <= SLEPT_MS || this.#secondChance))
        this.#fail({ code: 'connection-lost', reason: 'no-pingresp' });
      else {
        this.#secondChance = waited;
        this.#pingedAt = now;
        this.send(encodePingreqInto, { type: PINGREQ });
      }
    }
    return this.#failure;
  }

  /** What was written since the last call, to be sent as it is: the bytes are the caller's now. */
  flush(now: number): Uint8Array | undefined {
    if (!this.#end) return undefined;
    const bytes = this.#out.subarray(0, this.#end);
    this.#usual = Math.min(this.#end, LARGEST_START);
    this.#drop();
    this.#wroteAt = now;
    return bytes;
  }

  #next(): Frame | undefined {
    return this.#phase === 'closed' ? undefined : this.#framer.next();
  }

  #onFrame(frame: Frame): void {
    const { type } = frame;
    const decode =
      type === CONNACK ? decodeConnack : type === PINGRESP ? decodePingresp : this.#options.decoders[frame.type];
    if (!decode || this.#phase !== (type === CONNACK ? 'connecting' : 'open'))
      throw new PeerViolation('unexpected-packet', { packetType: type });
    const packet = decode(frame);
    this.#options.trace?.('received', packet);
    // A PINGRESP that nobody asked for proves no less that the peer is there.
    if (type === PINGRESP) this.#pingedAt = undefined;
    else {
      if (type === CONNACK) this.#onConnack(packet as ConnackPacket);
      if (this.#phase === 'open') this.#options.onPacket(packet);
    }
  }

  #onConnack({ returnCode, sessionPresent }: ConnackPacket): void {
    if (returnCode) this.#fail({ code: 'connection-refused', reason: 'connack-refused', returnCode });
    else if (sessionPresent && this.#options.cleanSession !== false) throw new PeerViolation('session-present');
    else this.#phase = 'open';
  }

  #write<Sent extends Packet>(
    encodeInto: (packet: Sent, target: Uint8Array, at: number) => number,
    packet: Sent,
    bound: number,
    shown: Packet,
  ): void {
    if (this.#out.length - this.#end < bound) this.#reserve(bound);
    try {
      this.#end = encodeInto(packet, this.#out, this.#end);
    } catch (error) {
      // Only with `no-room` does the codec say how much it needs, and then it has written nothing.
      const { needed } = error as { needed?: number };
      if (needed === undefined) throw error;
      this.#reserve(needed);
      this.#end = encodeInto(packet, this.#out, this.#end);
    }
    this.#options.trace?.('sent', shown);
  }

  #reserve(count: number): void {
    const larger = new Uint8Array(Math.max(this.#end + count, this.#end * 2, this.#usual));
    larger.set(this.#out.subarray(0, this.#end));
    this.#out = larger;
  }

  #fail(failure: ConnectionFailure): void {
    this.#phase = 'closed';
    this.#drop();
    this.#failure = failure;
  }

  #drop(): void {
    this.#out = NOTHING;
    this.#end = 0;
  }

  #requireOpen(): void {
    if (this.#phase !== 'open') throw new Error(`the connection is ${this.#phase}`);
  }
}

/** One whole packet that we have encoded; undefined if it is anything else. Throws a DecodeError. */
export function decodeOwn(decoders: Decoders, bytes: Uint8Array): Packet | undefined {
  const framer = new Framer({ maxPacketSize: 268_435_455 });
  framer.push(bytes);
  const frame = framer.next();
  return frame?.end === bytes.length ? decoders[frame.type]?.(frame) : undefined;
}
