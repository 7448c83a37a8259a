import type { PUBLISH, QoS } from '@mote/codec';
import type { Connection } from './connection.ts';

export type WhenFull = 'reject' | 'drop-oldest' | 'drop-newest';

export interface Message {
  readonly topicName: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  /** Not sent by then, it is withdrawn. */
  readonly expiresAt?: number | undefined;
  /** Not acknowledged by then, its caller is told so. */
  readonly timeoutAt?: number | undefined;
  /** Called once: acknowledged, or at QoS 0 written; or why not. */
  readonly settle: (error?: unknown) => void;
}

/** A message on its way, or what else has an identifier of the same set. */
export interface Waiting {
  /** The packet that is to be acknowledged. */
  readonly type: number;
}

/** A message on its way. The caller of `publish` may keep it for `withdraw`. */
export interface Outgoing extends Waiting {
  readonly type: typeof PUBLISH;
  /** Its place in the order of `publish`. */
  readonly sequence: number;
  readonly qos: QoS;
  /** 0 at QoS 0. */
  readonly packetId: number;
  readonly expiresAt: number;
  readonly timeoutAt: number;
  /** PUBLISH, or PUBREL once PUBREC has come. */
  bytes: Uint8Array;
  /** PUBLISH, once PUBREL has taken its place: needed again if the Session ends before PUBCOMP. */
  publish: Uint8Array | undefined;
  /** `sent`: the server may have it. `released`: it has said so by PUBREC. */
  state: 'waiting' | 'sent' | 'released' | 'gone';
  /** Whether its bytes are in the store. */
  stored: boolean;
  /** Whether it may have been sent before, in this Session or in one that is lost. */
  dup: boolean;
  /** The connection on which it was sent last. */
  connection: Connection | undefined;
  settle: ((error?: unknown) => void) | undefined;
  previous: Outgoing | undefined;
  next: Outgoing | undefined;
}

/** Tells the caller of `publish`, once. */
export function settle(entry: Outgoing, error?: unknown): void {
  const call = entry.settle;
  entry.settle = undefined;
  call?.(error);
}

/** Small packets share memory, which a message that waits would hold as a whole. */
export function own(bytes: Uint8Array): Uint8Array {
  return bytes.length < bytes.buffer.byteLength ? bytes.slice() : bytes;
}
