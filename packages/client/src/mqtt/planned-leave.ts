import type { Connection } from './connection.ts';
import type { Outbound } from './outgoing.ts';
import { TimeLimit } from './time-limit.ts';

/** A planned reconnect waits so long for acknowledgements, so that nothing arrives twice that need not. */
const LEAVE_MS = 2000;

export interface Plan {
  /** The next dial waits until it is asked for. */
  readonly hold: boolean;
  /** What answers it may know another Session of ours. */
  readonly elsewhere: boolean;
}

/** A connection that is left in good order for a new one: nothing more is sent on it, and what is under way is waited for. */
export class PlannedLeave extends TimeLimit {
  plan: Plan | undefined;

  /** The plan, once it is time to go. */
  due(connection: Connection | undefined, outbound: Outbound, now: number): Plan | undefined {
    if (this.plan && connection?.phase() === 'open') {
      this.set(LEAVE_MS);
      outbound.blocked = true;
      if (!this.over(now) && !outbound.idle()) return undefined;
    }
    return this.plan;
  }
}
