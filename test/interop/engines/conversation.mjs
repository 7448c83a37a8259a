// What a client of any broker does in its life, on whichever engine runs this: arguments are a transport, a port, and the file of the CA
// for TLS. Prints a line of JSON for each case, and must come to its end by itself: a socket or timer that is left would hold it.

import { readFileSync } from 'node:fs';
import process from 'node:process';
import { connect, createClient } from '../../../packages/client/dist/node/client.js';

const [transport, port, caFile] = process.argv.slice(2);
const tls = transport === 'tls' ? { ca: readFileSync(caFile, 'utf8') } : undefined;
const options = (clientId, others) => ({
  host: 'localhost',
  port: Number(port),
  transport,
  ...(tls && { tls }),
  clientId,
  retry: { baseMs: 10 },
  ...others,
});

async function check(title, run) {
  try {
    const [seen, wanted] = (await run()).map((value) => JSON.stringify(value));
    console.log(
      JSON.stringify({ title, good: seen === wanted, seen: seen === wanted ? undefined : seen?.slice(0, 300) }),
    );
  } catch (error) {
    console.log(JSON.stringify({ title, good: false, seen: String(error?.stack ?? error) }));
  }
}

const text = ({ payload }) => new TextDecoder().decode(payload);
const failure = async (promise) =>
  promise.then(
    () => 'no failure',
    ({ code, name }) => (name === 'AbortError' ? name : code),
  );

for (const qos of [0, 1, 2])
  await check(`QoS ${qos}: empty, small and 70,000 bytes come back as they were, in order`, async () => {
    const client = await connect(options(`echo-${qos}`));
    const messages = client.subscribe(`echo/${qos}`, { qos });
    await messages.granted;
    const sizes = [0, 1, 70_000];
    for (const size of sizes) await client.publish(`echo/${qos}`, new Uint8Array(size).fill(size % 251), { qos });
    const seen = [];
    for await (const { payload, qos: got } of messages) {
      seen.push([payload.length, payload.at(-1) ?? 0, got]);
      if (seen.length === sizes.length) break;
    }
    await client.close();
    return [seen, sizes.map((size) => [size, size && size % 251, qos])];
  });

await check('300 messages of QoS 1 through a handler, in order', async () => {
  const client = await connect(options('handler'));
  const seen = [];
  const all = new Promise((resolve) => {
    client.subscribe('many', (message) => seen.push(Number(text(message))) === 300 && resolve(), { qos: 1 });
  });
  await Promise.all(Array.from({ length: 300 }, (_, n) => client.publish('many', String(n), { qos: 1 })));
  await all;
  await client.close();
  return [seen, Array.from({ length: 300 }, (_, n) => n)];
});

await check('a link that is cut comes back, and nothing that was accepted is lost', async () => {
  const states = [];
  const client = await connect(
    options(`cut-${process.pid}`, { cleanSession: false, onState: ({ type }) => states.push(type) }),
  );
  const messages = client.subscribe('kept/#', { qos: 1 });
  await messages.granted;
  await client.publish('kept/before', '1', { qos: 1 });
  client.post('please/cut', '');
  await client.publish('kept/after', '2', { qos: 1 });
  const seen = new Set();
  for await (const message of messages) {
    seen.add(text(message));
    if (seen.has('2')) break;
  }
  await client.close();
  return [
    [[...seen], states.filter((type) => type === 'online').length],
    [['1', '2'], 2],
  ];
});

await check('begins offline, and sends what was queued', async () => {
  const client = createClient(options('offline'));
  const messages = client.subscribe('queued');
  await messages.granted;
  await client.publish('queued', 'x', { qos: 1 });
  const { value } = await messages.next();
  await client[Symbol.asyncDispose]();
  return [text(value), 'x'];
});

await check('refused credentials, a port where nobody is, and a signal end it with their reason', async () => [
  [
    await failure(connect(options('refused', { credentials: { userName: 'nobody' } }))),
    await failure(connect({ ...options('nobody'), port: 1, timeoutMs: 300, retry: { attempts: 0 } })),
    await failure(connect(options('aborted', { signal: AbortSignal.abort() }))),
  ],
  ['connection-refused', 'connect-failed', 'AbortError'],
]);

if (tls)
  await check('a server of another authority is not trusted, nor one of another name', async () => [
    [
      await failure(connect(options('stranger', { tls: undefined }))),
      await failure(connect({ ...options('name'), host: '127.0.0.1' })),
    ],
    ['tls-failed', 'tls-failed'],
  ]);
