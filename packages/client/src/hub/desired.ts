import type { MqttError } from '../mqtt/error.ts';
import type { HubError } from './error.ts';

// The desired properties for one reader: first the whole document, then each change, every version once and in order.
// - A hub keeps no change for a device that is offline. So the whole is read again on every connection, and given to the reader if
//   it is newer than what the reader has.
// - A gap between two versions means that a change was missed: the whole is read again. Versions older than the last are ignored.

/** Most changes that wait for a busy reader, or for the whole document. When more come, the whole is read again in their place. */
const MOST = 100;
/** Milliseconds before the whole is asked for again after a failure: the first time, and the most. Each delay is twice the one before. */
const FIRST_MS = 1000;
const MOST_MS = 60_000;

type Values = Readonly<Record<string, unknown>>;

/** Desired properties, or what has changed of them. */
export interface DesiredChange {
  /** The version of the desired properties after this change. */
  readonly version: number;
  /** The changed members, null for a member that was removed. All members when `complete`. */
  readonly patch: Values;
  /** Whether `patch` has all members, and not only those that have changed. */
  readonly complete: boolean;
}

/**
 * Desired properties for one reader: the whole, then each change in the order of its version, none twice.
 *
 * @example
 * const reader: Desired = new Desired(() => onMessage(reader.take()));
 * reader.online(true, false);
 * reader.asked();
 * reader.whole({ interval: 10, $version: 4 }, 0);
 */
export class Desired {
  readonly #onChange: () => void;
  /** Changes that the reader has not taken yet. */
  #changes: DesiredChange[] = [];
  #last = -1;
  /** The whole was asked for. Changes that come before it go to `#waiting`. */
  #reading = false;
  #waiting: DesiredChange[] = [];
  /** The Session is a new one, so the whole may have a lower version than before: the twin may have been deleted and made again. */
  #anew = true;
  #delayMs = FIRST_MS;
  /** When to ask for the whole. Infinity: not now. */
  readAt = 0;
  /** True when no change will come any more. `error` says why; it is undefined after a normal close. */
  ended = false;
  /** Why no change will come any more. Undefined before the end, and after a normal close. */
  error: HubError | MqttError | undefined;

  /** `onChange` is called when there is something to `take`, and at the end. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Takes the oldest change that waits. */
  take(): DesiredChange | undefined {
    return this.#changes.shift();
  }

  /** A connection is open. `anew`: in a new Session. `moved`: at another hub or under another id, so with another twin. */
  online(anew: boolean, moved: boolean): void {
    if (moved) this.#last = -1;
    this.#anew ||= anew;
    this.#reading = false;
    this.#delayMs = FIRST_MS;
    this.readAt = 0;
  }

  /** The connection is lost: nothing is asked before the next one. */
  offline(): void {
    this.readAt = Infinity;
    this.#waiting = [];
  }

  /** The request for the whole was sent. */
  asked(): void {
    this.#reading = true;
    this.readAt = Infinity;
  }

  /** The request for the whole has failed. It is repeated with a delay that doubles each time. */
  failed(now: number): void {
    this.#reading = false;
    this.readAt = now + this.#delayMs;
    this.#delayMs = Math.min(this.#delayMs * 2, MOST_MS);
  }

  /** The whole has come. Returns false when it is older than what the reader has. */
  whole({ $version, ...patch }: Values, now: number): boolean {
    const version = $version as number;
    this.#reading = false;
    const fresh = version > this.#last || (this.#anew && version !== this.#last);
    const past = !fresh && version < this.#last;
    if (!past) this.#anew = false;
    if (fresh) {
      this.#last = version;
      this.#changes = [];
      this.#push({ version, patch, complete: true });
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const change of waiting) if (change.version > this.#last) this.#follow(change, now, true);
    return !past;
  }

  /** A change has come. Returns false when it is older than what the reader has. */
  changed(version: number, { $version: _, ...patch }: Values, now: number): boolean {
    if (version <= this.#last && !this.#reading) return false;
    this.#follow({ version, patch, complete: false }, now, false);
    return true;
  }

  /** No change will come any more: the device has ended, or the hub does not grant the subscription. */
  end(error: HubError | MqttError | undefined): void {
    this.ended = true;
    this.error = error;
    this.readAt = Infinity;
    this.#onChange();
  }

  #follow(change: DesiredChange, now: number, late: boolean): void {
    if (this.#reading || this.readAt < Infinity) {
      if (this.#waiting.length < MOST) this.#waiting.push(change);
    } else if (change.version === this.#last + 1 && this.#changes.length < MOST) {
      this.#last = change.version;
      this.#delayMs = FIRST_MS;
      this.#push(change);
    } else {
      this.#waiting.push(change);
      // The whole that just came lacks changes that came before it. The hub gets some time before it is asked again.
      if (late) this.failed(now);
      else this.readAt = now;
    }
  }

  #push(change: DesiredChange): void {
    this.#changes.push(change);
    this.#onChange();
  }
}
