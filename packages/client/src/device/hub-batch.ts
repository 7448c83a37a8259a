import { byteLength } from '../hub/limits.ts';

/** Values on their way, many in one message. Made by `device.batch`. */
export interface TelemetryBatch {
  /** Adds a JSON value. Resolves when the hub has the message that it is in. One that is larger than `maxBytes` goes alone. */
  send(value: unknown): Promise<void>;
  /** Sends what is there now, without waiting for more. Settles with it. */
  flush(): Promise<void>;
}

/** `textOf`: the JSON of a value, or it throws. `room`: bytes for the values and the commas between them. `holding`: where it stands while it holds something. */
export function makeBatch(
  send: (values: readonly unknown[]) => Promise<void>,
  textOf: (value: unknown) => string,
  room: number,
  maxDelayMs: number,
  holding: Set<TelemetryBatch>,
): TelemetryBatch {
  let values: unknown[] = [];
  let bytes = 0;
  let sent: Promise<void> | undefined;
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
      if (values.length && bytes + 1 + size > room) leave();
      bytes += size + (values.length ? 1 : 0);
      // As it is now: what the caller does to it later is not sent.
      values.push(JSON.parse(text));
      sent ??= begin();
      const mine = sent;
      if (bytes >= room) leave();
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
