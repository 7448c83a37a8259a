// A proxy that cuts the first connection after so many bytes in one direction, and what must hold of the client behind it.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { createClient } from '../../../packages/client/dist/index.js';

const MESSAGES = ['1', '2', '3'];
const LIMIT_MS = 30_000;

/** `at` is Infinity: no cut. Counts the bytes of the first connection. */
async function cuttingProxy(port, direction, at) {
  const counted = { 'to the broker': 0, 'to the client': 0 };
  const sockets = [];
  let first = true;
  const server = createServer((inner) => {
    const outer = connect(port, '127.0.0.1');
    const cuts = first;
    first = false;
    sockets.push(inner, outer);
    const end = () => {
      inner.destroy();
      outer.destroy();
    };
    const pass = (from, to, name) => {
      from.on('data', (bytes) => {
        const before = counted[name];
        if (cuts) counted[name] += bytes.length;
        if (cuts && name === direction && counted[name] >= at) {
          // What was before the cut arrives, and then the line is dead.
          to.write(bytes.subarray(0, at - before), end);
          from.pause();
        } else to.write(bytes);
      });
      from.on('close', end).on('error', end);
    };
    pass(inner, outer, 'to the broker');
    pass(outer, inner, 'to the client');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port: server.address().port, counted, close };
}

/** One exchange in both directions. Resolves with what is wrong with it, and with the bytes that went each way. */
export async function exchange(broker, observer, qos, direction, at, name) {
  const proxy = await cuttingProxy(broker.port, direction, at);
  const client = createClient({
    host: '127.0.0.1',
    port: proxy.port,
    transport: 'tcp',
    clientId: name,
    cleanSession: false,
    retry: { baseMs: 1, capMs: 20 },
  });
  const got = [];
  const faults = [];
  const timer = setTimeout(() => client.close({ drainMs: 0 }), LIMIT_MS);
  try {
    const messages = client.subscribe(`in/${name}`, { qos });
    const published = MESSAGES.map((text) => client.publish(`out/${name}`, text, { qos }));
    await messages.granted;
    for (const text of MESSAGES) observer.publish(`in/${name}`, text, qos);
    const reading = (async () => {
      for await (const message of messages) {
        got.push(Buffer.from(message.payload).toString());
        if (got.at(-1) === MESSAGES.at(-1)) break;
      }
    })();
    const outcomes = await Promise.allSettled(published);
    // At QoS 0 what was cut is lost, and nothing is owed.
    if (qos > 0 || at === Infinity) await reading;
    if (qos > 0 && outcomes.some(({ status }) => status === 'rejected'))
      faults.push(`rejected: ${outcomes.map(({ reason }) => reason?.code)}`);
    const arrived = () => observer.seen.filter(({ topic }) => topic === `out/${name}`).map(({ payload }) => payload);
    if (qos > 0) await observer.until(() => arrived().includes('3'));
    faults.push(...judge('sent', arrived(), qos), ...judge('received', got, qos));
  } catch (error) {
    faults.push(String(error));
  }
  clearTimeout(timer);
  await client.close({ drainMs: 1000 });
  proxy.close();
  return { faults: faults.map((fault) => `cut ${direction} at ${at}: ${fault}`), counted: proxy.counted };
}

/** At least once, exactly once, in order of their first arrival. */
function judge(what, texts, qos) {
  const faults = [];
  const firsts = texts.filter((text, i) => texts.indexOf(text) === i);
  if (firsts.join() !== [...firsts].sort().join()) faults.push(`${what} out of order: ${texts}`);
  if (qos > 0 && firsts.length < MESSAGES.length) faults.push(`${what} lost: ${texts}`);
  if (qos !== 1 && texts.length > firsts.length) faults.push(`${what} twice: ${texts}`);
  return faults;
}
