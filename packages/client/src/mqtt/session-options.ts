import type { Packet, PublishPacket, SubackPacket } from '@mote/codec';

/** Options of a Session. */
export interface SessionOptions {
  readonly clientId: string;
  readonly userName?: string | undefined;
  readonly password?: Uint8Array | undefined;
  /** Seconds. 0 turns the ping off. */
  readonly keepAlive: number;
  /** Milliseconds to wait for PINGRESP. Default: 10 s, or keepAlive if that is less. */
  readonly pingTimeoutMs?: number | undefined;
  /** Most bytes of a received packet. Default 262,144. */
  readonly maxPacketSize?: number | undefined;
  /** Called with each packet. The password in it is masked. */
  readonly trace?: ((direction: 'sent' | 'received', packet: Packet) => void) | undefined;
}

/** Events of a Session. */
export type SessionEvent =
  | { readonly type: 'connected' }
  | { readonly type: 'subscribed'; readonly packetId: number; readonly returnCodes: SubackPacket['returnCodes'] }
  | { readonly type: 'published'; readonly packetId: number }
  | { readonly type: 'message'; readonly packet: PublishPacket }
  /** The last event: close the connection. */
  | { readonly type: 'failed'; readonly failure: SessionFailure };

/** Why a Session has ended. */
export interface SessionFailure {
  readonly code: 'connection-refused' | 'connection-lost' | 'protocol-violation';
  readonly message: string;
  /** The return code of CONNACK. */
  readonly returnCode?: number | undefined;
  readonly cause?: unknown;
}

/** A message for `Session.publish`. */
export interface Message {
  readonly topicName: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
}
