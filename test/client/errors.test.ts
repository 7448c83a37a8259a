import { readdirSync, readFileSync } from 'node:fs';
import { ProvisioningError } from '@mote/client';
import { expect, test } from 'vitest';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const literals = (source: string): string[] => [...source.matchAll(/'([a-z-]+)'/g)].map(([, literal]) => literal!);

const source = read('../../packages/client/src/dps/error.ts');
const codes = literals(source.slice(source.indexOf('ProvisioningErrorCode ='), source.indexOf('export interface')));
const page = read('../../docs/errors.md');
const tests = readdirSync(new URL('.', import.meta.url))
  .filter((name) => name.endsWith('.test.ts') && name !== 'errors.test.ts')
  .map((name) => read(name))
  .join('\n');

test('there are 18 codes', () => {
  expect(codes).toHaveLength(18);
});

test('docs/errors.md has one entry for each code, in the order of the union, and no other', () => {
  expect([...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual(codes);
});

test.each(codes)('%s says what happened, why, and what to do', (code) => {
  const entry = page.split(/^## /m).find((part) => part.startsWith(`${code}\n`));
  for (const part of ['**What happened.**', '**Likely causes.**', '**What to do.**']) expect(entry).toContain(part);
});

test.each(codes)('%s is raised by a test', (code) => {
  expect(tests).toMatch(new RegExp(`code: '${code}'|'${code}', (stage|true|false|\\{)|is '${code}'|, '${code}'`));
});

test('docs/errors.md lists the stages', () => {
  const stages = literals(read('../../packages/client/src/dps/stage.ts'));
  const row = /^\| `stage` \|(.*)$/m.exec(page)![1]!;
  expect([...row.matchAll(/`([a-z]+)`/g)].map(([, stage]) => stage)).toEqual(stages);
});

test('an error is plain data for JSON, its causes too', () => {
  const cause = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  const before = new ProvisioningError('connection-lost', 'poll', 'lost', { cause, retryable: true });
  const error = new ProvisioningError('timed-out', 'connect', 'no answer', {
    cause: before,
    hint: 'try again',
    retryAfter: undefined,
  });
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    name: 'ProvisioningError',
    code: 'timed-out',
    stage: 'connect',
    message: 'no answer',
    retryable: false,
    hint: 'try again',
    cause: {
      name: 'ProvisioningError',
      code: 'connection-lost',
      stage: 'poll',
      message: 'lost',
      retryable: true,
      cause: { name: 'Error', code: 'ECONNRESET', message: 'read ECONNRESET' },
    },
  });
  expect(error).toBeInstanceOf(Error);
  expect(JSON.parse(JSON.stringify(new ProvisioningError('timed-out', 'dns', 'x', { cause: 'a text' })))).toMatchObject(
    { cause: 'a text' },
  );
});

test('without a message, code, reason and numbers are one', () => {
  const message = (fields: object): string => new ProvisioningError('not-found', 'poll', undefined, fields).message;
  expect(message({})).toBe('not-found');
  expect(message({ reason: 'service-status', statusCode: 404, errorCode: 404201 })).toBe(
    'not-found service-status 404 404201',
  );
  expect(message({ reason: 'connack', returnCode: 5 })).toBe('not-found connack 5');
});

test('a cause that is no Error, or knows its own plain data, is kept as it is', () => {
  const written = (cause: unknown): unknown =>
    (new ProvisioningError('timed-out', 'dns', 'x', { cause }).toJSON() as { cause: unknown }).cause;
  const own = { message: 'm', toJSON: () => 'own' };
  expect(written(own)).toBe(own);
  const other = { code: 'E', details: 1 };
  expect(written(other)).toBe(other);
  expect(written(undefined)).toBeUndefined();
  expect(written(new TypeError('no'))).toEqual({ name: 'TypeError', code: undefined, message: 'no' });
});
