import type { Environment } from '../report/environment.ts';
import { markdownTable } from '../report/table.ts';
import { KEY_TO_TELEMETRY, type StartUp } from '../start-up/start-up.ts';
import { beyondBare } from '../start-up/start-up-doc.ts';
import type { FootprintName } from './footprint.ts';
import type { SizeRow, Sizes } from './size.ts';

/** The whole of docs/size.md. `startUp`: what an import costs, once that was measured. */
export function sizeDocument(
  { codecs, devices, clients, footprints, missing }: Sizes,
  { date, versions }: Environment,
  startUp: StartUp | undefined,
): string {
  return `# Size

Written by \`pnpm bench size\` on ${date}; do not edit. Each row is what a bundler ships for one import: esbuild ${versions['esbuild']},
minified, for Node (whose own modules do not count), and the same after \`gzip -9\`. What Mote ships is its built output, and each of its
rows has a list of files that may not come along; one that does is named below the table and fails the size tests.

## Codecs

${table(codecs)}

${CODEC}

## What an installation has

From a device's key to its telemetry: \`@mote/client\` with the codec, as npm publishes them; the five packages that Microsoft's documentation tells a device to install;
and MQTT.js, which knows nothing of Azure. All four packages bring emulator, command and ws. Packages are all that come along, MB those of their files. Memory and time of an import are beyond those of Node itself, from the interleaved
runs of [performance.md](performance.md#start-up-and-memory). Mote asks Node for TLS at its first dial: \`node:tls\` has a row of its own there.

${markdownTable(footprintTable({ footprints }, startUp), [1, 2, 3, 4, 5])}

## Files for devices

The machines of provisioning, of the general client and of the hub, the words of Azure, HMAC-SHA-256 and the codec in one file, for engines with neither modules nor packages.
What they cost in memory is in [constrained.md](constrained.md).

${table(devices)}

## Clients

Mote's first rows are a whole DPS client: MQTT, registration, TLS, SAS; then the general client, and the device at its hub. Four of its peers speak MQTT only;
the Azure SDK does the same work as Mote.

${table(clients)}

${exceptionsOf(clients)}

${CLIENT}

Files of the first row, the larger ones:

${filesOf(clients[0]!)}
${missing ? `\n${missing}\n` : ''}${leaksOf([...codecs, ...clients])}`;
}

const IMPORTED: Readonly<Partial<Record<FootprintName, string>>> = {
  Mote: '@mote/client',
  'MQTT.js': 'mqtt (MQTT.js)',
  'Azure SDK': KEY_TO_TELEMETRY,
};

export function footprintTable({ footprints }: Pick<Sizes, 'footprints'>, startUp: StartUp | undefined): string[][] {
  return [
    ['', 'packages', 'MB on disk', 'import: ms', 'CPU, ms', 'memory, MB'],
    ...footprints.map(({ what, packages, bytes }) => [
      what,
      packages.toString(),
      (bytes / 1e6).toFixed(1),
      ...(startUp && IMPORTED[what] ? beyondBare(startUp.imports, IMPORTED[what]) : ['', '', '']),
    ]),
  ];
}

/** Why the two larger budgets are missed. */
const CODEC = `Two budgets are missed, and \`test/codec/size.test.ts\` holds what was reached as exceptions with a name: **speed that is measured, and errors that name the field**. What the most costly parts
of a DPS device take, minified / gzip, each measured by taking it out:

- The \`Framer\` and the rules of fixed headers, 1,720 / 780: packets that lie in a chunk are not copied, also behind one that was cut; memory follows the bytes that have come; it stays failed; what is pushed is checked. The topic that was read last,
  170 / 90 of it, makes \`decodePublish\` twice as fast (at least 10 x mqtt-packet at W1 and W2). What can be iterated is 110 / 60.
- UTF-8 both ways and the rules for topics, 1,750 / 810, of it 160 / 70 for text that is made several characters at a time.
- Misuse: checks by type, range and memory that name the field and what it got, 830 / 360.
- CONNECT, 640 / 290, a third of it names of fields and numbers of statements.

Of everything in the index 1,150 / 300 are the names that it exports, and 1,970 / 740 are \`fast/\`: \`PublishView\` with its topics and \`preparePublish\`, for the rows of 30 x and 16 x.

What was tried, minified / gzip of a device:

1. Built and kept: the three exports of each acknowledgement made by one function, one \`fail\` for all decoders, a table of header rules by number, one check of numbers, a Framer without memory that packets share, one judge of topics
   both ways: 10,372 / 4,566 to 9,052 / 4,199, everything 18,978 / 7,293 to 16,844 / 6,873.
2. Built and taken back, since a row of the speed table fell: UTF-8 measured by writing into an array of no length (-130 / -50; \`encodePublishInto\` of text that is not ASCII from 435 to 690 ns); text made first and judged by a regular
   expression after (-80 / -30; \`decodePublish\` from 240 to 420 ns); packets with lists made in memory of their own and then copied (-150 / -60; CONNECT from 620 to 1,120 ns); one check for all fields of a prepared PUBLISH (-40 / -20; below 16 x).
3. Not built: \`decodeURIComponent\` as the judge of UTF-8 (-450 / -250), which takes microseconds for a topic that is not ASCII (the rows of W9 are 2.5 x and 3 x mqtt-packet) and cannot say which byte is at fault; a list of bytes as the
   only form of a packet under way, whose loops alone make CONNECT slower than 2.5 x.
4. Built and kept: filters judged by what must not be in them, in place of what they are (-50 / -40, and no group that repeats on the stack); windows for small packets cut from an ArrayBuffer in place of an
   array (\`encodePublish\` of W1 from 2.9 to 3.4 x mqtt-packet, for no bytes).
5. Built and taken back: a topic checked while it is written into memory of its own (+250 / +55; \`encodePublish\` of W2 from 2.4 to 2.9 x); filters with a wildcard looked through character by character (-95 / -55; SUBSCRIBE from
   4.2 to 2.6 x, where 4 x is asked for); the words of a prepared topic as a list of numbers (+45, no faster); 32 KiB for small packets in place of 8 (\`encodePublish\` of W2 by 8 %: too much memory for a device).
6. \`encodePublishInto\` at 8 x mqtt-packet, W1 and W2, was reached with the last topic in a variable of the module, which is state that nobody made. Without it a loop that reads 32 characters and writes them, with no check, takes 82 ns
   and \`set\` of the payload 30 where \`generate\` takes about 900 (a busy machine, in separate runs, so this is an estimate): 8 x is near what is left. The check in front, all that must happen before a byte is written, takes 65 by a regular expression, 90 to 110 by any loop, 85 by
   \`indexOf\` for each wildcard and a look for what is not ASCII. \`TextEncoder.encodeInto\` takes 61 and a view of the target, which is an allocation. \`preparePublish\` is the way to more.
7. Constants folded into the published file: -69 / -41, and \`type: 3\` where \`PUBLISH\` stood in a stack. The bundler of a device can do it.
8. Built and kept: a text written behind a length that is known afterwards, decoders of lists from one place, CONNECT read by a cursor of its own and no \`Reader\`, first bytes as numbers, UTF-8 by counting what a character adds, text four
   characters at a time: 570 / 110 of everything with what a caller did wrong said in more cases, and nothing of a device, where those cases take what was saved. Taken back, since a row of the speed table fell or memory was
   allocated: bytes of CONNECT copied when they are checked; a fault of a text told to a function in place of a list of three, for whose variables each call allocates; checks of a Frame's \`byteLength\`; a Framer that goes
   through \`next\` again for each chunk.
9. Built and kept, all for speed and with bytes saved: rules of first bytes as one list of bits and the sizes of bodies as one number, in place of two tables (-70 / -10); the room of a Framer's memory in place of whether it is its own (-22 / -8);
   a PublishView whose fields are no getters (-66 of everything / -22) and which leaves it to \`decodePublish\` to say what is wrong; the next chunk asked for in one place (-25 / -10). Text eight characters at a time is back: four, in 8 above, took a
   third of the time of a mixed stream. Not kept: flags of each type by an expression in place of the list (+10 / +12), sixteen characters at a time (+61 / +22).`;

/** What was tried to make the client smaller. */
const CLIENT = `Tried for the client, with what it brought for the first row (minified / gzip):

- Kept: one machine for a registration in place of two and a table of identifiers between them, and secrets in other forms found by their bits in place of a coder of
  base64: 1,624 / 586 together.
- Kept: machines as plain objects of functions in place of classes with private fields, where a process has one of them (the general client and its connection are classes), 1,119 / 104 for the registration: a private field is \`this.#a\` where a variable is \`a\`.
- Kept: readers of files in any form, DER and PKCS #12 for the full entry and the command alone, and one table for the options of provision and connect: 950 / 365, and 15,953 / 5,941 where
  certificates come along.
- Kept: what an option has to be is said by \`explain/\` alone, and one loop reads the rules of provision, connect and hub, those of options in options too: 450 / 280; 1,150 / 500 of connect and 2,650 / 1,140 of
  openDevice. The row with words rises by 1,090 / 370, since it has each name twice: as a rule and with its words.
- Kept: bundlers get the lean entry from modules that the build has rewritten: members that nobody outside can see have names of one or two letters, found by the compiler (145 of 532 names; the others are options, fields of
  packets and errors, JSON, or Node's): 660 / 150; 2,980 / 500 of connect and 4,060 / 730 of openDevice. And constants that are numbers stand as numbers, which esbuild does for modules without imports alone: 60 / 50; 50 / 50 and 210 / 190.
- Not kept: one constructor for the four classes of errors (250 / 30 less of openDevice, 10 / 10 more of provision); one function for the three ways in which a dial over TCP fails, and one \`isIP\` (24 less and 8 more of provision with words after
  gzip, 20 more of openDevice).
- Dropped: ESNext as the target of the bundle in place of ES2022, which is the same to the byte.
- Not done, since a promise goes with each: masking of secrets, addresses that race, options of TLS that weaken it refused, alerts about a certificate told from others.
  The table says what their files are.`;

/** Why a budget is not kept, for each row where it is not. */
function exceptionsOf(rows: readonly SizeRow[]): string {
  const missed = rows.filter(({ exception }) => exception);
  const held = ({ minified, gzip }: NonNullable<SizeRow['exception']>): string =>
    `${minified.toLocaleString('en')} / ${gzip.toLocaleString('en')}`;
  return missed
    .map(({ what, exception }) => `- **${what}** is held to ${held(exception!)}: ${exception!.why}`)
    .join('\n');
}

/** What the files of one bundle take in it. */
function filesOf({ bytes = {} }: SizeRow): string {
  const rows = Object.entries(bytes)
    .filter(([, count]) => count >= 400)
    .map(([name, count]) => [
      name.replace(/^.*?packages\//, '').replace(/\/dist\/(small\/)?/, '/'),
      count.toLocaleString('en'),
    ]);
  return markdownTable([['file', 'minified, B'], ...rows], [1]);
}

function table(rows: readonly SizeRow[]): string {
  const cells = rows.map((row) => [
    row.what,
    row.package,
    row.minified.toLocaleString('en'),
    row.gzip.toLocaleString('en'),
    budgetOf(row),
  ]);
  return markdownTable([['import', 'package', 'minified, B', 'gzip, B', 'budget'], ...cells], [2, 3]);
}

function budgetOf({ budget, minified, gzip }: SizeRow): string {
  if (!budget) return '';
  const limits = [budget.minified, ...(budget.gzip === undefined ? [] : [budget.gzip])].map((limit) =>
    limit.toLocaleString('en'),
  );
  const above = [minified - budget.minified, ...(budget.gzip === undefined ? [] : [gzip - budget.gzip])];
  const missedBy = above.map((bytes) => Math.max(0, bytes).toLocaleString('en')).join(' / ');
  return `${limits.join(' / ')}: ${above.some((bytes) => bytes > 0) ? `**missed** by ${missedBy}` : 'met'}`;
}

function leaksOf(rows: readonly SizeRow[]): string {
  const leaks = rows.filter((row) => row.leaks?.length).map(({ what, leaks }) => `- ${what}: ${leaks!.join(', ')}`);
  return leaks.length === 0 ? '' : `\nNot wanted, but there:\n\n${leaks.join('\n')}\n`;
}
