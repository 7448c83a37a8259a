import { RecentMap } from '../values/recent-map.ts';

/** Quotas of DPS. */
export interface Throttling {
  readonly registrationsPerMinute: number;
  /** Per device. */
  readonly pollsPerTenSeconds: number;
}

/** The documented quotas: azure-docs, `includes/iot-dps-limits.md`. */
export const SERVICE_QUOTAS: Throttling = { registrationsPerMinute: 1000, pollsPerTenSeconds: 5 };

/** Most devices whose polls are counted. The counts of the oldest are dropped, so ids cannot fill the memory. */
const DEVICES = 50_000;

/** Counts requests in sliding windows. Without quotas everything passes. */
export class Throttle {
  readonly #quotas: Throttling | undefined;
  readonly #registrations: number[] = [];
  readonly #polls = new RecentMap<number[]>(DEVICES);

  constructor(quotas: Throttling | undefined) {
    this.#quotas = quotas;
  }

  /** Seconds to wait. Undefined when the request may pass; it is counted then. */
  register(now: number): number | undefined {
    if (this.#quotas === undefined) return undefined;
    return admit(this.#registrations, now, 60_000, this.#quotas.registrationsPerMinute);
  }

  /** Seconds to wait before this device may poll again. Undefined when the poll may pass; it is counted then. */
  poll(registrationId: string, now: number): number | undefined {
    if (this.#quotas === undefined) return undefined;
    const window = this.#polls.get(registrationId.toLowerCase()) ?? [];
    this.#polls.set(registrationId.toLowerCase(), window);
    return admit(window, now, 10_000, this.#quotas.pollsPerTenSeconds);
  }
}

/** `window` holds the times of requests that passed, oldest first, at most `limit` of them. */
function admit(window: number[], now: number, lengthMs: number, limit: number): number | undefined {
  // A clock that was set back begins anew: else everybody would wait until it is as late as it was.
  if ((window[window.length - 1] ?? now) > now) window.length = 0;
  while (window[0] !== undefined && window[0] <= now - lengthMs) window.shift();
  if (window.length >= limit) return Math.max(1, Math.ceil(((window[0] ?? now) + lengthMs - now) / 1000));
  window.push(now);
  return undefined;
}
