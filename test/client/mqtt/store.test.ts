import * as fs from 'node:fs';
import { closeSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { checkStore, journalStore, memoryStore, type SessionStore } from '@mote/client';
import { describe, expect, test, vi } from 'vitest';
import { journalFolder } from './journal-folder.ts';

const inFolder = journalFolder();
const file = (): string => inFolder('session');
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 255);
/** The module as the store sees it, whose functions a test may replace. */
const nodeFs = createRequire(import.meta.url)('node:fs') as typeof fs;

describe('every store of ours passes checkStore', () => {
  test('memoryStore', () => expect(checkStore(memoryStore)).resolves.toBeUndefined());
  test.each(['always', 'never'] as const)('journalStore, fsync %s', (fsync) =>
    expect(checkStore(() => journalStore(file(), { fsync }))).resolves.toBeUndefined(),
  );
});

describe('checkStore names the rule that a store breaks', () => {
  const broken: Record<string, [(store: SessionStore) => Partial<SessionStore>, RegExp]> = {
    'keeps the bytes of the caller': [
      () => {
        const records = new Map<string, Uint8Array>();
        return {
          load: () => records,
          put: (key, value) => records.set(key, value),
          delete: (key) => records.delete(key),
          clear: () => records.clear(),
        };
      },
      /bytes of its own/,
    ],
    'does not delete': [() => ({ delete: () => {} }), /takes what it names/],
    'does not clear': [(store) => ({ clear: () => store.put('x', bytes(1)) }), /clear\(\) leaves nothing/],
    'cuts long records': [
      (store) => ({ put: (key, value) => store.put(key, value.subarray(0, 100)) }),
      /any key and length/,
    ],
    'puts late': [
      (store) => {
        // Later calls overtake earlier ones.
        let turns = 40;
        const later = async (): Promise<void> => {
          turns -= 10;
          for (let left = turns; left > 0; left--) await undefined;
        };
        return {
          put: (key, value) =>
            key.length > 1 ? store.put(key, value) : later().then(() => void store.put(key, value)),
        };
      },
      /the last one counts/,
    ],
  };
  test.each(Object.entries(broken))('one that %s', async (_title, [change, rule]) => {
    const make = (): SessionStore => {
      const store = memoryStore();
      return { ...store, ...change(store) };
    };
    await expect(checkStore(make)).rejects.toThrow(rule);
  });
});

/** A journal with these records, and what its file holds. */
async function written(records: Readonly<Record<string, Uint8Array>>): Promise<Uint8Array> {
  const store = journalStore(file(), { fsync: 'never' });
  store.load();
  for (const [key, value] of Object.entries(records)) await store.put(key, value);
  await store.delete('out-2');
  store.close();
  return readFileSync(file());
}

const RECORDS = { 'out-1': bytes(20), 'out-2': bytes(3), 'in-9': bytes(4), 'out-3': bytes(0) };
const entries = (content: Uint8Array): [string, string][] => {
  writeFileSync(file(), content);
  const store = journalStore(file(), { fsync: 'never' });
  try {
    return [...(store.load() as Iterable<readonly [string, Uint8Array]>)].map(([key, value]) => [
      key,
      Buffer.from(value).toString('hex'),
    ]);
  } finally {
    store.close();
  }
};

describe('a journal', () => {
  test('that was cut at any byte has the records before the cut, whole, and takes new ones', async () => {
    const content = await written(RECORDS);
    const whole = Object.entries(RECORDS).map(([key, value]) => [key, Buffer.from(value).toString('hex')]);
    let before = -1;
    for (let length = 0; length <= content.length; length++) {
      const found = entries(content.subarray(0, length));
      const last = length === content.length;
      if (!last) expect(found).toEqual(whole.slice(0, found.length));
      expect(found.length).toBeGreaterThanOrEqual(last ? 3 : before);
      before = found.length;
      const store = journalStore(file(), { fsync: 'never' });
      store.load();
      store.put('new', bytes(7));
      store.close();
      expect(entries(readFileSync(file())).at(-1)).toEqual(['new', Buffer.from(bytes(7)).toString('hex')]);
    }
    expect(content.length).toBeGreaterThan(120);
  });

  test('with any bit flipped is refused, or has what was put, and nothing else', async () => {
    const content = await written(RECORDS);
    const put = Object.entries(RECORDS).map(([key, value]) => `${key} ${Buffer.from(value).toString('hex')}`);
    let refused = 0;
    for (let bit = 0; bit < content.length * 8; bit++) {
      const flipped = content.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      try {
        for (const record of entries(flipped)) expect(put).toContain(record.join(' '));
      } catch (error) {
        expect(String(error)).toMatch(/is damaged at byte \d+/);
        refused++;
      }
    }
    // A flip is told from a cut: none is passed over in silence.
    expect(refused).toBe(content.length * 8);
  });

  test('may end in zeros, as a file does that was made longer and not written', async () => {
    const content = await written(RECORDS);
    expect(entries(Buffer.concat([content, Buffer.alloc(500)]))).toHaveLength(3);
  });

  test('that is another file is left alone', () => {
    const other = 'a letter, and no journal at all';
    writeFileSync(file(), other);
    expect(() => journalStore(file()).load()).toThrow('damaged at byte 0');
    expect(readFileSync(file(), 'utf8')).toBe(other);
  });

  test('is readable by its owner alone', () => {
    const store = journalStore(file());
    store.load();
    store.close();
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  test('does not grow with what was put and deleted', async () => {
    const store = journalStore(file(), { fsync: 'never' });
    store.load();
    store.put('stays', bytes(100));
    for (let i = 0; i < 5000; i++) {
      store.put(`out-${i}`, bytes(200));
      store.delete(`out-${i}`);
    }
    store.close();
    expect(statSync(file()).size).toBeLessThan(70_000);
    expect(entries(readFileSync(file()))).toEqual([['stays', Buffer.from(bytes(100)).toString('hex')]]);
  });

  test('needs load() first, a path, and an option that it knows', () => {
    expect(() => journalStore(file()).put('a', bytes(1))).toThrow('load() comes first');
    expect(() => journalStore('')).toThrow('path');
    expect(() => journalStore(file(), { fsync: 'sometimes' as never })).toThrow('fsync');
  });

  test('on a disk that is full is as it was before, and takes records again when there is room', async () => {
    const store = journalStore(file(), { fsync: 'never' });
    store.load();
    store.put('before', bytes(50));
    const write = nodeFs.writeSync;
    let room = 30;
    const full = vi.spyOn(nodeFs, 'writeSync').mockImplementation(((
      fd: number,
      data: Uint8Array,
      at: number,
      length: number,
      position: number,
    ) => {
      if (room === 0) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      const part = Math.min(room, length);
      room -= part;
      return write(fd, data, at, part, position);
    }) as never);
    expect(() => store.put('lost', bytes(50))).toThrow('ENOSPC');
    expect(() => store.delete('before')).toThrow('ENOSPC');
    full.mockRestore();
    store.put('after', bytes(60));
    store.close();
    expect(entries(readFileSync(file())).map(([key]) => key)).toEqual(['before', 'after']);
  });

  test.each(['openSync', 'writeSync', 'fsyncSync', 'renameSync'] as const)(
    'whose renewal fails at %s goes on with the old file',
    (name) => {
      const store = journalStore(file(), { fsync: 'never' });
      store.load();
      store.put('stays', bytes(100));
      for (let i = 0; i < 280; i++) store.put('again', bytes(200));
      const real = nodeFs[name] as (...given: unknown[]) => unknown;
      const inNew = new Set<unknown>();
      const open = nodeFs.openSync;
      vi.spyOn(nodeFs, 'openSync').mockImplementation(((path: string, ...rest: [string, number]) => {
        const fails = path.endsWith('.new') && name === 'openSync';
        if (fails) throw new Error('EIO');
        const fd = open(path, ...rest);
        if (path.endsWith('.new')) inNew.add(fd);
        return fd;
      }) as never);
      if (name !== 'openSync')
        vi.spyOn(nodeFs, name).mockImplementation(((...given: unknown[]) => {
          if (name === 'renameSync' || inNew.has(given[0])) throw new Error('EIO');
          return real(...given);
        }) as never);
      for (let i = 0; i < 50; i++) store.put('again', bytes(200));
      vi.restoreAllMocks();
      expect(fs.existsSync(`${file()}.new`)).toBe(false);
      store.close();
      expect(entries(readFileSync(file())).map(([key]) => key)).toEqual(['stays', 'again']);
    },
  );

  test('is on the disk before put() resolves, many records by one call', async () => {
    const sync = vi.spyOn(nodeFs, 'fdatasync');
    const store = journalStore(file());
    store.load();
    await Promise.all(Array.from({ length: 100 }, (_, i) => store.put(`out-${i}`, bytes(10))));
    expect(sync.mock.calls.length).toBe(2);
    sync.mockImplementationOnce(((_file: number, done: (error: Error) => void) => done(new Error('EIO'))) as never);
    await expect(store.put('lost', bytes(1))).rejects.toThrow('EIO');
    await store.put('next', bytes(1));
    store.close();
  });

  test('leaves no file open', async () => {
    const store = journalStore(file());
    store.load();
    const next = openSync(file(), 'r');
    closeSync(next);
    const pending = store.put('a', bytes(1));
    store.load();
    await pending;
    store.close();
    await new Promise((done) => setImmediate(done));
    const after = openSync(file(), 'r');
    closeSync(after);
    expect(after).toBeLessThanOrEqual(next);
  });
});
