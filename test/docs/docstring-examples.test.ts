import type * as Client from '@mote/client';
import type * as Lean from '@mote/client/lean';
import type * as Tls from '@mote/client/tls';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { complaints, fileOf } from './compile.ts';
import { moduleOf } from './docstring-modules.ts';
import { type Example, runExample } from './given.ts';
import { publicNames } from './public-names.ts';
import type { Stand } from './redirected-client.ts';
import { start, stop } from './servers.ts';

// What an editor shows of a public name: that it is there, and that its example compiles and does what it says.

const stand = vi.hoisted((): Stand => ({}));
vi.mock('@mote/client', async (original) => {
  const { led } = await import('./redirected-client.ts');
  return led(await original<typeof Client>(), stand);
});
vi.mock('@mote/client/lean', async (original) => {
  const { ledLean } = await import('./redirected-client.ts');
  return ledLean(await original<typeof Lean>(), stand);
});
vi.mock('@mote/client/tls', async (original) => {
  const { ledTls } = await import('./redirected-client.ts');
  return ledTls(await original<typeof Tls>(), stand);
});

beforeAll(() => start(stand));
afterAll(() => stop(stand));

const names = publicNames();
const exported = new Map<string, string[]>();
for (const { name, entries } of names) exported.set(name, [...(exported.get(name) ?? []), ...entries]);
const examples = names.flatMap((one) =>
  one.examples.map((code, i) => ({
    title: `${one.entries[0]}: ${one.name} ${i + 1}`,
    text: moduleOf(code, one, exported),
  })),
);

/** Entries of the command, and not for an application. */
const WITHIN = ['@mote/client/material', '@mote/emulator/files'];

test('every public name has a docstring', () => {
  expect(names.length).toBeGreaterThan(300);
  expect(names.filter(({ doc }) => doc === '').map(({ name, where }) => `${name} at ${where}`)).toEqual([]);
});

test('so has every method and property of a public class whose name does not say it all', () => {
  // `name` is the literal that its type says; of an error's fields docs/errors.md has a table.
  const silent = names.flatMap(({ name, bareMembers }) =>
    /Error$/.test(name) ? [] : bareMembers.map((member) => `${name}.${member}`),
  );
  expect(silent).toEqual([]);
});

/** Fields whose name is all that there is to say: words of MQTT, of Azure's JSON, of TLS as Node has it, and of every error. */
const KNOWN = new Set([
  ...['clientId', 'cleanSession', 'userName', 'password', 'topicName', 'payload', 'qos'],
  ...['host', 'port', 'hostName', 'maxVersion'],
  ...['ca', 'cert', 'key', 'passphrase', 'code', 'stage', 'message', 'cause', 'type', 'name'],
  ...['idScope', 'registrationId', 'requestId', 'deviceId', 'moduleId', 'apiVersion', 'assignedHub', 'iotHubHostName'],
  ...['individualEnrollments', 'enrollmentGroups', 'enrollmentGroupId', 'status', 'substatus', 'etag', 'properties'],
  ...['lastUpdatedDateTimeUtc', 'originalMessageId', 'statusCode', 'correlationId', 'userId', 'sharedAccessKeyName'],
  ...['contentType', 'contentEncoding', 'primary', 'secondary', 'secondaryKey'],
]);

test('so has every field of a public type whose name is not a word of MQTT, Azure, TLS or errors', () => {
  const silent = names.flatMap(({ name, bareFields }) =>
    bareFields.filter((field) => !KNOWN.has(field)).map((field) => `${name}.${field}`),
  );
  expect(silent).toEqual([]);
  expect([...KNOWN].filter((field) => !names.some(({ bareFields }) => bareFields.includes(field)))).toEqual([]);
});

test('every function and class that an application calls has an example', () => {
  const bare = names.filter(({ call, entries, examples }) => call && !examples.length && !WITHIN.includes(entries[0]!));
  expect(bare.map(({ name, entries, where }) => `${name} of ${entries[0]} at ${where}`)).toEqual([]);
});

// Written where the compiler and the runner find them.
const found = complaints(new Map(examples.map(({ title, text }) => [title, text])), { noUnusedLocals: false });

test('every example compiles strictly', () => {
  expect(examples.length).toBeGreaterThan(100);
  expect(found).toEqual([]);
});

test.each(examples)('the example of $title does what it says', async ({ title }) => {
  const example = (await import(fileOf(title))) as Example;
  await expect(runExample(example, stand)).resolves.toBeUndefined();
});

test.each([
  ["topicMatches('a/+', 'b/c'); // true", 'expected false to deeply equal true'],
  ["const end = encodePublishInto({ topicName: 'a', payload: target }, target, 0);", 'no-room'],
])('an example is refused that is not so: %s', async (code, message) => {
  const title = `wrong: ${message}`;
  expect(
    complaints(new Map([[title, moduleOf(code, { entries: ['@mote/codec'] }, exported)]]), { noUnusedLocals: false }),
  ).toEqual([]);
  await expect(runExample((await import(fileOf(title))) as Example, stand)).rejects.toThrow(message);
});
