import type * as fs from 'node:fs';
import {
  appendFileSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createClient, journalStore, type MqttError } from '@mote/client';
import { describe, expect, test, vi } from 'vitest';
import { journalFolder } from './journal-folder.ts';

// What else happens to the file of a journal while it is open: an operator, a backup, a clean-up job, a second process.

const inFolder = journalFolder();
const path = (name = 'session'): string => inFolder(name);
const payload = new Uint8Array(200).fill(7);

/** The keys that the next process finds. */
function kept(at: string): string[] {
  const store = journalStore(at);
  try {
    return [...(store.load() as Iterable<readonly [string]>)].map(([key]) => key);
  } finally {
    store.close();
  }
}

const changes: Record<string, () => void> = {
  'is removed': () => rmSync(path()),
  'is replaced': () => {
    copyFileSync(path(), path('copy'));
    renameSync(path('copy'), path());
  },
  'is emptied': () => truncateSync(path()),
  'is cut': () => truncateSync(path(), 30),
  'gets bytes of another program': () => appendFileSync(path(), 'a line'),
  'is written to by a second process': () => {
    const second = journalStore(path(), { fsync: 'never' });
    second.load();
    second.put('of the second', payload);
    second.close();
  },
  'is written anew by a second process': () => {
    const second = journalStore(path(), { fsync: 'never' });
    second.load();
    for (let i = 0; i < 400; i++) second.put('again', payload);
    second.close();
  },
};

describe.each(['always', 'never'] as const)('with fsync %s, no record counts as kept in a journal that', (fsync) => {
  test.each(Object.entries(changes))('%s while it is open', async (_how, change) => {
    const store = journalStore(path(), { fsync });
    store.load();
    await store.put('before', payload);
    change();
    const file = readFileSync(path(), { flag: 'a+' });
    for (const call of [
      () => store.put('after', payload),
      () => store.delete('before'),
      () => store.clear(),
      () => store.put('again', payload),
    ])
      await expect((async () => call())()).rejects.toThrow(`${path()} was removed, replaced or written to`);
    store.close();
    expect(readFileSync(path())).toEqual(file);
  });
});

test('a message whose journal was removed rejects with session-lost, which says so', async () => {
  const store = journalStore(path());
  const client = createClient({
    host: '127.0.0.1',
    port: 1,
    clientId: 'a',
    cleanSession: false,
    store,
    retry: { baseMs: 60_000 },
  });
  const first = client.publish('t', 'one', { qos: 1 }).catch((error: unknown) => error);
  await expect.poll(() => readFileSync(path()).length).toBeGreaterThan(8);
  rmSync(path());
  const error = (await client.publish('t', 'two', { qos: 1 }).catch((reason: unknown) => reason)) as MqttError;
  expect(error).toMatchObject({ code: 'session-lost', stage: 'store', reason: 'store-failed' });
  expect(String((error.cause as Error).message)).toContain('was removed');
  await client.close({ drainMs: 0 });
  expect(await first).toMatchObject({ code: 'closed' });
});

describe('a journal that is written anew', () => {
  const fill = (store: { put(key: string, bytes: Uint8Array): unknown }): void => {
    store.put('first', payload);
    for (let i = 0; i < 400; i++) store.put('again', payload);
  };

  test('keeps a link as one', () => {
    symlinkSync(path('target'), path());
    writeFileSync(path('target'), '');
    const store = journalStore(path(), { fsync: 'never' });
    store.load();
    fill(store);
    store.close();
    expect(lstatSync(path()).isSymbolicLink()).toBe(true);
    expect(kept(path('target'))).toEqual(['first', 'again']);
  });

  test('stays where it is when the working folder changes', () => {
    const before = process.cwd();
    try {
      process.chdir(inFolder(''));
      const store = journalStore('session', { fsync: 'never' });
      store.load();
      process.chdir(mkdtempSync(path('other-')));
      fill(store);
      store.put('last', payload);
      store.close();
    } finally {
      process.chdir(before);
    }
    expect(kept(path())).toEqual(['first', 'again', 'last']);
  });

  test('does not hide what the disk has damaged', () => {
    const store = journalStore(path(), { fsync: 'never' });
    store.load();
    store.put('first', payload);
    const file = readFileSync(path());
    file[100]! ^= 1;
    writeFileSync(path(), file, { flag: 'r+' });
    for (let i = 0; i < 400; i++) store.put('again', payload);
    store.close();
    expect(() => kept(path())).toThrow('is damaged at byte');
  });

  test('and cannot be, goes on as it is, and does not try with each record', () => {
    const open = vi.spyOn(createRequire(import.meta.url)('node:fs') as typeof fs, 'openSync');
    const store = journalStore(path(), { fsync: 'never' });
    store.load();
    mkdirSync(path('session.new'));
    open.mockClear();
    for (let i = 0; i < 2000; i++) store.put('again', payload);
    expect(open.mock.calls.length).toBeLessThan(10);
    rmSync(path('session.new'), { recursive: true });
    for (let i = 0; i < 400; i++) store.put('again', payload);
    store.close();
    expect(statSync(path()).size).toBeLessThan(100_000);
    expect(kept(path())).toEqual(['again']);
  });
});

test.each([
  ['a folder that is missing', () => join('missing', 'session'), 'ENOENT'],
  ['a folder', () => '', 'EISDIR'],
  ['a device', () => '/dev/null', 'is no file'],
])('a journal at the path of %s: the client stops with that error', async (_what, at, words) => {
  const store = journalStore(at().startsWith('/') ? at() : path(at()));
  const client = createClient({ host: '127.0.0.1', port: 1, clientId: 'a', cleanSession: false, store });
  const error = (await client.publish('t', 'one', { qos: 1 }).catch((reason: unknown) => reason)) as MqttError;
  expect(error).toMatchObject({ code: 'session-lost', stage: 'store', reason: 'store-failed' });
  expect(String((error.cause as Error).message)).toContain(words);
  expect(client.state.type).toBe('stopped');
});
