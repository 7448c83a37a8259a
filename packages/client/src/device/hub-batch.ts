import { byteLength, jsonText } from '../hub/limits.ts';

/** Values on their way, many in one message. Made by `device.batch`. */
export class TelemetryBatch {
  readonly #send: (values: readonly unknown[]) => Promise<void>;
  readonly #room: number;
  readonly #maxDelayMs: number;
  /** Where it stands while it holds something. */
  readonly #open: Set<TelemetryBatch>;
  #values: unknown[] = [];
  #bytes = 0;
  #sent: Promise<void> | undefined;
  #leave: () => void = () => {};

  /** `room`: bytes for the values and the commas between them. */
  constructor(
    send: (values: readonly unknown[]) => Promise<void>,
    room: number,
    maxDelayMs: number,
    open: Set<TelemetryBatch>,
  ) {
    this.#send = send;
    this.#room = room;
    this.#maxDelayMs = maxDelayMs;
    this.#open = open;
  }

  /** Adds a JSON value. Resolves when the hub has the message that it is in. One that is larger than `maxBytes` goes alone. */
  async send(value: unknown): Promise<void> {
    const text = jsonText('value', value);
    const comma = this.#values.length ? 1 : 0;
    const bytes = byteLength(text);
    if (comma && this.#bytes + comma + bytes > this.#room) this.#leave();
    this.#bytes += bytes + (this.#values.length ? 1 : 0);
    // As it is now: what the caller does to it later is not sent.
    this.#values.push(JSON.parse(text));
    this.#sent ??= this.#begin();
    const sent = this.#sent;
    if (this.#bytes >= this.#room) this.#leave();
    await sent;
  }

  /** Sends what is there now, without waiting for more. Settles with it. */
  flush(): Promise<void> {
    const sent = this.#sent ?? Promise.resolve();
    this.#leave();
    return sent;
  }

  #begin(): Promise<void> {
    this.#open.add(this);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#leave(), this.#maxDelayMs);
      this.#leave = () => {
        clearTimeout(timer);
        const values = this.#values;
        this.#values = [];
        this.#bytes = 0;
        this.#sent = undefined;
        this.#leave = () => {};
        this.#open.delete(this);
        this.#send(values).then(resolve, reject);
      };
    });
  }
}
