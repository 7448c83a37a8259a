// How the client's cost grows, in a process of its own (--expose-gc), against the server that does next to nothing. Argument: its port.
// Prints the curves as JSON.

import { connect, createClient, type MqttClient, tcpTransport } from '@mote/client/lean';
import { inWindow, PAYLOAD, TOPIC } from '../client/work.ts';
import { type Curve, curve, steps } from './curve.ts';

const RECEIVED = 20_000;
const options = { host: '127.0.0.1', port: Number(process.argv[2]), transport: tcpTransport, clientId: 'growth' };

// Runs before the measurements, so that the first of them does not include the time of V8's compilers.
await send(20_000);
await receiveBeside(100);

const curves: Curve[] = [
  await measured('send messages at QoS 1', 'messages', 'ms', steps(1000, 100_000, 10), send),
  await measured('heap when they are acknowledged', 'messages', 'bytes', steps(1000, 100_000, 10), heapAfter),
  await measured('send what was queued', 'messages in the queue', 'ms', steps(1000, 64_000, 4), sendQueued),
  await measured('drop the oldest of a full queue', 'messages in the queue', 'ms', steps(1000, 64_000, 4), dropOldest),
  await measured('subscribe', 'subscriptions', 'ms', steps(100, 10_000, 10), subscribeMany),
  await measured('receive 20,000 messages', 'subscriptions', 'ms', steps(100, 10_000, 10), receiveBeside),
];
process.stdout.write(JSON.stringify(curves), () => process.exit(0));

async function measured(
  what: string,
  x: string,
  y: string,
  causes: readonly number[],
  cost: (cause: number) => Promise<number>,
): Promise<Curve> {
  const points: [number, number][] = [];
  for (const cause of causes) points.push([cause, await cost(cause)]);
  return curve(what, x, y, points);
}

/** Milliseconds of CPU time, collector and compiler threads included. */
async function cpuMs(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function send(messages: number): Promise<number> {
  await using client = await connect({ ...options, window: 100 });
  return await cpuMs(() => inWindow(messages, 100, () => client.publish(TOPIC, PAYLOAD, { qos: 1 })));
}

async function heapAfter(messages: number): Promise<number> {
  await using client = await connect({ ...options, window: 100 });
  await inWindow(messages, 100, () => client.publish(TOPIC, PAYLOAD, { qos: 1 }));
  for (let n = 0; n < 3; n++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    globalThis.gc!();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Publishes all of these messages before there is a connection, and sends them afterwards. */
async function sendQueued(messages: number): Promise<number> {
  await using client = createClient({ ...options, queue: { maxMessages: messages, maxBytes: Infinity } });
  return await cpuMs(() =>
    Promise.all(Array.from({ length: messages }, () => client.publish(TOPIC, PAYLOAD, { qos: 1 }))),
  );
}

/** Publishes twice as many messages as the queue holds, so that half of them are dropped. */
async function dropOldest(messages: number): Promise<number> {
  const queue = { maxMessages: messages, maxBytes: Infinity, whenFull: 'drop-oldest' } as const;
  await using client = createClient({ ...options, queue });
  return await cpuMs(() =>
    Promise.allSettled(Array.from({ length: 2 * messages }, () => client.publish(TOPIC, PAYLOAD, { qos: 1 }))),
  );
}

async function subscribeMany(subscriptions: number): Promise<number> {
  await using client = await connect(options);
  return await cpuMs(() => subscribeTo(client, subscriptions));
}

/** Receives the messages of one subscription, while there are many others. */
async function receiveBeside(subscriptions: number): Promise<number> {
  await using client = await connect(options);
  await subscribeTo(client, subscriptions);
  return await cpuMs(
    () =>
      new Promise<void>((resolve) => {
        let left = RECEIVED;
        client.subscribe(`burst/${RECEIVED}/+`, () => --left || resolve(), { qos: 0, highWater: RECEIVED });
      }),
  );
}

/** Makes so many subscriptions, none of which gets a message. */
async function subscribeTo(client: MqttClient, subscriptions: number): Promise<void> {
  await Promise.all(
    Array.from({ length: subscriptions }, (_, n) => client.subscribe(`burst/0/${n}`, () => {}, { qos: 0 }).granted),
  );
}
