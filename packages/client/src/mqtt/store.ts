/**
 * Keeps the messages of a Session when the process ends. One store is for one client identifier. Each method may answer at once or with
 * a promise. When `put` has answered, the record must be safe, also after a crash; if that is not possible it throws or rejects. No part
 * of a record may be left. The client sends a packet only after its `put` has answered.
 */
export interface SessionStore {
  /** Returns all records, in any order. The client calls it once, before the first dial. */
  load():
    | Iterable<readonly [key: string, bytes: Uint8Array]>
    | PromiseLike<Iterable<readonly [key: string, bytes: Uint8Array]>>;
  /** Puts a record under a key, and replaces the one that was there. `bytes` is one MQTT packet; copy it if you keep it. */
  put(key: string, bytes: Uint8Array): unknown;
  /** Deletes a record. A key without a record is no error. */
  delete(key: string): unknown;
  /** Deletes all records. */
  clear(): unknown;
  /** The client has ended: files may be closed, until the next `load`. */
  close?(): unknown;
}

/**
 * A SessionStore in memory: several clients of one process, one after the other, can use the same Session.
 *
 * @example
 * const store = memoryStore();
 * store.put('out/1', Uint8Array.of(0x40, 2, 0, 1));
 */
export function memoryStore(): SessionStore {
  const records = new Map<string, Uint8Array>();
  return {
    load: () => [...records],
    put: (key, bytes) => void records.set(key, bytes.slice()),
    delete: (key) => void records.delete(key),
    clear: () => records.clear(),
  };
}
