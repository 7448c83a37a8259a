/** Operations per second at a hub, and messages per day, of all devices together. What is left out is not limited. */
export interface HubThrottling {
  /** In units of 4 KB, cloud-to-device messages too. When they are used up the hub answers 403002 until the next day of UTC. */
  readonly messagesPerDay?: number | undefined;
  readonly connectionsPerSecond?: number | undefined;
  readonly telemetryPerSecond?: number | undefined;
  readonly twinReadsPerSecond?: number | undefined;
  readonly twinUpdatesPerSecond?: number | undefined;
}

/** The documented quotas of one unit of S1: iot-hub-devguide-quotas-throttling.md. */
export const SERVICE_HUB_QUOTAS: HubThrottling = {
  connectionsPerSecond: 100,
  telemetryPerSecond: 100,
  twinReadsPerSecond: 100,
  twinUpdatesPerSecond: 50,
  messagesPerDay: 400_000,
};

/** Milliseconds of a day. */
const DAY_MS = 86_400_000;
/** A message counts once for each 4 KB that it begins; at the free tier, which is not imitated, for each 0.5 KB. */
const UNIT_BYTES = 4096;

/** The operations that have a quota for each second. */
export type HubOperation = 'connections' | 'telemetry' | 'twinReads' | 'twinUpdates';

/** Counts operations of each second, and messages of each day. Without quotas everything passes. */
export class HubQuotas {
  readonly #limits: HubThrottling | undefined;
  readonly #seconds = new Map<HubOperation, { readonly second: number; count: number }>();
  /** Days since 1970, and what was counted on that one. */
  #day = 0;
  #units = 0;

  constructor(limits: HubThrottling | undefined) {
    this.#limits = limits;
  }

  /**
   * Milliseconds until the operation may pass; 0 for at once. An operation that has to wait is counted for the second in which it
   * passes.
   */
  take(operation: HubOperation, now: number): number {
    const limit = this.#limits?.[`${operation}PerSecond`];
    if (limit === undefined) return 0;
    const second = Math.floor(now / 1000);
    const known = this.#seconds.get(operation);
    // Operations beyond the limit of a second take places in the next ones.
    // A clock that was set back begins anew: else everything would wait until it is as late as it was.
    const passed = known === undefined ? 0 : second - known.second;
    const left = known === undefined || passed < 0 ? 0 : Math.max(0, known.count - limit * passed);
    const ahead = Math.floor(left / limit);
    if (ahead > LONGEST_DELAY_S) return ahead * 1000;
    this.#seconds.set(operation, { second, count: left + (operation === 'telemetry' || ahead === 0 ? 1 : 0) });
    return ahead === 0 ? 0 : (second + ahead) * 1000 - now;
  }

  /** Why no message may pass today. Undefined when one may. */
  findDayFault(now: number): string | undefined {
    const { messagesPerDay } = this.#limits ?? {};
    if (messagesPerDay === undefined) return undefined;
    const day = Math.floor(now / DAY_MS);
    // A clock that was set back begins a new day, too.
    if (day !== this.#day) this.#units = 0;
    this.#day = day;
    return this.#units < messagesPerDay
      ? undefined
      : `the quota of ${messagesPerDay} messages a day is used up until 00:00 UTC`;
  }

  /** Counts a message that passes. */
  countMessage(bytes: number): void {
    this.#units += Math.max(1, Math.ceil(bytes / UNIT_BYTES));
  }
}

/** Seconds. The service first delays what is sent too fast, and then refuses it. After how long is not documented. */
export const LONGEST_DELAY_S = 10;
