import type { ConnectPacket, Frame, Packet, PreparedPublish } from '@mote/codec';
import type { ViolationReason } from './peer-violation.ts';

/** Whether we have sent or received a packet. */
export type Direction = 'sent' | 'received';
/** `idle`: before `start`. `connecting`: CONNECT is written, CONNACK has not come. `closed`: after DISCONNECT or a failure. */
export type Phase = 'idle' | 'connecting' | 'open' | 'closed';
/** Decoders by packet type. */
export type Decoders = Readonly<Partial<Record<number, (frame: Frame) => Packet>>>;

/** Options of a Connection. */
export interface ConnectionOptions
  extends Pick<ConnectPacket, 'clientId' | 'keepAlive'>,
    Partial<Pick<ConnectPacket, 'cleanSession' | 'userName' | 'password' | 'will'>> {
  /** Milliseconds to wait for PINGRESP. Default: 10 s, or keepAlive if that is less. */
  readonly pingTimeoutMs?: number | undefined;
  /** Most bytes of a received packet. A larger one is a violation as soon as its header is there. */
  readonly maxPacketSize?: number | undefined;
  /** Called with each packet. The password in it is masked. */
  readonly trace?: ((direction: Direction, packet: Packet) => void) | undefined;
  /** One for each packet type that the peer may send, except CONNACK and PINGRESP. */
  readonly decoders: Decoders;
  /** Called with CONNACK, if its return code is 0, and then with each packet of `decoders`. It may throw a PeerViolation. */
  readonly onPacket: (packet: Packet) => void;
}

/** Why a connection has failed. */
export interface ConnectionFailure {
  readonly code: 'connection-refused' | 'connection-lost' | 'protocol-violation';
  /** More exactly than the code what happened. */
  readonly reason: ViolationReason | 'connack-refused' | 'no-pingresp';
  /** The return code of CONNACK. */
  readonly returnCode?: number | undefined;
  /** Type of the packet that the peer should not have sent, 1 to 14. */
  readonly packetType?: number | undefined;
  /** Packet Identifier of that packet. */
  readonly packetId?: number | undefined;
  /** The error from which it was made. */
  readonly cause?: unknown;
}

/** One network connection. It has no timer and no socket. */
export interface Connection {
  phase(): Phase;
  /** Bytes that wait for `flush`. */
  pending(): number;
  /** When `wake` must be called, in milliseconds of the caller's clock. Calls that are too early or too late do no harm. */
  wakeAt(): number;
  /** Writes CONNECT. */
  start(): void;
  /** Writes a packet. `bound`: the most bytes that it can have, if known. If it is too small, the packet is encoded twice. */
  send<Sent extends Packet>(encodeInto: EncodeInto<Sent>, packet: Sent, bound?: number): void;
  /** Writes a PUBLISH. `dup`: it may have been sent before, so its DUP flag is set [MQTT-3.3.1-1]. */
  publish(prepared: PreparedPublish, payload: Uint8Array, packetId: number | undefined, dup: boolean): void;
  /** Writes DISCONNECT. After it nothing is written or read. */
  disconnect(): void;
  /** Reads bytes of the peer, cut at any place. Returns the failure, if there is one now. */
  receive(bytes: Uint8Array, now: number): ConnectionFailure | undefined;
  /** Time has passed. Returns the failure, if there is one now. */
  wake(now: number): ConnectionFailure | undefined;
  /** Returns the bytes that were written since the last call, for the caller to send. They belong to the caller then. */
  flush(now: number): Uint8Array | undefined;
}

/** An encoder of the codec that writes into a buffer. */
export type EncodeInto<Sent> = (packet: Sent, target: Uint8Array, at: number) => number;
