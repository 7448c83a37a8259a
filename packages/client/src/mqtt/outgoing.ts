import type { Packet, PreparedPublish, PUBLISH, QoS } from '@mote/codec';
import type { Connection } from './connection-options.ts';
import type { SessionStore } from './store.ts';

/** Which message is dropped when the queue is full. `reject` and `drop-newest` refuse the new one, which gets `queue-full`. */
export type WhenFull = 'reject' | 'drop-oldest' | 'drop-newest';

/** A message that a caller of `publish` wants to send. Times are milliseconds of the caller's clock. */
export interface Message extends PublishParts {
  readonly qos: QoS;
  /** If it is not sent by this time, it is dropped with `expired`. */
  readonly expiresAt?: number | undefined;
  /** If it is not acknowledged by this time, its caller gets `timed-out`. */
  readonly timeoutAt?: number | undefined;
  /** Called once: without an error when it is acknowledged, or written with QoS 0; otherwise with the error. */
  readonly settle: (error?: unknown) => void;
}

/** The parts of a PUBLISH. */
export interface PublishParts {
  readonly topicName: string;
  readonly payload: Uint8Array;
  readonly retain: boolean;
  /** The prepared PUBLISH of this topic, QoS and RETAIN, if the caller has one: then the topic is not encoded again. */
  readonly prepared?: PreparedPublish | undefined;
}

/** Anything that waits for an acknowledgement with a Packet Identifier: a message, a SUBSCRIBE, an UNSUBSCRIBE. */
export interface Waiting {
  /** The type of the packet that waits. */
  readonly type: number;
}

/** A message that is queued or not acknowledged. The caller of `publish` may keep it for `withdraw`. */
export interface Outgoing extends Waiting {
  readonly type: typeof PUBLISH;
  /** Its number in the order of `publish`. */
  sequence: number;
  readonly qos: QoS;
  /** The Packet Identifier; 0 with QoS 0. */
  packetId: number;
  readonly expiresAt: number;
  readonly timeoutAt: number;
  /** It may change before the message is sent again. */
  topicName: string;
  /**
   * Needed until PUBCOMP: if the Session is lost before, the message is sent again. Undefined if only the PUBREL of an earlier run
   * is left.
   */
  readonly payload: Uint8Array | undefined;
  readonly retain: boolean;
  /** Bytes of the whole packet. The limit of the queue counts these. */
  readonly size: number;
  /** `waiting`: never sent. `sent`: the server may have it. `released`: the server has it, since PUBREC has come. `gone`: removed. */
  state: 'waiting' | 'sent' | 'released' | 'gone';
  /** Calls of `put` for it that the store has not answered. */
  saving: number;
  /** Whether it may have been sent before, in this Session or in a lost one. */
  dup: boolean;
  /** The connection on which it was sent last. */
  connection?: Connection | undefined;
  settle: ((error?: unknown) => void) | undefined;
  previous: Outgoing | undefined;
  next: Outgoing | undefined;
}

/** Options of the sender's half. */
export interface OutboundOptions {
  /** Most PUBLISH packets of QoS 1 and 2 that may be unacknowledged. */
  readonly window: number;
  readonly queue: { readonly maxMessages: number; readonly maxBytes: number; readonly whenFull: WhenFull };
  readonly store?: SessionStore | undefined;
  /** Called when there may be bytes to flush. */
  readonly onWork: () => void;
  /** Called when the store has failed and no single message can get the error. */
  readonly onStoreFailure: (error: unknown) => void;
}

/** The sender's half of a Session. */
export interface Outbound {
  /** True while the transport is full. */
  blocked: boolean;
  /** Returns the topic with which a queued message must be sent now: after a new provisioning a device may have another name. */
  readdress: ((topicName: string) => string) | undefined;
  /** Messages that were dropped because the queue was full. */
  dropped: number;
  /** True if no message is queued or unacknowledged. */
  empty(): boolean;
  /** True if everything that was sent on this connection is acknowledged. */
  idle(): boolean;
  /** When `sweep` must be called. */
  sweepAt: number;
  /** Whether a message of QoS 0 can be written at once. */
  ready(): boolean;
  /** Adds a record of an earlier run: a PUBLISH, or without a payload a PUBREL. Must be called in the order of the keys. */
  load(sequence: number, packet: Pick<Outgoing, 'packetId' | 'qos'> & Partial<PublishParts>): void;
  /** True while the store is read. Messages that are published meanwhile get key and identifier after that, behind those of the store. */
  loading: boolean;
  /** The store has been read. */
  loaded(): void;
  /** Takes a message. Its payload is copied if it is not written at once. Throws EncodeErrors; all else goes to `settle`. */
  publish(message: Message, now: number): Outgoing | undefined;
  /** Writes a message of QoS 0 at once. Call it only if `ready`. Throws an EncodeError. */
  post(message: PublishParts): void;
  /** The caller gives a message up. If it was not sent it is dropped; otherwise it stays in the Session. */
  withdraw(entry: Outgoing, error: unknown): void;
  /**
   * A connection was accepted: unacknowledged messages are sent again. `proceeds`: the Session goes on, so their identifiers and
   * states stay the same. Otherwise the Session is a new one, and every message begins again with its PUBLISH.
   */
  attach(connection: Connection, proceeds: boolean): void;
  /** All that was written until now was given to the transport; with an error, it was lost. */
  written(error?: unknown): void;
  /** The connection is lost. Messages wait for the next one. */
  detach(): void;
  /** Writes the messages that may be sent now. */
  pump(): void;
  /** Handles PUBACK, PUBREC and PUBCOMP. Throws a PeerViolation if the packet does not fit the message. */
  onAcknowledgement(packet: Packet & { readonly packetId: number }): void;
  /** Time has passed: drops expired messages, and tells callers whose time is up. */
  sweep(now: number): void;
  /** Ends this half: all callers get the error. Records in the store stay. */
  close(error: unknown): void;
}

/** Calls `settle` of a message. Only the first call counts. */
export function settle(entry: Outgoing, error?: unknown): void {
  const call = entry.settle;
  entry.settle = undefined;
  call?.(error);
}
