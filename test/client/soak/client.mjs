// pnpm test:soak:client [MINUTES]: three publishers and a subscriber of the general client, one for each QoS, against mosquitto, with lines
// that are cut, stall or come late, and a broker that starts anew. What mosquitto_sub got on a line of its own is the judge. Prints the
// figures, writes them into docs/reliability.md when it took an hour, and fails when a message is lost, when a promise does not settle, when
// memory grows, or when a client sends or hands over messages in another order or more often than its packets allow. What the broker itself
// gives twice or late is counted, not judged.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';
import { getHeapCodeStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createClient, journalStore } from '@mote/client';
import { CONNACK, PUBLISH, PUBREC, PUBREL } from '@mote/codec';
import { leastSquares, writeTable } from './figures.mjs';
import { Exchanges, Ledger, Order } from './ledger.mjs';

const MINUTES = Number(process.argv[2] ?? 60);
/** Milliseconds between two messages of a publisher, between two faults of a line, and between two starts of the broker. */
const PUBLISH_MS = 50;
const FAULT_MS = 8000;
const RESTART_MS = 420_000;
const KEEP_ALIVE_S = 10;

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');
const folder = mkdtempSync(join(tmpdir(), 'mote-soak-'));
const unexpected = [];
for (const event of ['unhandledRejection', 'uncaughtException', 'warning'])
  process.on(event, (error) => unexpected.push(`${event}: ${error}`));
// An error of this script would be noted and no more: without this it would end as if all were well.
process.on('exit', () => {
  if (wrong) return;
  for (const fault of unexpected) console.log(`wrong: ${fault}`);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
});
let wrong;
const counts = { cuts: 0, stalls: 0, delays: 0, restarts: 0, crashes: 0, connections: 0 };

const port = await freePort();
let broker = await startBroker();
const judge = startJudge();
const sent = new Ledger();
const given = new Ledger();
const sentAt2 = new Exchanges();
const givenAt2 = new Exchanges();
const handedOver = new Order();
const lines = await Promise.all(['qos-0', 'qos-1', 'qos-2', 'subscriber'].map(makeLine));
const clients = lines.map(({ name, port }, i) =>
  createClient({
    host: '127.0.0.1',
    port,
    transport: 'tcp',
    clientId: name,
    cleanSession: false,
    keepAlive: KEEP_ALIVE_S,
    queue: { maxMessages: 10_000 },
    onState: ({ type }) => type === 'online' && counts.connections++,
    onPacket: name === 'subscriber' ? noteGiven : noteSent,
    retry: { baseMs: 20, capMs: 2000, standMs: 1000, silenceMs: 5000 },
    // The publisher of QoS 2 has the store that a device would have.
    ...(i === 2 && { store: journalStore(join(folder, 'journal')) }),
  }),
);

const received = new Ledger();
clients[3].subscribe(
  'soak/+',
  (message) => {
    const [qos, number] = read(message);
    if (received.note(qos, number)) handedOver.left(qos, number);
  },
  { qos: 2 },
);
await after(1000);

const until = performance.now() + MINUTES * 60_000;
const accepted = new Ledger();
const settled = { resolved: 0, rejected: 0 };
const heap = [];
const underWay = new Set();
await Promise.all([publish(0), publish(1), publish(2), sampleHeap(), restarts(), ...lines.map(faults)]);
for (const line of lines) line.heal();
await Promise.race([Promise.all(underWay), after(60_000)]);
const unsettled = underWay.size;
await after(15_000);
for (const client of clients) await client.close();
judge.child.kill();
broker.kill();
await once(broker, 'exit');
for (const line of lines) line.close();
rmSync(folder, { recursive: true });

wrong = [...unexpected];
let passedOver = 0;
for (const qos of [1, 2]) {
  for (const number of accepted.numbers(qos)) {
    // What the broker has given to one of the two has reached it. It may forget to whom else a message was going when it starts anew.
    const wasJudged = judge.seen.has(qos, number);
    if (!received.has(qos, number))
      wrong.push(`${wasJudged ? 'the subscriber' : 'the broker'} did not get ${number} of QoS ${qos}`);
    else if (!wasJudged) passedOver++;
  }
}
for (const [number, latest] of sent.late.flat().slice(0, 5)) wrong.push(`a publisher sent ${number} after ${latest}`);
if (sentAt2.repeated) wrong.push(`a publisher began twice with ${sentAt2.repeated} messages of QoS 2`);
wrong.push(...handedOver.broken.slice(0, 5));
if (received.twice[2] !== givenAt2.repeated)
  wrong.push(
    `the subscriber got ${received.twice[2]} messages of QoS 2 twice, the broker began ${givenAt2.repeated} twice`,
  );
if (unsettled) wrong.push(`${unsettled} promises of publish have not settled`);
const slope = leastSquares(heap.slice(Math.floor(heap.length / 4)));
const SLOPE_LIMIT = 4096;
if (MINUTES >= 60 && slope > SLOPE_LIMIT) wrong.push(`the heap grows by ${Math.round(slope)} bytes a minute`);
const rows = [
  ['minutes', MINUTES],
  ['messages published at QoS 0, 1 and 2', settled.resolved + settled.rejected],
  ['of them with an error, all of QoS 0', settled.rejected],
  ['lines cut', counts.cuts],
  ['lines that stalled, up to 25 s', counts.stalls],
  ['bytes that came late, up to 1 s', counts.delays],
  ['starts of the broker', counts.restarts],
  ['of them, after a fault of its own when it was told to end', counts.crashes],
  ['connections of the four clients', counts.connections],
  ['messages that the subscriber got', received.count],
  ['of them, messages that the broker did not give to mosquitto_sub', passedOver],
  [
    'of them, messages that the broker gave after later ones, or twice at QoS 2',
    given.late[1].length + given.late[2].length + givenAt2.repeated,
  ],
  ['the same of mosquitto_sub', judge.seen.late[1].length + judge.seen.late[2].length + judge.seen.twice[2]],
  [
    'lost, doubled or out of order, where the QoS does not allow it; promises that did not settle; unhandled errors and warnings',
    wrong.length,
  ],
  ['heap slope, compiled code left out, bytes a minute', Math.round(slope)],
];
console.log(writeTable('soak-client', rows, MINUTES >= 60));
for (const fault of wrong.slice(0, 20)) console.log(`wrong: ${fault}`);
console.log(wrong.length ? '0 passed, 1 failed' : '1 passed, 0 failed');
process.exit(wrong.length ? 1 : 0);

function read({ topicName, payload }) {
  return [Number(topicName.at(-1)), Number(Buffer.from(payload))];
}

/** Packets of the subscriber, as the broker gives them. */
function noteGiven(direction, packet) {
  if (direction === 'sent') return;
  if (packet.type === CONNACK && !packet.sessionPresent) givenAt2.clear();
  else if (packet.type === PUBREL) givenAt2.end(packet.packetId);
  else if (packet.type === PUBLISH) {
    const [qos, number] = read(packet);
    if (packet.qos === 2) givenAt2.publish(packet.packetId, number);
    if (given.note(qos, number)) handedOver.came(qos, number);
  }
}

/** Packets of the publishers. */
function noteSent(direction, packet) {
  if (direction === 'sent' && packet.type === PUBLISH) {
    sent.note(...read(packet));
    if (packet.qos === 2) sentAt2.publish(packet.packetId, Number(Buffer.from(packet.payload)));
  } else if (direction === 'received' && packet.type === PUBREC) sentAt2.end(packet.packetId);
}

/** One message after the other, without waiting for the one before. */
async function publish(qos) {
  for (let n = 1; performance.now() < until; n++) {
    const text = String(n);
    const one = clients[qos]
      .publish(`soak/${qos}`, text, { qos })
      .then(
        () => {
          settled.resolved++;
          accepted.note(qos, n);
        },
        (error) => {
          settled.rejected++;
          if (qos) unexpected.push(`publish at QoS ${qos}: ${error}`);
        },
      )
      .finally(() => underWay.delete(one));
    underWay.add(one);
    await after(PUBLISH_MS);
  }
}

/** What may happen to a line, again and again. */
async function faults(line) {
  while (performance.now() < until) {
    await after(FAULT_MS * (0.5 + Math.random()));
    const kind = Math.random();
    if (kind < 0.5) {
      counts.cuts++;
      line.cut();
    } else if (kind < 0.75) {
      counts.stalls++;
      line.stall(true);
      await after(Math.random() * 25_000);
      line.stall(false);
    } else {
      counts.delays++;
      line.stall(true);
      await after(Math.random() * 1000);
      line.stall(false);
    }
  }
}

async function restarts() {
  while (performance.now() < until) {
    await after(Math.min(RESTART_MS, Math.max(0, until - performance.now())));
    if (performance.now() + 1000 > until) return;
    counts.restarts++;
    broker.kill();
    const [, signal] = await once(broker, 'exit');
    if (signal) counts.crashes++;
    broker = await startBroker();
  }
}

/** Without the code that V8 makes of functions, again and again, as faults change what they see: most of the growth in an hour. */
function heapOfObjects() {
  return process.memoryUsage().heapUsed - getHeapCodeStatistics().code_and_metadata_size;
}

/** The least of each minute: what waits behind a line that stalls comes and goes. */
async function sampleHeap() {
  let least = Infinity;
  for (let second = 1; performance.now() < until; second++) {
    await after(Math.min(1000, Math.max(0, until - performance.now())));
    gc();
    least = Math.min(least, heapOfObjects());
    if (second % 60) continue;
    heap.push([heap.length, least]);
    process.stderr.write(`\r${heap.length} of ${MINUTES} minutes, heap ${(least / 2 ** 20).toFixed(2)} MiB `);
    least = Infinity;
  }
}

/** A proxy in front of the broker that can cut, stall and go on. */
async function makeLine(name) {
  const pairs = new Set();
  let stalled = false;
  const server = createServer((inner) => {
    const outer = connect(port, '127.0.0.1');
    const pair = [inner, outer];
    pairs.add(pair);
    const end = () => {
      inner.destroy();
      outer.destroy();
      pairs.delete(pair);
    };
    for (const [from, to] of [pair, [outer, inner]])
      from
        .on('data', (bytes) => to.write(bytes))
        .on('close', end)
        .on('error', end);
    if (stalled) for (const socket of pair) socket.pause();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const [inner] of pairs) inner.resetAndDestroy();
  };
  const stall = (on) => {
    stalled = on;
    for (const pair of pairs) for (const socket of pair) on ? socket.pause() : socket.resume();
  };
  return {
    name,
    port: server.address().port,
    cut,
    stall,
    heal: () => stall(false),
    close() {
      cut();
      server.close();
    },
  };
}

/** mosquitto with sessions in a file, so that they outlive it. Started by root, it would become a user who may not write there. */
async function startBroker() {
  const config = join(folder, 'mosquitto.conf');
  writeFileSync(
    config,
    `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location ${folder}/\nuser ${userInfo().username}\nmax_queued_messages 0\nmax_inflight_messages 20\nlog_dest none\n`,
  );
  const child = spawn('mosquitto', ['-c', config], {
    stdio: 'inherit',
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
  });
  await once(child, 'spawn');
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const [up] = await Promise.race([
      once(socket, 'connect').then(() => [true]),
      once(socket, 'error').then(() => [false]),
    ]).catch(() => [false]);
    socket.destroy();
    if (up) return child;
    await after(50);
  }
}

function startJudge() {
  const child = spawn(
    'mosquitto_sub',
    ['-h', '127.0.0.1', '-p', String(port), '-c', '-i', 'judge', '-q', '2', '-t', 'soak/+', '-F', '%t %p'],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const seen = new Ledger();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [, qos, number] = /^soak\/(\d) (\d+)$/.exec(line);
    seen.note(Number(qos), Number(number));
  });
  return { child, seen };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
