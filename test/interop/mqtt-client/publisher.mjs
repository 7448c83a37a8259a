// PORT JOURNAL TOPIC QOS FIRST COUNT: publishes numbers, says `accepted N` once N is in the journal, and `done` at the end.

import { createClient, journalStore } from '../../../packages/client/dist/index.js';

const [port, journal, topic, qos, first, count] = process.argv.slice(2);
const say = (text) => new Promise((resolve) => process.stdout.write(`${text}\n`, resolve));
const store = journalStore(journal);
/** Says so when a PUBLISH has been put, which is when it counts as accepted. */
const telling = {
  load: () => store.load(),
  put: async (key, bytes) => {
    await store.put(key, bytes);
    if (bytes[0] >> 4 === 3)
      await say(
        `accepted ${Buffer.from(bytes.subarray(bytes.length - 8))
          .toString()
          .trim()}`,
      );
  },
  delete: (key) => store.delete(key),
  clear: () => store.clear(),
  close: () => store.close(),
};
const client = createClient({
  host: '127.0.0.1',
  port: Number(port),
  transport: 'tcp',
  clientId: `crash-${qos}`,
  cleanSession: false,
  store: telling,
  retry: { baseMs: 1, capMs: 50 },
});
const end = Number(first) + Number(count);
const underWay = new Set();
for (let number = Number(first); number < end; number++) {
  // Eight bytes, so that they can be found at the end of the packet.
  const one = client
    .publish(topic, String(number).padStart(8), { qos: Number(qos) })
    .finally(() => underWay.delete(one));
  underWay.add(one);
  if (underWay.size >= 8) await Promise.race(underWay);
}
await client.close({ drainMs: 20_000 });
process.exit(client.state.type === 'closed' ? 0 : 1);
