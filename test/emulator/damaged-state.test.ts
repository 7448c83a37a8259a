import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StateFileError, startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StateFile } from '../../packages/emulator/src/state-file.ts';
import { storedRegistration } from './stored-records.ts';

// State files that somebody has damaged, that are of another version, or that are no files.

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mote-damaged-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const newFile = () => join(folder, `state-${++files}.json`);
const registrations = (count: number) => Array.from({ length: count }, (_, at) => storedRegistration(`d${at}`));

function using<T>(path: string, work: (file: StateFile) => T): T {
  const file = new StateFile(path);
  try {
    return work(file);
  } finally {
    file.close();
  }
}

const load = (path: string) => using(path, (file) => file.load());

/** A file with three registrations, and the one before it with two. */
function saved(): { path: string; bytes: Buffer } {
  const path = newFile();
  using(path, (file) => {
    file.save(registrations(2));
    file.save(registrations(3));
  });
  return { path, bytes: readFileSync(path) };
}

const stated = (body: string, format = 'mote-emulator-state-1') =>
  `${format} ${createHash('sha256').update(body).digest('hex')}\n${body}`;

describe('a damaged file', () => {
  test('cut at any byte gives way to the one before it', () => {
    const { path, bytes } = saved();
    for (let length = 0; length < bytes.length; length++) {
      writeFileSync(path, bytes.subarray(0, length));
      const state = load(path);
      expect([state?.from, state?.registrations.length], `${length} bytes`).toEqual(['previous', 2]);
    }
  });

  test('with any bit flipped, too', () => {
    const { path, bytes } = saved();
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      writeFileSync(path, flipped);
      // Of the version one bit may make a newer one, which is told as such.
      const isVersion = bit >> 3 === 'mote-emulator-state-'.length;
      if (isVersion && /^[2-9]/.test(flipped.toString('latin1', bit >> 3)))
        expect(() => load(path)).toThrow('is of a newer version');
      else expect(load(path)?.from, `bit ${bit}`).toBe('previous');
    }
  });

  test.each<[what: string, damage: (bytes: Buffer) => Buffer | string]>([
    ['with something behind it', (bytes) => Buffer.concat([bytes, Buffer.from('x')])],
    ['twice', (bytes) => Buffer.concat([bytes, bytes])],
    ['of zeros, as after a power cut', (bytes) => Buffer.alloc(bytes.length)],
    ['with ends of lines of Windows', (bytes) => bytes.toString().replaceAll('\n', '\r\n')],
    ['with a byte order mark', (bytes) => `\ufeff${bytes}`],
  ])('%s gives way to the one before it', (_what, damage) => {
    const { path, bytes } = saved();
    writeFileSync(path, damage(bytes));
    expect(load(path)?.from).toBe('previous');
  });

  test.each(['', '.previous'])(
    'FILE%s that is a folder or a link to nowhere is an error, or counts as damaged',
    (which) => {
      const { path } = saved();
      rmSync(`${path}${which}`);
      mkdirSync(`${path}${which}`);
      if (which === '') expect(() => load(path)).toThrow(StateFileError);
      else expect(load(path)?.from).toBe('current');
    },
  );

  test('with none before it keeps the emulator from starting, and says what to do', async () => {
    const stateFile = newFile();
    writeFileSync(stateFile, stated('{').slice(0, 40));
    await expect(startEmulator({ stateFile, webSocketPort: false })).rejects.toMatchObject({
      name: 'StateFileError',
      message: `${stateFile} is damaged and ${stateFile}.previous cannot take its place; remove both to start anew`,
    });
  });
});

describe('a file of another version', () => {
  test('the first one, which had registrations alone, is read', () => {
    const path = newFile();
    writeFileSync(path, stated(`${JSON.stringify(registrations(1))}\n`));
    expect(load(path)).toEqual({ registrations: registrations(1), devices: [], from: 'current' });
  });

  test('a newer one is not called damaged, not replaced by an older one, and not touched', () => {
    const { path } = saved();
    const newer = stated('{"registrations":{}}', 'mote-emulator-state-2');
    writeFileSync(path, newer);
    expect(() => load(path)).toThrow(
      `${path} is of a newer version of the emulator (2); use that one, or another file`,
    );
    expect(readFileSync(path, 'utf8')).toBe(newer);
  });
});

describe('what is no file, or cannot be used, is named with its reason, and nothing is left behind', () => {
  test.each<[what: string, make: (path: string) => string | undefined, says: string]>([
    ['a folder', (path) => void mkdirSync(path), 'it is a folder (EISDIR); name a file'],
    ['a pipe', (path) => void execFileSync('mkfifo', [path]), 'it is a pipe or a device, and no file'],
    ['a device without end', () => '/dev/zero', 'it is a pipe or a device, and no file'],
    ['a full disk of its own', () => '/dev/full', 'it is a pipe or a device, and no file'],
    ['a link to a folder', (path) => void symlinkSync(folder, path), 'it is a folder (EISDIR); name a file'],
    [
      'links in a circle',
      (path) => void symlinkSync(path, path),
      'it is a symbolic link, or links lead in a circle (ELOOP); name the file itself',
    ],
    [
      'a file in a folder that is not there',
      (path) => join(path, 'state.json'),
      'there is no such folder (ENOENT); make it first',
    ],
    [
      'a file below a file',
      (path) => {
        writeFileSync(path, 'x');
        return join(path, 's');
      },
      'a part of the path is a file (ENOTDIR); correct the path',
    ],
    [
      'a name that is too long',
      () => join(folder, 'x'.repeat(300)),
      'the name is too long (ENAMETOOLONG); choose a shorter one',
    ],
    [
      'a name with a zero byte',
      (path) => `${path}\0`,
      'a file name has no zero bytes (ERR_INVALID_ARG_VALUE); correct the name',
    ],
  ])('%s', async (_what, make, says) => {
    const path = newFile();
    const stateFile = make(path) ?? path;
    const lockedBefore = existsSync(`${stateFile}.lock`);
    const attempt = startEmulator({ stateFile, webSocketPort: false });
    await expect(attempt).rejects.toMatchObject({
      name: 'StateFileError',
      message: `cannot use ${stateFile}: ${says}`,
    });
    expect(existsSync(`${stateFile}.lock`)).toBe(lockedBefore);
  });
});

describe('a link to a state file', () => {
  test('is followed: what is written goes to the file, and the link stays', () => {
    const { path } = saved();
    const link = newFile();
    symlinkSync(path, link);
    using(link, (file) => {
      file.load();
      file.save(registrations(7));
    });
    expect([readlinkSync(link), load(path)?.registrations.length]).toEqual([path, 7]);
  });

  test('has the lock of its file: two emulators cannot use one file under two names', () => {
    const { path } = saved();
    const link = newFile();
    symlinkSync(path, link);
    using(path, () => expect(() => new StateFile(link)).toThrow('is in use'));
    using(link, () => expect(() => new StateFile(path)).toThrow('is in use'));
  });

  test('to nowhere is replaced by a file', () => {
    const link = newFile();
    symlinkSync(newFile(), link);
    using(link, (file) => {
      expect(file.load()).toBeUndefined();
      file.save(registrations(1));
    });
    expect(load(link)?.registrations.length).toBe(1);
  });
});
