import { median } from '../measure/statistics.ts';
import { count } from '../report/number.ts';
import { type Outcome, shortOf } from '../report/outcome.ts';
import type { ClientName, ClientRow, Clients } from './clients.ts';
import { WORKS, type WorkId } from './work.ts';

export const CLIENT_HEADS: readonly string[] = ['work', 'target', 'measured: median (range of the rounds)'];
export const CLIENT_COLUMNS: readonly number[] = [3, 4, 5];

const NAMES: Readonly<Record<ClientName, string>> = {
  mote: 'Mote',
  'mqtt-js': 'mqtt (MQTT.js)',
  'u8-mqtt': 'u8-mqtt',
  libmosquitto: 'libmosquitto, by its command',
  socket: 'limit: a bare socket',
};

interface ClientTarget {
  readonly server: ClientRow['server'];
  readonly work: WorkId;
  readonly atLeast: number;
  readonly by: 'cpuUs' | 'wallUs';
  /** The work of MQTT.js that is compared with it, if that is another one: MQTT.js has no iterator. */
  readonly rival?: WorkId;
}

const TARGETS: readonly ClientTarget[] = [
  { server: 'fast', work: 'post', atLeast: 20, by: 'cpuUs' },
  { server: 'fast', work: 'window 1', atLeast: 1.5, by: 'wallUs' },
  { server: 'fast', work: 'window 20', atLeast: 2.5, by: 'wallUs' },
  { server: 'fast', work: 'window 1000', atLeast: 25, by: 'wallUs' },
  { server: 'mosquitto', work: 'window 1', atLeast: 1.3, by: 'wallUs' },
  { server: 'mosquitto', work: 'window 20', atLeast: 1.3, by: 'wallUs' },
  { server: 'mosquitto', work: 'window 1000', atLeast: 1.3, by: 'wallUs' },
  { server: 'fast', work: 'handler', atLeast: 15, by: 'cpuUs' },
  { server: 'fast', work: 'iterator', atLeast: 5, by: 'cpuUs', rival: 'handler' },
];

export function clientOutcomes({ rows, idle }: Clients): Outcome[] {
  const times = TARGETS.flatMap(({ server, work, atLeast, by, rival = work }): Outcome[] => {
    const ours = find(rows, server, work, 'mote');
    const theirs = find(rows, server, rival, 'mqtt-js');
    if (!ours || !theirs) return [];
    const ratios = theirs.usages.map((usage, round) => usage[by] / ours.usages[round]![by]);
    return [
      {
        about: [`${described(work)}${server === 'mosquitto' ? ', through mosquitto' : ''}`],
        goal: `at least ${atLeast} x MQTT.js, ${by === 'cpuUs' ? 'CPU' : 'time'} for one message`,
        measured: `${count(median(ratios))} x (${count(Math.min(...ratios))} to ${count(Math.max(...ratios))})`,
        missedBy: shortOf(atLeast, median(ratios)),
      },
    ];
  });
  const beyond = idle.mote.map((bytes, round) => {
    const socket = idle.socket[round]!;
    return (idle['mqtt-js'][round]! - socket) / (bytes - socket);
  });
  return [
    ...times,
    {
      about: ['1,000 idle clients in one process'],
      goal: 'a third of the memory of MQTT.js, beyond a bare socket',
      measured: `1/${count(median(beyond))}`,
      missedBy: shortOf(3, median(beyond)),
    },
  ];
}

export function clientTable({ rows }: Clients): string[][] {
  return [
    ['work', 'server', 'client', 'CPU for one message, µs', 'time for one message, µs', 'messages a second'],
    ...rows.map(({ work, server, client, usages }) => [
      described(work),
      server === 'fast' ? 'takes everything' : server,
      NAMES[client],
      count(median(usages.map(({ cpuUs }) => cpuUs))),
      count(median(usages.map(({ wallUs }) => wallUs))),
      count(Math.round(1e6 / median(usages.map(({ wallUs }) => wallUs)))),
    ]),
  ];
}

export function idleTable({ idle }: Clients): string[][] {
  const socket = median(idle.socket);
  return [
    ['1,000 in one process', 'heap and external memory of each, KB', 'beyond a bare socket, KB'],
    ...(['socket', 'mote', 'mqtt-js'] as const).map((kind) => {
      const bytes = median(idle[kind]);
      return [
        kind === 'socket' ? 'bare socket' : NAMES[kind],
        (bytes / 1000).toFixed(1),
        kind === 'socket' ? '' : ((bytes - socket) / 1000).toFixed(1),
      ];
    }),
  ];
}

function described(id: WorkId): string {
  return WORKS.find((work) => work.id === id)!.what;
}

function find(
  rows: readonly ClientRow[],
  server: ClientRow['server'],
  work: WorkId,
  client: ClientName,
): ClientRow | undefined {
  return rows.find((row) => row.server === server && row.work === work && row.client === client);
}

export const CLIENTS_MISSED = `What keeps the rows that are missed from their targets, what was tried, and what a client would have to give up (the limit is the row of the bare socket):

- QoS 0 sent: a bare socket that only copies packets made beforehand and writes 64 KiB of them at a time takes most of what the target leaves. The rest are checks of state, topic and payload,
  and one copy of topic and payload. A faster one would have to leave checks out. Tried and kept: no packet object and no closure for each message, a
  buffer that a turn fits into, machines without accessors of their own (V8 turns the second one into a dictionary). Tried and not kept: to write a turn into the memory of the turn before,
  when the transport has sent it, 0.91 of the time on a busy machine: the driver would have to give memory back to the machine that it only borrows from a transport of the application's.
  Of one message perf finds 37 ns in the kernel, 25 in \`set\`, 22 in the encoder, 25 in \`post\` and its checks, 12 in wiping what was sent and in zeros of new memory, 51 in the compiler.
- One at a time: each message is a turn of the event loop, and the bare socket takes about half of what MQTT.js takes for it: reading, writing and waiting of Node and of the kernel. The target leaves a client
  less time of its own than the socket takes. \`publish\` waits for the end of the turn, so that what is published in one turn leaves in one write. Client and socket make the same calls of the kernel, as
  strace counts them: one epoll, one read, one write for each message. Tried with CPU time for one message, medians of five interleaved runs on a busy machine: to write at the end of the microtasks, 21.7 in place of 22.0 µs; not to
  wipe what was sent, 22.6 in place of 22.0; to write into the memory of the last write when the transport has sent it, 19.6 in place of 21.6; to let sockets read into one piece of memory that all of them share, in
  place of 64 KiB that Node makes for each read, 18.9 in place of 21.6, and a message by a handler 0.50 in place of 0.54. None is kept: the first two bring nothing, the third keeps a buffer for each idle client and takes back
  memory that a transport of the application's may still use, and with the last, memory of
  its own would cost each idle client 64 KB, and shared memory is safe only where a read is finished and told in one step, as Node does it on Linux: a runtime that reads in the background would mix the bytes of two connections. Through mosquitto the same holds, with
  its time on top: 30.2, 29.7 for shared memory, 28.3 for the memory of the last write, where MQTT.js takes 28.7 and a bare socket 12.5 µs.
- 20 under way, and 1,000: each \`publish\` has a promise, two closures, an entry in the list and bytes of its own for a resend, and all of them live through two collections of young
  memory. A caller without promises, as those of MQTT.js are here, saves the first; bytes that are not copied would be sent again as the caller has changed them since. Tried and kept: checks of options that copy
  nothing, calls to a store only where there is one, and machines without accessors; rules that are read without a list for each, a message of one object in place of two, a copy that needs no view, no functions for a
  signal that is not there: together 0.76 to 0.86 of the time with 1,000 under way (two interleaved runs before and after); nothing is shown with 20. Options that are checked
  without a function for each rule, and a clock that is asked only for a limit of time: 1,700 bytes of young memory for each message in place of 2,090, and 0.90 to 0.94 of the CPU time (interleaved runs in one process without a socket). An acknowledged message lets go of the next one, since
  one in old memory kept all later ones there: nothing in this row, where all under way are acknowledged at once, and half of the CPU time where the window never empties (interleaved runs without a socket). Not tried: identifiers in an array in place of a Map, since it would grow to 65,535 places. Of one acknowledged message with 1,000 under way perf finds 1,050 ns in collections, 330 in the
  kernel, 360 in the compiler, 110 in microtasks, 60 in the clock; the rest is spread over sixty functions. To hold bytes of many messages in one block was not done: one message that waits would keep the block.
- Received: a message has an object, a copy of its payload that is the application's own, and a look-up of its takers. The target is that of a client that gives out the buffer of its socket: an application
  that keeps a message would find another one in it, or hold 64 KiB for 64 bytes. Tried and kept: a queue that holds its array when it is empty again after each message; a copy
  by the constructor, since \`slice\` looks up the constructor of each view: 0.87 to 0.94 of the time of a handler (two interleaved runs).
  Tried and not kept: a Framer that remembers the ArrayBuffer of its chunk, 0.92 of the time of a handler, since \`bytes.buffer\` is a call into C++ for each view: a program that copies a Frame and names other bytes would
  read the old ones; an iterator without an async function, no faster. Of one message through the iterator perf finds 140 ns in the decoder, 140 in making view and copy, 100 in the kernel, 90 in promise,
  microtask and resuming the loop, 150 in the compiler; the rest is the queue and the calls of machines.
- Idle clients: what is left is one object or function of each kind: options and their defaults, delays, a Framer, a timer, the functions of driver, transport and promises. Kept:
  client and connection as classes, whose methods all of a process share, 3.9 KB less; promises and limits made when they are asked for, and the dial and the credentials let go of
  when the connection stands, 1.4 KB less. Tried and not kept: the driver as a class, 0.5 KB less for 510 bytes in the bundle of a provisioning, too; a Framer that makes its
  iterator and its 128 bytes for a text at the first use, 0.5 KB less for 80 bytes in the codec. Not tried: \`run-client.ts\` as a class.`;
