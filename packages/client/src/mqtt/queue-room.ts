import type { OutboundOptions, Outgoing } from './outgoing.ts';

/** The messages that were never sent: how many, and the bytes of their packets. The limits of the queue are for these. */
export interface Queued {
  count: number;
  bytes: number;
}

/**
 * Makes room for so many bytes, or returns false. `next` is the first message that may be in the queue; `drop` makes one leave it. A
 * message larger than the whole queue drops no other.
 */
export function makeRoom(
  size: number,
  { maxMessages, maxBytes, whenFull }: OutboundOptions['queue'],
  queued: Queued,
  next: Outgoing | undefined,
  drop: (oldest: Outgoing) => void,
): boolean {
  if (size > maxBytes || maxMessages < 1) return false;
  while (queued.count >= maxMessages || queued.bytes + size > maxBytes) {
    while (next && next.state !== 'waiting') next = next.next;
    if (whenFull !== 'drop-oldest' || !next) return false;
    drop(next);
  }
  return true;
}
