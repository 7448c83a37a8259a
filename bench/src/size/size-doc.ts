import type { Environment } from '../report/environment.ts';
import { markdownTable } from '../report/table.ts';
import type { SizeRow, Sizes } from './size.ts';

/** The whole of docs/size.md. */
export function sizeDocument({ codecs, devices, clients, missing }: Sizes, { date, versions }: Environment): string {
  return `# Size

Written by \`pnpm bench size\` on ${date}; do not edit. Each row is what a bundler ships for one import: esbuild ${versions['esbuild']},
minified, for Node (whose own modules do not count), and the same after \`gzip -9\`. What Mote ships is its built output, and each of its
rows has a list of files that may not come along; one that does is named below the table and fails the size tests.

## Codecs

${table(codecs)}

${CODEC}

## Files for devices

The machines of provisioning, of the general client and of the hub, the words of Azure, HMAC-SHA-256 and the codec in one file, for engines with neither modules nor packages.
What they cost in memory is in [constrained.md](constrained.md).

${table(devices)}

## Clients

Mote's rows are a whole DPS client: MQTT, registration, TLS, SAS. Four of its peers speak MQTT only; the Azure SDK does the same work as Mote.

${table(clients)}

${exceptionsOf(clients)}

${CLIENT}

Files of the first row, the larger ones:

${filesOf(clients[0]!)}
${missing ? `\n${missing}\n` : ''}${leaksOf([...codecs, ...clients])}`;
}

/** Why the two larger budgets are missed. */
const CODEC = `Two budgets are missed, and stand in \`test/codec/size.test.ts\` as what was reached. The codec before had 10,388 / 4,805 and 17,000 / 6,876 with a cache of
topics, an encoder's stage and words compared as floats in every bundle. All that is gone from it (a cache is brought by \`PublishView\` alone), and what came instead costs as much:

- errors that name the field and what it got, from every encoder; \`maxPacketSize\` and the parts that are pushed checked; memory that grew, shrank or was transferred noticed; overlapping memory:
  850 B of a device, by the sum of the functions that do it and of the names. A Framer that is a class, with its private fields shortened in the build, is 250 B more than closures (gzip: none).
- UTF-8 both ways and the rules for topics are 1,900 B. \`decodeURIComponent\` as the judge would save 330 of them, takes microseconds for a topic that is not ASCII (the target of W9 is 3 x mqtt-packet), and cannot say which byte is at fault.
- A list of bytes as the only form of a packet under way was not built: by what its loops cost alone, CONNECT would take longer than 2.5 x mqtt-packet allows.
- Tried and kept: functions in place of methods for the fields that are read and written, and one judge of topics for both directions, as regular expressions: 11,161 to 10,333 B together. Tried and dropped: constants folded
  into the published file, which saves 85 B and reads worse.`;

/** What was tried to make the client smaller. */
const CLIENT = `Tried for the client, with what it brought for the first row (minified / gzip):

- Kept: one machine for a registration in place of two and a table of identifiers between them, and secrets in other forms found by their bits in place of a coder of
  base64: 1,624 / 586 together.
- Kept: machines as plain objects of functions in place of classes with private fields, 1,119 / 104 for the registration: a private field is \`this.#a\` where a variable is \`a\`.
- Kept: readers of dressed files, DER and PKCS #12 for the full entry and the command alone, and one table for the options of provision and connect: 950 / 365, and 15,953 / 5,941 where
  certificates come along.
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
    .map(([name, count]) => [name.replace(/^.*?packages\//, '').replace('/dist/', '/'), count.toLocaleString('en')]);
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
