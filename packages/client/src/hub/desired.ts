import type { MqttError } from '../mqtt/error.ts';
import type { HubError } from './error.ts';

// The desired properties as one reader sees them: first the whole, then what changes, each version once and in order.
// - A hub keeps no change for a device that is away, so that the whole is read again on every connection; it is told if it is newer.
// - A gap means that a change was missed: the whole is read again. An older version than the last is ignored.

/** Changes that wait for a reader who is busy, or for the whole. More become one: the whole is read again. */
const MOST = 100;
const FIRST_MS = 1000;
const MOST_MS = 60_000;

type Values = Readonly<Record<string, unknown>>;

export interface DesiredChange {
  readonly version: number;
  /** The changed members, null for one that is gone; all members when `complete`. */
  readonly patch: Values;
  readonly complete: boolean;
}

export class Desired {
  readonly #onChange: () => void;
  /** What waits for the reader. */
  #changes: DesiredChange[] = [];
  #last = -1;
  /** The whole is being read: what comes meanwhile waits. */
  #reading = false;
  #waiting: DesiredChange[] = [];
  /** The Session is another: its versions may count from the beginning. */
  #anew = true;
  #delayMs = FIRST_MS;
  /** When the whole is to be read. */
  readAt = 0;
  /** Nothing more comes; and why, unless it was closed in good order. */
  ended = false;
  error: HubError | MqttError | undefined;

  /** `onChange`: there is something to `take`, or it has ended. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** The oldest change that the reader has not had. */
  take(): DesiredChange | undefined {
    return this.#changes.shift();
  }

  /** A connection stands. `anew`: in another Session; `moved`: of another twin. */
  online(anew: boolean, moved: boolean): void {
    if (moved) this.#last = -1;
    this.#anew ||= anew;
    this.#reading = false;
    this.#delayMs = FIRST_MS;
    this.readAt = 0;
  }

  offline(): void {
    this.readAt = Infinity;
    this.#waiting = [];
  }

  /** The whole was asked for. */
  asked(): void {
    this.#reading = true;
    this.readAt = Infinity;
  }

  /** The whole has not come. */
  failed(now: number): void {
    this.#reading = false;
    this.readAt = now + this.#delayMs;
    this.#delayMs = Math.min(this.#delayMs * 2, MOST_MS);
  }

  /** The whole. False when it is of the past. */
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

  /** A change. False when it is of the past. */
  changed(version: number, { $version: _, ...patch }: Values, now: number): boolean {
    if (version <= this.#last && !this.#reading) return false;
    this.#follow({ version, patch, complete: false }, now, false);
    return true;
  }

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
      // The whole was older than what had come before it: it gets some time.
      if (late) this.failed(now);
      else this.readAt = now;
    }
  }

  #push(change: DesiredChange): void {
    this.#changes.push(change);
    this.#onChange();
  }
}
