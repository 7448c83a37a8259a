import type { Outgoing, Waiting } from './outgoing.ts';
import type { PacketIds } from './packet-ids.ts';
import type { Keep } from './store-calls.ts';

/** What the store has of messages that were not acknowledged. */
export interface Records {
  /** Puts what is to be sent next. One that is gone by then is erased, and `saved` is not called. */
  save(entry: Outgoing, saved: () => void, failed?: (error: unknown) => void): void;
  /** The record, and then the identifier: in the store there is one record for one identifier at any time. */
  erase(entry: Outgoing): void;
}

/** `packetOf` encodes what is to be sent. `onEnd` is called after each `save`, whatever became of it. Once `isOver`, nothing is done any more. */
export function makeRecords(
  packetOf: (entry: Outgoing) => Uint8Array,
  ids: PacketIds<Waiting>,
  keep: Keep,
  onStoreFailure: (error: unknown) => void,
  isOver: () => boolean,
  onEnd: () => void,
): Records {
  const records: Records = {
    save(entry, saved, failed = onStoreFailure) {
      const end = (then: () => void): void => {
        entry.stored = true;
        if (isOver()) return;
        if (entry.state === 'gone') records.erase(entry);
        else then();
        onEnd();
      };
      entry.stored = false;
      keep(
        (store) => store.put(keyOf(entry), packetOf(entry)),
        () => end(saved),
        (error) => end(() => failed(error)),
      );
    },

    erase(entry) {
      // While it is being put it cannot be deleted.
      if (entry.qos && entry.stored)
        keep(
          (store) => store.delete(keyOf(entry)),
          () => ids.release(entry.packetId),
        );
    },
  };
  return records;
}

/** So that their order as text is that of `publish`. */
function keyOf({ sequence }: Outgoing): string {
  return `out-${String(sequence).padStart(15, '0')}`;
}
