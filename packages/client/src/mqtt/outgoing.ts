import { PUBLISH, type QoS } from '@mote/codec';
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
export class Outgoing implements Waiting {
  readonly type: typeof PUBLISH = PUBLISH;
  readonly key: string;
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
  state: 'waiting' | 'sent' | 'released' | 'gone' = 'waiting';
  /** Whether its bytes are in the store. */
  stored = true;
  /** Whether it may have been sent before, in this Session or in one that is lost. */
  dup = false;
  /** The connection on which it was sent last. */
  connection: Connection | undefined;
  settle: ((error?: unknown) => void) | undefined;
  previous: Outgoing | undefined;
  next: Outgoing | undefined;

  constructor(
    key: string,
    packetId: number,
    bytes: Uint8Array,
    { qos, expiresAt, timeoutAt, settle }: Partial<Message>,
  ) {
    this.key = key;
    this.qos = qos ?? 0;
    this.packetId = packetId;
    this.bytes = bytes;
    this.expiresAt = expiresAt ?? Infinity;
    this.timeoutAt = timeoutAt ?? Infinity;
    this.settle = settle;
  }
}

/** In the order of `publish`. Everything takes the same time however many there are. */
export class OutgoingList {
  first: Outgoing | undefined;
  #last: Outgoing | undefined;
  /** The first that was not sent on this connection. */
  next: Outgoing | undefined;

  append(entry: Outgoing): void {
    entry.previous = this.#last;
    if (this.#last) this.#last.next = entry;
    else this.first = entry;
    this.#last = entry;
    this.next ??= entry;
  }

  /** What is removed keeps its own links, so that a loop may go on from it. */
  remove(entry: Outgoing): void {
    const { previous, next } = entry;
    if (this.next === entry) this.next = next;
    if (previous) previous.next = next;
    else this.first = next;
    if (next) next.previous = previous;
    else this.#last = previous;
  }

  clear(): void {
    this.first = undefined;
    this.#last = undefined;
    this.next = undefined;
  }
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
