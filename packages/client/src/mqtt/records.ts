import { encodePubrelInto, PUBREL } from '@mote/codec';
import type { Outgoing, Waiting } from './outgoing.ts';
import type { PacketIds } from './packet-ids.ts';
import { encode, encodeAcknowledgement, type lastPrepared } from './prepared.ts';
import type { CallStore } from './store-calls.ts';

/** The records of unacknowledged messages in the store. */
export interface Records {
  /** Puts the packet of a message, then calls `saved`. If the message is gone by then, its record is erased instead. */
  save(entry: Outgoing, saved?: () => void, failed?: (error: unknown) => void): void;
  /** Deletes the record, and then frees the identifier. So the store never has two records with the same identifier. */
  erase(entry: Outgoing): void;
}

/**
 * `preparedOf` finds the prepared PUBLISH of a message. `onEnd` is called after each `save`, also after one that failed. When `isOver`
 * returns true, nothing is called any more.
 */
export function makeRecords(
  preparedOf: ReturnType<typeof lastPrepared>,
  ids: PacketIds<Waiting>,
  callStore: CallStore,
  isOver: () => boolean,
  onEnd: () => void,
): Records {
  /** The packet that is put: PUBLISH, or the PUBREL that has replaced it. */
  function packetOf(entry: Outgoing): Uint8Array {
    const { state, qos, packetId, payload } = entry;
    if (state === 'released') return encodeAcknowledgement(encodePubrelInto, PUBREL, packetId);
    return encode(preparedOf(entry, qos), payload!, packetId);
  }

  const records: Records = {
    save(entry, saved, failed) {
      const end = (then?: () => void): void => {
        entry.saving--;
        if (isOver()) return;
        if (entry.state === 'gone') records.erase(entry);
        else then?.();
        onEnd();
      };
      entry.saving++;
      callStore(
        (store) => store.put(keyOf(entry), packetOf(entry)),
        () => end(saved),
        failed && ((error) => end(() => failed(error))),
        // PUBREL leaves in the order in which PUBREC came [MQTT-4.6.0-4]; PUBLISH has its place in the queue.
        entry.state === 'released',
      );
    },

    erase(entry) {
      // A record that is being put is erased by `save`, when that has finished.
      if (entry.packetId && !entry.saving)
        callStore(
          (store) => store.delete(keyOf(entry)),
          () => ids.release(entry.packetId),
        );
    },
  };
  return records;
}

/** The key of a message. With leading zeros, so that keys sort in the order of `publish`. */
function keyOf({ sequence }: Outgoing): string {
  return `out-${String(sequence).padStart(15, '0')}`;
}
