import type { Packet, PreparedPublish, PUBLISH, QoS } from '@mote/codec';
import type { Connection } from './connection.ts';
import type { SessionStore } from './store.ts';

export type WhenFull = 'reject' | 'drop-oldest' | 'drop-newest';

export interface Message extends PublishParts {
  readonly qos: QoS;
  /** Not sent by then, it is withdrawn. */
  readonly expiresAt?: number | undefined;
  /** Not acknowledged by then, its caller is told so. */
  readonly timeoutAt?: number | undefined;
  /** Called once: acknowledged, or at QoS 0 written; or why not. */
  readonly settle: (error?: unknown) => void;
}

/** What a PUBLISH is made of, whenever it is sent. */
export interface PublishParts {
  readonly topicName: string;
  readonly payload: Uint8Array;
  readonly retain: boolean;
  /** Of this topic, QoS and RETAIN, if the caller keeps one: then the topic is not encoded again. */
  readonly prepared?: PreparedPublish | undefined;
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
  /**
   * It stays in parts, so that it can leave under another topic. Needed until PUBCOMP: the Session may end before. Undefined where an
   * earlier run has kept no more than PUBREL.
   */
  parts: PublishParts | undefined;
  /** Bytes of the whole packet, as the queue counts them. */
  readonly size: number;
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

export interface OutboundOptions {
  /** PUBLISH packets of QoS 1 and 2 under way. */
  readonly window: number;
  readonly queue: { readonly maxMessages: number; readonly maxBytes: number; readonly whenFull: WhenFull };
  readonly store?: SessionStore | undefined;
  /** There may be something to flush. */
  readonly onWork: () => void;
  /** The store has failed where no single message can be blamed. */
  readonly onStoreFailure: (error: unknown) => void;
}

export interface Outbound {
  /** True while the transport takes nothing. */
  blocked: boolean;
  /** The topic that a message which was queued, or is sent again, has by now: the name of a device may have changed. */
  readdress: ((topicName: string) => string) | undefined;
  /** Messages that were dropped because the queue was full. */
  dropped: number;
  /** True when nothing is left to be sent or acknowledged. */
  empty(): boolean;
  /** True when everything that was sent is acknowledged. */
  idle(): boolean;
  /** When to call `sweep`. */
  sweepAt: number;
  /** Whether a message of QoS 0 would be written at once. */
  ready(): boolean;
  /** A record of an earlier run: of a PUBLISH, or without `parts` of a PUBREL. To be called in the order of their keys. */
  load(sequence: number, packet: Pick<Outgoing, 'packetId' | 'qos'>, parts?: PublishParts): void;
  /** Takes a message over, and copies its payload if it is not sent at once. Throws an EncodeError, and settles whatever else happens. */
  publish(message: Message, now: number): Outgoing | undefined;
  /** Writes a message of QoS 0 at once. Only when `ready`. Throws an EncodeError. */
  post(message: PublishParts): void;
  /** The caller gives a message up. One that was sent stays in the Session, without anybody to tell. */
  withdraw(entry: Outgoing, error: unknown): void;
  /**
   * A connection that was accepted: what was sent before is sent again. `proceeds`: as packets of the same Session, with the same
   * identifiers and states. Otherwise the Session has ended, and everything begins anew in another one.
   */
  attach(connection: Connection, proceeds: boolean): void;
  /** What was written until now has left, or is lost with this error. */
  written(error?: unknown): void;
  detach(): void;
  /** Sends what may be sent now. */
  pump(): void;
  /** PUBACK, PUBREC or PUBCOMP. */
  onAcknowledgement(packet: Packet & { readonly packetId: number }): void;
  /** Time has passed: what has expired is withdrawn, and who has waited too long is told. */
  sweep(now: number): void;
  /** Nothing is sent any more: everyone is told. What is in the store stays there. */
  close(error: unknown): void;
}

/** Tells the caller of `publish`, once. */
export function settle(entry: Outgoing, error?: unknown): void {
  const call = entry.settle;
  entry.settle = undefined;
  call?.(error);
}
