import { PUBLISH } from '@mote/codec';
import type { Message, Outgoing, PublishParts } from './outgoing.ts';

/** What a caller asks for a message. One of an earlier run has no caller. */
type Asked = Pick<Message, 'qos' | 'expiresAt' | 'timeoutAt'> & Partial<PublishParts & Pick<Message, 'settle'>>;

/** Messages in the order of `publish`. It is a linked list, so adding and removing take the same time for every length. */
export interface OutgoingList {
  first: Outgoing | undefined;
  last: Outgoing | undefined;
  /** The first message that was not sent on this connection. */
  next: Outgoing | undefined;
}

/** Makes a message that has neither a place nor an identifier. Its payload is copied. */
export function makeOutgoing(
  { topicName = '', payload, retain = false, qos, settle, expiresAt = Infinity, timeoutAt = Infinity }: Asked,
  size: number,
): Outgoing {
  return {
    type: PUBLISH,
    sequence: 0,
    qos,
    packetId: 0,
    expiresAt,
    timeoutAt,
    topicName,
    // The caller may write to his own payload again. A Buffer's own `slice` would not copy, and old engines have none for a Uint8Array.
    payload: payload && new Uint8Array(payload),
    retain,
    size,
    state: 'waiting',
    dup: false,
    saving: 0,
    settle,
    previous: undefined,
    next: undefined,
  };
}

/** Adds a message at the end. */
export function append(list: OutgoingList, entry: Outgoing): void {
  entry.previous = list.last;
  entry.next = undefined;
  if (list.last) list.last.next = entry;
  else list.first = entry;
  list.last = entry;
  list.next ??= entry;
}

/** Removes a message. It keeps its own links, so a loop that has reached it can go on. */
export function remove(list: OutgoingList, entry: Outgoing): void {
  const { previous, next } = entry;
  if (list.next === entry) list.next = next;
  if (previous) previous.next = next;
  else list.first = next;
  if (next) next.previous = previous;
  else list.last = previous;
}
