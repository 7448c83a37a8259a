/** When to ping, and when to give the link up. Times are the caller's milliseconds. */
export class KeepAlive {
  readonly #intervalMs: number;
  readonly #timeoutMs: number;
  #lastWriteAt = 0;
  #pingSentAt: number | undefined;
  #excused = false;

  /** `seconds` as CONNECT says them; 0 turns it off. PINGRESP is awaited for `timeoutMs`. */
  constructor(seconds: number, timeoutMs: number = Math.min(10_000, seconds * 1000)) {
    // Three quarters: the ping must be on its way before the time that the server was told is over.
    this.#intervalMs = seconds === 0 ? Number.POSITIVE_INFINITY : seconds * 750;
    this.#timeoutMs = timeoutMs;
  }

  get timeoutMs(): number {
    return this.#timeoutMs;
  }

  get wakeAt(): number {
    return this.#pingSentAt === undefined ? this.#lastWriteAt + this.#intervalMs : this.#pingSentAt + this.#timeoutMs;
  }

  /** The clock runs from our last write alone [MQTT-3.1.2-23]: a peer that floods us cannot put the ping off. */
  wrote(now: number): void {
    this.#lastWriteAt = now;
  }

  /** PINGRESP; one that nobody asked for proves no less that the peer is there. */
  answered(): void {
    this.#pingSentAt = undefined;
    this.#excused = false;
  }

  due(now: number): 'ping' | 'lost' | undefined {
    const late = now - this.wakeAt;
    if (late < 0) return undefined;
    const waited = this.#pingSentAt !== undefined;
    // A timer more than a second late means that the machine slept or was stopped: the answer may lie unread in the
    // socket, so the link gets one more ping before it is judged.
    if (waited && (late <= 1000 || this.#excused)) return 'lost';
    this.#excused = waited;
    this.#pingSentAt = now;
    return 'ping';
  }
}
