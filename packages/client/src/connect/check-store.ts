import type { SessionStore } from '../mqtt/store.ts';

/**
 * Tests a SessionStore of your own. Rejects with an Error that names the first rule that it breaks. `make` is called twice. A store that
 * keeps its records on a disk should use the same place both times: the records must then be there again.
 *
 * @example
 * await checkStore(() => memoryStore());
 */
export async function checkStore(make: () => SessionStore | PromiseLike<SessionStore>): Promise<void> {
  if (typeof make !== 'function') throw new TypeError('checkStore: a function is needed that makes a store');
  const store = await make();
  for (const name of ['load', 'put', 'delete', 'clear'] as const)
    if (typeof Object(store)[name] !== 'function')
      throw new Error(`the store breaks a rule: it has the method ${name}()`);
  await store.load();
  await store.clear();
  await holds(store, {}, 'clear() leaves nothing');

  const first = bytes(5);
  await store.put('out-1', first);
  await holds(store, { 'out-1': bytes(5) }, 'what was put is there, byte by byte');
  first.fill(0);
  await holds(store, { 'out-1': bytes(5) }, 'put() keeps bytes of its own: the caller may write to his again');
  await store.put('out-1', bytes(3));
  await holds(store, { 'out-1': bytes(3) }, 'put() replaces what was there under the same key');
  await store.put('in-7', bytes(0));
  await store.put('in 8 ü', bytes(256));
  const three = { 'out-1': bytes(3), 'in-7': bytes(0), 'in 8 ü': bytes(256) };
  await holds(store, three, 'records of any key and length, none too, stand beside each other');
  await store.delete('nothing');
  await holds(store, three, 'delete() of what is not there does nothing');
  await store.delete('in-7');
  await store.delete('in 8 ü');
  await holds(store, { 'out-1': bytes(3) }, 'delete() takes what it names and nothing else');

  // The client does not wait for the end of one call before it makes the next.
  await Promise.all([
    store.put('a', bytes(1)),
    store.put('a', bytes(2)),
    store.put('b', bytes(4)),
    store.put('c', bytes(6)),
  ]);
  await holds(
    store,
    { 'out-1': bytes(3), a: bytes(2), b: bytes(4), c: bytes(6) },
    'of calls under way at once, the last one counts',
  );
  await Promise.all([store.delete('a'), store.delete('b'), store.put('b', bytes(9))]);
  await holds(store, { 'out-1': bytes(3), b: bytes(9), c: bytes(6) }, 'a key that is deleted can be put again at once');

  await store.clear();
  const many: Record<string, Uint8Array> = {};
  for (let i = 0; i < 500; i++) many[`out-${i}`] = bytes(i);
  many['large'] = bytes(300_000);
  await Promise.all(Object.entries(many).map(([key, value]) => store.put(key, value)));
  await holds(store, many, 'five hundred records, and one of 300,000 bytes');
  for (let round = 0; round < 20; round++) for (let i = 0; i < 50; i++) await store.put('again', bytes(1000 + i));
  await Promise.all(Object.keys(many).map((key) => store.delete(key)));
  await holds(
    store,
    { again: bytes(1049) },
    'a key that was put a thousand times has its last record, and the others are gone',
  );

  await store.close?.();
  const other = await make();
  const kept = [...(await other.load())];
  // A store in memory is empty again.
  if (kept.length) await holds(other, { again: bytes(1049) }, 'what was put is there for the next one');
  await other.clear();
  await holds(other, {}, 'clear() leaves nothing for the next one');
  await other.close?.();
}

/** Throws unless `load` returns exactly these records, twice in a row. */
async function holds(store: SessionStore, records: Readonly<Record<string, Uint8Array>>, rule: string): Promise<void> {
  for (let times = 0; times < 2; times++) {
    const found = new Map(await store.load());
    const right = Object.entries(records).every(([key, value]) => equal(found.get(key), value));
    if (!right || found.size !== Object.keys(records).length) throw new Error(`the store breaks a rule: ${rule}`);
  }
}

function equal(one: Uint8Array | undefined, other: Uint8Array): boolean {
  return one?.length === other.length && other.every((byte, i) => one[i] === byte);
}

/** Test bytes: for each length different ones, so that no record is taken for another. */
function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 255);
}
