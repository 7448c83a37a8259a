import type { Connection } from './connection-options.ts';
import type { Outbound } from './outgoing.ts';
import { TimeLimit } from './time-limit.ts';

/** Milliseconds that a planned reconnect waits for acknowledgements: a message that is acknowledged need not be sent twice. */
const ACKNOWLEDGE_MS = 2000;

/** How to go on after a planned reconnect. */
export interface Plan {
  /** True: the next dial waits until it is asked for. */
  readonly hold: boolean;
  /** True: the next server may be another one, with another Session of ours. */
  readonly elsewhere: boolean;
}

/** A planned reconnect: no new message is sent on the old connection, and acknowledgements are waited for before it is closed. */
export class PlannedReconnect extends TimeLimit {
  plan: Plan | undefined;

  /** Returns the plan when it is time to close the connection. */
  due(connection: Connection | undefined, outbound: Outbound | undefined, now: number): Plan | undefined {
    if (this.plan && connection?.phase() === 'open') {
      this.set(ACKNOWLEDGE_MS);
      if (outbound) {
        outbound.blocked = true;
        if (!this.over(now) && !outbound.idle()) return undefined;
      }
    }
    return this.plan;
  }
}
