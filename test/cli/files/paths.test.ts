import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MAIN } from '../mote.ts';
import { spoken } from './spoken.ts';

// Every flag that names a path, with paths that cannot be: exit code 2, the flag, the reason and what to do, and nothing half-written.

const KEY = Buffer.alloc(64, 'a key').toString('base64');
const DEVICE = ['--id-scope', '0ne00ABCDEF', '--registration-id', 'sensor-17', '--host', '127.0.0.1:1'];
const BROKER = ['127.0.0.1:1', '-t', 't'];

/** Made here: the titles below name the verb, which is the first of the words. */
const dir = mkdtempSync(join(tmpdir(), 'mote-paths-'));
const path = (name: string) => join(dir, name);

beforeAll(() => {
  mkdirSync(path('folder'));
  mkdirSync(path('closed'));
  writeFileSync(path('key'), KEY);
  writeFileSync(path('junk'), Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 167 + 13) & 255)));
  writeFileSync(path('unreadable'), KEY);
  mkdirSync(path('junk-authority'));
  for (const name of [
    'ca.pem',
    'ca.key',
    'device-root.pem',
    'device-root.key',
    'device-issuer.pem',
    'device-issuer.key',
  ])
    writeFileSync(path(`junk-authority/${name}`), 'junk');
  symlinkSync('loop.svg', path('loop.svg'));
  execFileSync('mkfifo', [path('pipe')]);
});
afterAll(() => {
  chmodSync(path('closed'), 0o700);
  rmSync(dir, { recursive: true });
});

/** Names, kinds and contents of all that is there. */
function everything(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const one = join(folder, name);
    const status = lstatSync(one);
    if (status.isDirectory()) return [one, ...everything(one)];
    return [`${one} ${status.mode} ${status.isFile() ? readFileSync(one, 'base64') : ''}`];
  });
}

type Flag = readonly [flag: string, words: () => string[]];
const withKey = (): string[] => [...DEVICE, '--key-file', path('key')];

const READ: readonly Flag[] = [
  ['key-file', () => ['provision', ...DEVICE]],
  ['group-key-file', () => ['sas', ...DEVICE.slice(0, 4)]],
  ['key-file', () => ['sas', ...DEVICE.slice(0, 4)]],
  ['group-key-file', () => ['derive-key', '--registration-id', 'd']],
  ['cert', () => ['doctor', ...DEVICE, '--no-register']],
  ['connection-string-file', () => ['device']],
  ['reported', () => ['device', ...withKey()]],
  ['payload', () => ['device', ...withKey()]],
  ['payload', () => ['provision', ...withKey()]],
  ['csr', () => ['provision', ...withKey()]],
  ['ca', () => ['provision', ...withKey()]],
  ['config', () => ['emulate']],
  ['scenario', () => ['emulate']],
  ['file', () => ['publish', ...BROKER]],
  ['ca', () => ['publish', ...BROKER, '-m', 'x']],
  ['cert', () => ['subscribe', ...BROKER]],
  ['pw-file', () => ['subscribe', ...BROKER, '-u', 'user']],
];

const WRITTEN: readonly Flag[] = [
  ['trace', () => ['provision', ...withKey()]],
  ['trace', () => ['device', ...withKey()]],
  ['trace', () => ['publish', ...BROKER, '-m', 'x']],
  ['trace', () => ['subscribe', ...BROKER]],
  ['diagram', () => ['provision', ...withKey()]],
  ['diagram', () => ['subscribe', ...BROKER]],
  ['state', () => ['emulate']],
];

const FOLDERS: readonly Flag[] = [
  ['dir', () => ['emulate']],
  ['ca-dir', () => ['emulate']],
];

const LONG = 'n'.repeat(300);
type Bad = readonly [what: string, path: () => string, says: RegExp];
const CANNOT_BE_READ: readonly Bad[] = [
  ['that is missing', () => path('none.svg'), /no such file \(ENOENT\); correct the name/],
  ['that is a folder', () => path('folder'), /it is a folder \(EISDIR\); name a file/],
  ['below a file', () => path('key/x.svg'), /a part of the path is a file \(ENOTDIR\); correct the path/],
  ['of links in a circle', () => path('loop.svg'), /\(ELOOP\); name the file itself/],
  ['that is too long', () => path(`${LONG}.svg`), /\(ENAMETOOLONG\); choose a shorter one/],
  ['with a zero byte', () => path('a\0b.svg'), /zero bytes \(ERR_INVALID_ARG_VALUE\); correct the name/],
];
const CANNOT_BE_WRITTEN: readonly Bad[] = [
  ['whose folder is missing', () => path('none/x.svg'), /no such folder \(ENOENT\); make it first/],
  ...CANNOT_BE_READ.slice(2),
];
const CANNOT_BE_A_FOLDER: readonly Bad[] = [
  ['that is a file', () => path('key'), /a file of that name is in the way \(EEXIST\); choose another name/],
  ['below a file', () => path('key/x'), /\(ENOTDIR\); correct the path/],
  ['of links in a circle', () => path('loop.svg'), /\(E(?:EXIST|LOOP)\); /],
  ['below links in a circle', () => path('loop.svg/x'), /\(ELOOP\); name the file itself/],
  ['that is too long', () => path(LONG), /\(ENAMETOOLONG\); choose a shorter one/],
  ['with a zero byte', () => path('a\0b'), /\(ERR_INVALID_ARG_VALUE\); correct the name/],
  ['that is a device', () => '/dev/full', /\(EEXIST\); choose another name/],
  ['below /proc', () => '/proc/x', /\((?:ENOENT|EACCES)\); /],
];

const rows = (flags: readonly Flag[], bad: readonly Bad[]) =>
  flags.flatMap(([flag, words]) =>
    bad.map(([what, file, says]) => [flag, words()[0] ?? '', what, words, file, says] as const),
  );

describe.runIf(process.platform === 'linux')('a path that cannot be', () => {
  test.each([...rows(READ, CANNOT_BE_READ), ...rows(WRITTEN, CANNOT_BE_WRITTEN), ...rows(FOLDERS, CANNOT_BE_A_FOLDER)])(
    '--%s of mote %s %s',
    async (flag, _verb, _what, words, file, says) => {
      const before = everything(dir);
      const { code, text, stderr } = await spoken([
        ...words(),
        `--${flag}`,
        `${/payload|reported/.test(flag) ? '@' : ''}${file()}`,
      ]);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(says) });
      expect(stderr).toContain(`--${flag}`);
      expect(text).not.toContain('    at ');
      expect(everything(dir)).toEqual(before);
    },
  );

  test.each(
    rows(READ, [['full of junk', () => path('junk'), /./]]).filter(
      ([flag, verb]) => !/^(?:file|pw-file)$/.test(flag) && verb !== 'doctor',
    ),
  )(
    '--%s of mote %s %s: 2, or a guess that is said, and nothing of it shown',
    async (flag, _verb, _what, words, file) => {
      const before = everything(dir);
      const { code, stderr, text } = await spoken([
        ...words(),
        `--${flag}`,
        `${/payload|reported/.test(flag) ? '@' : ''}${file()}`,
      ]);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(`--${flag}`) });
      expect(text).not.toMatch(/[^\t\n -~…·│]{3}| {4}at /);
      expect(everything(dir)).toEqual(before);
    },
  );

  test.each<[string, () => string, RegExp]>([
    ['state', () => path('junk'), /is damaged.*remove both to start anew/s],
    ['ca-dir', () => path('junk-authority'), /--ca-dir: .*ca\.pem holds no certificate/],
    ['state', () => '/dev/full', /--state: cannot use \/dev\/full: it is a pipe or a device/],
    ['state', () => path('pipe'), /--state: .*it is a pipe or a device/],
  ])('--%s of mote emulate that leads to something else', async (flag, file, says) => {
    const before = everything(dir);
    const { code, stderr } = await spoken(['emulate', `--${flag}`, file()]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(says) });
    expect(everything(dir)).toEqual(before);
  });
});

describe.runIf(process.platform === 'linux')('a path that this user may not use', () => {
  // To root everything is allowed: then the command runs as nobody.
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  beforeAll(() => {
    chmodSync(dir, 0o755);
    if ('uid' in nobody) chownSync(path('closed'), 0, 0);
    chmodSync(path('closed'), 'uid' in nobody ? 0o700 : 0o000);
    chmodSync(path('unreadable'), 'uid' in nobody ? 0o600 : 0o000);
  });

  test.each([
    // One flag for each door: the others go through the same.
    ...READ.filter(([flag]) => /^(?:payload|csr|file|config)$/.test(flag)).map(
      (flag) => [...flag, () => path('unreadable')] as const,
    ),
    ...WRITTEN.map((flag) => [...flag, () => path('closed/x.svg')] as const),
    ...FOLDERS.map((flag) => [...flag, () => path('closed/x')] as const),
  ])('--%s', (flag, words, file) => {
    const given = [...words(), `--${flag}`, `${/payload|reported/.test(flag) ? '@' : ''}${file()}`];
    let said: { status: number; stderr: string } = { status: 0, stderr: '' };
    try {
      execFileSync(process.execPath, [MAIN, ...given], { ...nobody, stdio: 'pipe', encoding: 'utf8', env: {} });
    } catch (error) {
      said = error as typeof said;
    }
    expect([said.status, said.stderr]).toEqual([
      2,
      expect.stringMatching(/this user may not \(EACCES\); change its owner or mode/),
    ]);
    expect(said.stderr).toContain(`--${flag}`);
  });
});
