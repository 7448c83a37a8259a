/**
 * Keeps what belongs to the Session, so that it outlives the process: one store for one client identifier. Each method may
 * answer at once or by a promise. What `put` was given is there after it has answered, whatever happens then, or else it
 * throws; a record that is only half there must not be. The client waits for `put` before the packet leaves.
 */
export interface SessionStore {
  /** Everything that was put and not deleted, in any order. Called once, before the first dial. */
  load():
    | Iterable<readonly [key: string, bytes: Uint8Array]>
    | PromiseLike<Iterable<readonly [key: string, bytes: Uint8Array]>>;
  /** `bytes` is one MQTT packet, as it is sent. It replaces what was there under this key. */
  put(key: string, bytes: Uint8Array): unknown;
  /** A key that is not there is no error. */
  delete(key: string): unknown;
  /** Deletes everything. */
  clear(): unknown;
  /** The client has ended: what it takes to keep the records may be let go of, until the next `load`. */
  close?(): unknown;
}

/**
 * Keeps a Session over many clients of one process.
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
