import type { Packet, PublishPacket, SubackPacket } from '@mote/codec';

/** What a Session is made with. */
export interface SessionOptions {
  readonly clientId: string;
  readonly userName?: string | undefined;
  readonly password?: Uint8Array | undefined;
  /** Seconds; 0 turns the ping off. */
  readonly keepAlive: number;
  /** Milliseconds to wait for PINGRESP; the lesser of 10 s and keepAlive unless told. */
  readonly pingTimeoutMs?: number | undefined;
  readonly maxPacketSize?: number | undefined;
  /** Sees every packet, the password masked. */
  readonly trace?: ((direction: 'sent' | 'received', packet: Packet) => void) | undefined;
}

/** What a Session tells. */
export type SessionEvent =
  | { readonly type: 'connected' }
  | { readonly type: 'subscribed'; readonly packetId: number; readonly returnCodes: SubackPacket['returnCodes'] }
  | { readonly type: 'published'; readonly packetId: number }
  | { readonly type: 'message'; readonly packet: PublishPacket }
  /** The last event. Close the connection. */
  | { readonly type: 'failed'; readonly failure: SessionFailure };

/** Why a Session has ended. */
export interface SessionFailure {
  readonly code: 'connection-refused' | 'connection-lost' | 'protocol-violation';
  readonly message: string;
  /** Of CONNACK. */
  readonly returnCode?: number | undefined;
  readonly cause?: unknown;
}

/** A message for `Session.publish`. */
export interface Message {
  readonly topicName: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
}
