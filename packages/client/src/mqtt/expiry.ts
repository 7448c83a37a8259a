import { MqttError } from './error.ts';
import type { Outbound, Outgoing } from './outgoing.ts';

/** Milliseconds between two searches: each goes through the whole list. */
const SWEEP_MS = 20;

/**
 * Withdraws messages whose time is over: with `expired` those that were never sent, with `timed-out` those that their callers do not
 * wait for any longer. Returns when the next search is due.
 */
export function withdrawOverdue(first: Outgoing | undefined, now: number, withdraw: Outbound['withdraw']): number {
  let earliest = Infinity;
  for (let entry = first; entry; entry = entry.next) {
    const { expiresAt, timeoutAt } = entry;
    if (expiresAt <= now && entry.state === 'waiting') withdraw(entry, new MqttError('expired', 'publish'));
    else if (timeoutAt > now) earliest = Math.min(earliest, timeoutAt);
    else if (entry.settle) withdraw(entry, new MqttError('timed-out', 'publish'));
    if (entry.state === 'waiting') earliest = Math.min(earliest, expiresAt);
  }
  return Math.max(earliest, now + SWEEP_MS);
}
