import { byteLength } from '../hub/limits.ts';

/** Collects values and sends many of them in one message. Made by `device.batch`. */
export interface TelemetryBatch {
  /** Adds a JSON value. Resolves when the hub has acknowledged its message. A value larger than `maxBytes` is sent alone. */
  send(value: unknown): Promise<void>;
  /** Sends the collected values now. Settles when their message does. */
  flush(): Promise<void>;
}

/**
 * `textOf` returns the JSON of a value, or throws. `room`: most bytes of the values with their commas. `holding`: the batch is in this set
 * while it holds values.
 */
export function makeBatch(
  send: (values: readonly unknown[]) => Promise<void>,
  textOf: (value: unknown) => string,
  room: number,
  maxDelayMs: number,
  holding: Set<TelemetryBatch>,
): TelemetryBatch {
  let values: unknown[] = [];
  /** With a comma behind each value. */
  let bytes = 0;
  let sent: Promise<void> | undefined;
  /** Sends the values. Does nothing while there are none. */
  let leave = (): void => {};

  function begin(): Promise<void> {
    holding.add(batch);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => leave(), maxDelayMs);
      leave = () => {
        clearTimeout(timer);
        holding.delete(batch);
        const full = values;
        values = [];
        bytes = 0;
        sent = undefined;
        leave = () => {};
        send(full).then(resolve, reject);
      };
    });
  }

  const batch: TelemetryBatch = {
    async send(value) {
      const text = textOf(value);
      const size = byteLength(text);
      if (bytes + size > room) leave();
      bytes += size + 1;
      // A copy: what the caller changes later is not sent.
      values.push(JSON.parse(text));
      sent ??= begin();
      const mine = sent;
      if (bytes > room) leave();
      await mine;
    },

    flush() {
      const last = sent ?? Promise.resolve();
      leave();
      return last;
    },
  };
  return batch;
}
