import { DONE, makeLoop } from '../connect/loop.ts';
import { now } from '../driver.ts';
import { Desired, type DesiredChange } from '../hub/desired.ts';
import { HubError } from '../hub/error.ts';
import { patchText } from '../hub/limits.ts';
import { ask } from './hub-ask.ts';
import type { HubLink } from './hub-link.ts';
import type { RequestOptions } from './hub-options.ts';

type Values = Readonly<Record<string, unknown>>;

/** The twin of a device: what its hub wants (desired), and what the device says (reported). A member of `HubDevice`. */
export interface Twin {
  /** Reads the twin: desired and reported properties, each with its `$version`. */
  get(options?: RequestOptions): Promise<{ readonly desired: Values; readonly reported: Values }>;
  /**
   * Changes the reported properties by a merge patch, in which null removes a member. Resolves with their new version. Rejects with
   * HubError; what the hub would refuse is `too-large` or `invalid-options`, before anything is sent.
   */
  report(patch: Values, options?: RequestOptions): Promise<number | undefined>;
  /**
   * The desired properties, for a `for await` loop: first the whole (`complete`), then each change in order, no version twice. What
   * was missed while offline comes as a whole again.
   */
  desired(): DesiredChanges;
}

/** The loop over desired properties. Made by `device.twin.desired`. */
export interface DesiredChanges extends AsyncIterableIterator<DesiredChange> {
  /** The next change. Rejects with the error that has ended the device. */
  next(): Promise<IteratorResult<DesiredChange, undefined>>;
  /** Ends the loop. */
  return(): Promise<IteratorReturnResult<undefined>>;
  [Symbol.asyncIterator](): DesiredChanges;
}

/** Makes the member `twin` of a device. */
export function makeTwin(link: HubLink): Twin {
  return {
    async get(options) {
      const { body } = await ask(link, 'twin-get', () => '', options);
      const { desired, reported } = Object(body) as { desired?: Values; reported?: Values };
      if (Object(desired) !== desired || Object(reported) !== reported)
        throw link.explained(new HubError('protocol-violation', 'twin', { reason: 'no-twin' }));
      return { desired: desired!, reported: reported! };
    },

    report: async (patch, options) => (await ask(link, 'twin-report', () => patchText(patch), options)).version,

    desired() {
      const reader = new Desired(() => {
        loop.serve();
        if (reader.ended) loop.end(link.explained(reader.error));
      });
      const loop = makeLoop(() => reader.take());
      // Throws if the device has ended.
      link.client();
      link.exchange.run(link.exchange.machine.watch(reader, now()));
      return {
        next: loop.next,
        async return() {
          link.exchange.machine.unwatch(reader);
          reader.end(undefined);
          return DONE;
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
  };
}
