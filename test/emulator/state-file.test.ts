import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FileLock } from '../../packages/emulator/src/files/file-lock.ts';
import { type FileCalls, NODE_FILES } from '../../packages/emulator/src/files/write-beside.ts';
import {
  RegistrationStore,
  type StoredRegistration,
} from '../../packages/emulator/src/service/registration/registration-store.ts';
import { StateFile } from '../../packages/emulator/src/state-file.ts';
import { StateKeeper } from '../../packages/emulator/src/state-keeper.ts';
import { storedRegistration } from './stored-records.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mote-state-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const newFile = () => join(folder, `state-${++files}.json`);

const registrations = (count: number): StoredRegistration[] =>
  Array.from({ length: count }, (_, index) => storedRegistration(`d${index}`));

/** Runs with the file, and lets go of it whatever happens. */
function using<T>(path: string, work: (file: StateFile) => T, calls?: FileCalls): T {
  const file = new StateFile(path, calls);
  try {
    return work(file);
  } finally {
    file.close();
  }
}

const countIn = (path: string) => using(path, (file) => file.load()?.registrations.length);

/** node:fs that does something else from its nth call on. */
function atCall(
  nth: number,
  act: (name: keyof FileCalls, args: unknown[]) => unknown,
): { calls: FileCalls; count: () => number } {
  let made = 0;
  const wrap =
    (name: keyof FileCalls) =>
    (...args: unknown[]) => {
      made += 1;
      return made >= nth ? act(name, args) : (NODE_FILES[name] as (...args: unknown[]) => unknown)(...args);
    };
  const names = Object.keys(NODE_FILES) as (keyof FileCalls)[];
  return { calls: Object.fromEntries(names.map((name) => [name, wrap(name)])) as never, count: () => made };
}

const failure = (code: string) => Object.assign(new Error(code), { code });

describe('a state file is whole or not there', () => {
  test('whatever call the process is killed at, the last state or the new one loads', () => {
    let killedAt = 0;
    for (let nth = 1; ; nth++) {
      const path = newFile();
      using(path, (file) => file.save(registrations(1)));
      using(path, (file) => {
        file.load();
        file.save(registrations(2));
      });
      const dead = failure('killed');
      // A killed process makes no further call, not even those that tidy up.
      const { calls, count } = atCall(nth, () => {
        throw dead;
      });
      let finished = false;
      using(
        path,
        (file) => {
          file.load();
          try {
            file.save(registrations(3));
            finished = true;
          } catch (error) {
            expect(error).toBe(dead);
          }
        },
        calls,
      );
      expect([2, 3], `killed at call ${nth}`).toContain(countIn(path));
      if (finished && count() < nth) break;
      killedAt = nth;
    }
    expect(killedAt).toBeGreaterThan(9);
  });

  test.each(['ENOSPC', 'EDQUOT', 'EIO', 'EFBIG', 'EACCES'])(
    '%s at any call is thrown, and the state before it stays',
    (code) => {
      let last = 0;
      for (let nth = 1; nth < 60; nth++) {
        const path = newFile();
        using(path, (file) => file.save(registrations(2)));
        const { calls, count } = atCall(nth, (name, args) => {
          if (name === 'closeSync' || name === 'rmSync')
            return (NODE_FILES[name] as (...args: unknown[]) => unknown)(...args);
          throw failure(code);
        });
        let thrown: unknown;
        using(
          path,
          (file) => {
            file.load();
            try {
              file.save(registrations(3));
            } catch (error) {
              thrown = error;
            }
          },
          calls,
        );
        if (count() < nth) break;
        last = nth;
        expect(countIn(path), `${code} at call ${nth}`).toBe(thrown === undefined ? 3 : 2);
      }
      expect(last).toBeGreaterThan(5);
    },
  );

  test.each([1, 7, 1000])('a system that takes %i bytes at a time gets them all', (size) => {
    const path = newFile();
    const calls = {
      ...NODE_FILES,
      writeSync: ((file: number, bytes: Uint8Array, at: number, length: number) =>
        NODE_FILES.writeSync(file, bytes, at, Math.min(length, size))) as never,
    };
    using(path, (file) => file.save(registrations(50)), calls);
    expect(countIn(path)).toBe(50);
  });

  test('a system that takes no more bytes, and says no error, is an error here', () => {
    const path = newFile();
    using(path, (file) => file.save(registrations(2)));
    const calls = { ...NODE_FILES, writeSync: (() => 0) as never };
    expect(() =>
      using(
        path,
        (file) => {
          file.load();
          file.save(registrations(3));
        },
        calls,
      ),
    ).toThrow('only 0 of');
    expect(countIn(path)).toBe(2);
  });

  test('without hard links the previous state is kept all the same, save after save', () => {
    const path = newFile();
    const calls = {
      ...NODE_FILES,
      linkSync: () => {
        throw failure('EPERM');
      },
    };
    using(
      path,
      (file) => {
        for (let count = 1; count <= 4; count++) file.save(registrations(count));
      },
      calls,
    );
    expect(countIn(path)).toBe(4);
    writeFileSync(path, 'torn');
    expect(countIn(path)).toBe(3);
  });

  test('a symbolic link beside the file is replaced and not followed', () => {
    const path = newFile();
    const victim = newFile();
    writeFileSync(victim, 'precious');
    for (const name of ['next', 'previous', 'previous.next']) symlinkSync(victim, `${path}.${name}`);
    using(path, (file) => {
      file.save(registrations(1));
      file.save(registrations(2));
      file.save(registrations(3));
    });
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(countIn(path)).toBe(3);
  });

  test('only its owner may read it, whatever mode the file before had', () => {
    const path = newFile();
    for (const name of [path, `${path}.next`]) writeFileSync(name, 'old', { mode: 0o666 });
    using(path, (file) => file.save(registrations(1)));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});

describe('what was not saved is said, and saved when it can be', () => {
  test('a failure is told once, tried again, and written when the emulator is closed', () => {
    const path = newFile();
    let full = true;
    const writeSync = ((...args: Parameters<typeof NODE_FILES.writeSync>) => {
      if (full) throw failure('ENOSPC');
      return NODE_FILES.writeSync(...args);
    }) as never;
    const store = new RegistrationStore(10);
    const told: string[] = [];
    const keeper = new StateKeeper(new StateFile(path, { ...NODE_FILES, writeSync }), store, (reason) =>
      told.push(reason),
    );
    keeper.restore();
    store.set(registrations(1)[0]!);
    keeper.flush();
    keeper.flush();
    expect(told).toEqual([`cannot use ${path}: the disk is full (ENOSPC); make room, or choose another place`]);
    full = false;
    keeper.close();
    expect(countIn(path)).toBe(1);
  });
});

describe('a lock keeps a second emulator away from the file', () => {
  test('in the same process, and after the first is closed it may have it', async () => {
    const stateFile = newFile();
    const options = { webSocketPort: false, stateFile } as const;
    const first = await startEmulator(options);
    await expect(startEmulator(options)).rejects.toMatchObject({
      name: 'StateFileError',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await first.close();
    await (await startEmulator(options)).close();
    expect(readdirSync(folder).filter((name) => name.includes('.lock'))).toEqual([]);
  });

  test('an emulator that could not start leaves no lock behind', async () => {
    const stateFile = newFile();
    writeFileSync(stateFile, 'damaged');
    await expect(startEmulator({ stateFile })).rejects.toMatchObject({ name: 'StateFileError' });
    expect(existsSync(`${stateFile}.lock`)).toBe(false);
  });

  test('in another process that lives, and not after kill -9', async () => {
    const path = newFile();
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const holder = { pid: child.pid, host: hostname(), id: 'x' };
    writeFileSync(`${path}.lock`, JSON.stringify(holder));
    expect(() => new FileLock(path)).toThrow(`process ${child.pid}`);
    const gone = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    new FileLock(path).release();
  });

  test.each([
    [
      'of a process that began at another time',
      JSON.stringify({ pid: process.pid, host: hostname(), started: 'another boot 1', id: 'x' }),
    ],
    ['that is empty, since the machine lost its power', ''],
    ['that no emulator wrote', '{"pid":"1"}'],
  ])('a lock %s is taken over', (_what, text) => {
    const path = newFile();
    writeFileSync(`${path}.lock`, text);
    new FileLock(path).release();
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test('a lock of another machine counts while it is touched', () => {
    const path = newFile();
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: 1, host: 'elsewhere', id: 'x' }));
    expect(() => new FileLock(path)).toThrow('process 1 on elsewhere');
    const past = new Date(Date.now() - 60_000);
    utimesSync(`${path}.lock`, past, past);
    new FileLock(path).release();
  });

  test('only its own lock is released', () => {
    const path = newFile();
    const lock = new FileLock(path);
    writeFileSync(`${path}.lock`, 'of somebody else by now');
    lock.release();
    expect(existsSync(`${path}.lock`)).toBe(true);
  });
});
