import type { Clients } from '../client/clients.ts';
import {
  CLIENT_COLUMNS,
  CLIENT_HEADS,
  CLIENTS_MISSED,
  clientOutcomes,
  clientTable,
  idleTable,
} from '../client/clients-doc.ts';
import type { Curve } from '../growth/curve.ts';
import { GROWTH_COLUMNS, growthTable } from '../growth/growth-doc.ts';
import { AZURE_MISSING } from '../size/azure-folder.ts';
import type { SpeedRow } from '../speed/speed.ts';
import { speedSection } from '../speed/speed-doc.ts';
import { jitlessTargets, targets } from '../speed/targets.ts';
import type { StartUp } from '../start-up/start-up.ts';
import { START_UP_COLUMNS, START_UP_HEADS, startUpTables } from '../start-up/start-up-doc.ts';
import type { Environment } from './environment.ts';
import { type Recorded, recall } from './files.ts';
import { missedLines, outcomeTable } from './outcome.ts';
import { markdownTable } from './table.ts';

/** The whole of docs/performance.md, from the results that there are. */
export function performanceDocument(): string {
  const speed = recall<readonly SpeedRow[]>('speed');
  const jitless = recall<readonly SpeedRow[]>('jitless');
  const clients = recall<Clients>('client');
  const startUp = recall<StartUp>('start-up');
  const growth = recall<readonly Curve[]>('growth');
  return [
    INTRODUCTION,
    speed &&
      `## Codec\n\n![Bar chart of the CPU time of one packet](speed.svg)\n\n${where(speed)}\n\n${speedSection(speed, targets)}`,
    speed && REPEATED_TOPICS,
    jitless &&
      `## Without a JIT\n\n\`node --jitless\`, as a stand-in for engines that interpret.\n\n${where(jitless)}\n\n${speedSection(jitless, jitlessTargets)}`,
    clients && clientSection(clients),
    startUp && startUpSection(startUp),
    growth &&
      `## Cost growth\n\n![Small plots of cost against its cause](growth.svg)\n\n${where(growth)}\n\n${GROWTH}\n\n${markdownTable(growthTable(growth.result), GROWTH_COLUMNS)}`,
  ]
    .filter((part) => part !== undefined)
    .join('\n\n')
    .concat('\n');
}

const INTRODUCTION = `# Performance

Written by \`pnpm bench\`; do not edit. \`pnpm bench --quick\` gives a first look in a minute, \`pnpm bench --filter "decode W1"\` one
case, \`pnpm bench speed --jitless\` the same without compilers.

How to read it:

- **CPU time, not wall time**: of the whole process, garbage collector and compiler threads included, so that a busy machine does
  not show. Where a second processor shares a core with the first, it still shows a little: compare within a row of a table.
- **One process per case**, on one processor where the system lets us pin it: nobody's code was warmed or spoiled by another's.
- **In turns**: in each round all subjects of one task are warmed up, and then take nine samples of 20 ms each, in turns and in shuffled order. The pace of a shared machine halves and comes back
  within seconds; so the figures of a round are those of the one turn in which all were fastest together. A ratio is taken within its round; the median of the rounds counts, and the range is printed
  beside it. Peers that no target names take part in the first rounds only.
- **Checked**: before anything is timed, every subject's bytes are compared with those of mqtt-packet, and every field that it decoded
  with what was encoded. While it is timed, each pass must return the right sum over all fields, so nothing can be left out.
- **Same work**: fixed seeds. Who decodes must come up with topic, payload and identifier. Each peer is used as its users use it, and where
  it has a faster way that does less (\`writeToStream\` leaves the pieces of a packet to the socket), both are shown.
- \`Uint8Array.set\` of the finished packet is the physical limit of an encoder that copies its payload.
- **Bytes** are what one packet allocates: on the JavaScript heap, and outside it for large or many \`Uint8Array\`s.
- Mote checks what the standard asks for in each of these figures: flags, lengths, identifiers, UTF-8, U+0000, wildcards. There is no
  switch to turn that off.`;

const REPEATED_TOPICS = `### The same topic again

\`encodePublishInto\` remembers no topic: a codec that keeps nothing between calls checks and writes each character each time, and that is most of what W1 and W2 take. Who sends to the same topics has
\`preparePublish\`, whose rows stand beside. What was tried:

- To write: a regular expression that checks and a loop that writes, which is what is done, were faster than four characters at a time, and than a loop that does both. Three \`indexOf\` for what is forbidden are
  faster than the expression, and do not see what is not ASCII. \`TextEncoder.encodeInto\` needs the check as well, and is no part of ECMAScript.
  One loop that checks and writes, and puts back what it has overwritten when it finds a fault, takes 0.8 of the time (140 of 175 ns for 32 characters and the payload; 120 without any check, 25 for the payload
  alone), in its own process: 8 x is not reached by it, and the bytes for it are not there.
- Prepared, kept: \`set\` is held and called by \`call\`. V8 11.3 looks \`target.set\` up for each call, also where it has seen one kind of array alone: 6 of 62 ns at W2. What is left beside \`set\` are the checks of payload, target
  and identifier, and seven words of the topic.
- To read: a \`Framer\` keeps the text that was read last, up to 128 bytes of ASCII: to compare them takes half of what it takes to make them. Text that is new is made eight characters at a time behind a loop that
  checks. In one run, 33 characters: four at a time 150 ns, eight 98, sixteen 80 (and no faster in a packet), a list and \`apply\` 230, \`apply\` to a part of the array 380.
- New and not ASCII, W9: a test before the search for what is forbidden, 0.98 of the time, no more than chance; writing each length of UTF-8 in lines of its own, 0.95 for 78 bytes minified; a count of bytes
  that passes over ASCII at once, 0.97 for 3 bytes. None is kept: together they would not reach the target, and few topics are not ASCII.

### Decoding

What was tried for the rows of decoding, as a share of the time before, in alternating runs of both:

- Kept: eight characters at a time in place of four, whose last call reads past the end and is cut: W7 0.70, W8 0.75. Each call and each \`+=\` makes an object.
- Kept: the bytes of a topic are kept for the next comparison in the loop that checks them, not in a second one, which took 8 % of W7.
- Kept: \`PublishView.read\` checks in one line and leaves it to \`decodePublish\` to say what is wrong: 0.82 of W1, 0.73 of W2. V8 puts 920 bytes of bytecode into a loop, and functions of 27 or fewer always: five
  small checks of their own were too much. For the same reason the rule of the first byte is one look-up (W1 0.9), and QoS, DUP, RETAIN and Packet Identifier are fields, no getters.
- W4, one packet in each chunk. Kept: the chunk is checked once in \`push\`, 0.9 to 1.0 of the time (beside other work, after the run of the tables). Not kept: the end of the packet not compared again with that of the frame, 1.0; no look at whether
  the memory is still there, 1.0.
- W9, 0.80, and not kept, since it takes 32 / 21 bytes of a device: a loop that looks for wildcards in what is not ASCII too, so that no regular expression makes a flat text first. The rest of W9 is the list of
  characters, which grows three times; a list of its final size has to be cut, or its size carried along.
- W7, not kept: sixteen characters at a time (no faster, 61 / 22 bytes); the search in the table of topics apart from the comparison with the latest (W1 0.95, W2 1.05, 38 / 18 bytes). Most of what is left is what a packet
  keeps: an object, a text, a view of its payload.`;

const GROWTH = `The exponent e of cost = c * cause ** e that fits best: 1 is proportional, 2 is quadratic, and nothing of ours may be above
1.1. What is small is bounded below by what one packet costs anyway, so exponents below 1 are usual. A packet that lies in one chunk is not copied, which makes a step at 64 KiB.`;

function clientSection(recorded: Recorded<Clients>): string {
  const outcomes = clientOutcomes(recorded.result);
  return `## The client of any broker

Messages of 64 bytes to one topic, over TCP on the loopback. Each client has a process of its own on one processor, the server another:
one that takes everything and acknowledges at once, and mosquitto without limits of its own. CPU is of the client's process alone.
Each is used in its fastest way: Mote by \`post\`, \`publish\`, a handler and an iterator, MQTT.js by callbacks, libmosquitto by
\`mosquitto_pub -l\` and \`mosquitto_sub\`, which read and write lines beside and have a window of their own. A bare socket, which writes packets
made beforehand and counts the bytes that come, is the limit of all of them. Each does its work once to be warm, since
the first tens of thousands of messages measure V8's compiler, and then a fifth of it five times, in turns with the others: as for the codec, the figures of
a round are those of the one turn in which all were fastest together.

${where(recorded)}${recorded.result.mosquitto ? '' : '\n\nmosquitto is not installed here: its rows are missing.'}

${markdownTable(outcomeTable(CLIENT_HEADS, outcomes))}

${missedLines(outcomes)}

${CLIENTS_MISSED}

${markdownTable(clientTable(recorded.result), CLIENT_COLUMNS)}

${markdownTable(idleTable(recorded.result), [1, 2])}`;
}

function startUpSection(recorded: Recorded<StartUp>): string {
  const { imports, provisions, outcomes } = startUpTables(recorded.result);
  return `## Start-up and memory

Whole processes, interleaved; CPU time and resident memory at the end of each, its own Node included. *Start to assigned* is a device that
registers with a symmetric key over TLS against the emulator, in a process of its own, which answers the register request with 200 at once.
The emulator's CA is named by \`NODE_EXTRA_CA_CERTS\`, the one way that all of them have; with it Node reads its list of CAs when it starts,
bare Node too, and not at the first connection, where a device of the real service waits for it.

${where(recorded)}

${markdownTable(outcomeTable(START_UP_HEADS, outcomes))}

${missedLines(outcomes)}

${[imports, provisions].map((rows) => markdownTable(rows, START_UP_COLUMNS)).join('\n\n')}
${recorded.result.azure ? '' : `\n${AZURE_MISSING}\n`}`;
}

function where({ environment: { date, machine, load, pinned, versions }, seconds }: Recorded<unknown>): string {
  const names = Object.entries(versions satisfies Environment['versions']).map(
    ([name, version]) => `${name} ${version}`,
  );
  const took = seconds === undefined ? '' : `; took ${seconds} s`;
  return `${date}, ${machine}; load ${load} before${pinned ? '; pinned to one processor' : ''}${took}. ${names.join(', ')}.`;
}
