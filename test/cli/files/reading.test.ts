import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder, openToWrite, readWhole } from '@mote/emulator/files';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { leaksOf, samples } from '../../client/attestation/kinds.ts';
import { certificateFor, pem } from '../../client/attestation/made.ts';
import { firstLine, mote, outcomeOf, spawnMote } from '../mote.ts';
import { spoken } from './spoken.ts';

const KEY = Buffer.alloc(64, 'a key').toString('base64');
const DEVICE = ['--id-scope', '0ne00ABCDEF', '--registration-id', 'sensor-17', '--host', '127.0.0.1:1'];

let dir: string;
const path = (name: string) => join(dir, name);
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mote-reading-'));
  mkdirSync(path('folder'));
  writeFileSync(path('key'), KEY);
  writeFileSync(path('cert'), certificateFor('sensor-17'));
  execFileSync('mkfifo', [path('pipe')]);
  symlinkSync('loop', path('loop'));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** What holds a reader for ever, or has no end, or no beginning. */
const STRANGE: readonly (readonly [what: string, file: () => string, reason: string])[] = [
  ['a pipe that nobody writes to', () => path('pipe'), 'is empty'],
  ['a device without end', () => '/dev/zero', 'it is larger than'],
  ['random bytes without end', () => '/dev/urandom', 'it is larger than'],
  ['nothing', () => '/dev/null', 'is empty'],
  ['a folder', () => path('folder'), 'it is a folder (EISDIR)'],
  ['links in a circle', () => path('loop'), '(ELOOP)'],
  ['a name with a zero byte', () => 'a\0b', ''],
  ['a name that is too long', () => `./${'n'.repeat(300)}`, '(ENAMETOOLONG)'],
  ['a part of the path that is a file', () => path('key/below'), '(ENOTDIR)'],
  ['a file that is not there', () => path('none'), '(ENOENT)'],
];

const FLAGS: readonly (readonly [flag: string, words: () => string[]])[] = [
  ['key-file', () => ['provision', ...DEVICE]],
  ['group-key-file', () => ['derive-key', '--registration-id', 'd']],
  ['cert', () => ['provision', ...DEVICE]],
  ['cert-key', () => ['provision', ...DEVICE, '--cert', path('cert')]],
  ['passphrase-file', () => ['provision', ...DEVICE, '--cert', path('key')]],
  ['ca', () => ['provision', ...DEVICE, '--key-file', path('key')]],
  ['csr', () => ['provision', ...DEVICE, '--key-file', path('key')]],
  ['payload', () => ['provision', ...DEVICE, '--key-file', path('key')]],
  ['config', () => ['emulate']],
  ['scenario', () => ['emulate']],
  ['ca', () => ['doctor', ...DEVICE, '--no-register']],
];

describe.runIf(process.platform !== 'win32')('no file holds the command for ever: exit 2 with the reason', () => {
  test.each(
    STRANGE.flatMap(([what, file, reason]) => FLAGS.map(([flag, words]) => [what, flag, file, reason, words] as const)),
  )('%s, as --%s', async (_what, flag, file, reason, words) => {
    const { code, stderr } = await spoken([...words(), `--${flag}`, `${flag === 'payload' ? '@' : ''}${file()}`]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(reason) });
    expect(stderr).toContain(`--${flag}`);
  });

  test('a pipe whose writer says nothing is given up after its time', () => {
    const writer = openSync(path('pipe'), 'r+');
    try {
      expect(() => readWhole(path('pipe'), { silenceMs: 30 })).toThrow('nothing came out of it for 0.03 seconds');
    } finally {
      closeSync(writer);
    }
  });

  test('a pipe with a writer is read, in the pieces it comes in', async () => {
    const writer = spawn('sh', [
      '-c',
      `exec > "${path('pipe')}"; printf '%s' "${KEY.slice(0, 40)}"; printf '%s' "${KEY.slice(40)}"`,
    ]);
    expect(readWhole(path('pipe'), { writerMs: 10_000 }).toString()).toBe(KEY);
    await once(writer, 'close');
  });

  test('standard input is read once, as `-`', async () => {
    const child = spawnMote(['derive-key', '--registration-id', 'd', '--group-key-file', '-']);
    child.stdin.write(KEY);
    const { code, stdout } = await outcomeOf(child);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^[\w+/]{43}=\n$/) });
  });

  test('Ctrl-C ends a command that waits for a pipe', async () => {
    const file = openSync(path('pipe'), constants.O_RDWR | constants.O_NONBLOCK);
    try {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        for (const words of [
          ['provision', ...DEVICE, '--key-file', path('pipe')],
          ['emulate', '--config', path('pipe')],
        ]) {
          fill(file);
          const child = spawnMote(words);
          // There is room again: it has read, and waits for more.
          await vi.waitFor(() => writeSync(file, 'A'), { timeout: 15_000, interval: 5 });
          child.kill(signal);
          const [, by] = (await once(child, 'close')) as [number | null, string | null];
          expect(by).toBe(signal);
        }
      }
    } finally {
      closeSync(file);
    }
  });
});

describe.runIf(process.platform === 'linux')('no folder or file to be written holds the command for ever', () => {
  test('a folder below one that cannot have any, as /proc', async () => {
    const { code, stderr } = await mote(['emulate', '--dir', '/proc/nope/below']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('/proc/nope') });
  });

  test.each(['/proc/nope', '/proc/nope/a/b/c', '/sys/nope', '/dev/null/x'])('%s', (folder) => {
    expect(() => makeFolder(folder)).toThrow(/ENOENT|EACCES|EPERM|ENOTDIR|EROFS/);
  });

  test('folders are made down to the last, and may be there', () => {
    makeFolder(path('a/b/c'));
    makeFolder(path('a/b/c'));
    expect(statSync(path('a/b/c')).isDirectory()).toBe(true);
  });

  test('a pipe that nobody reads is refused', async () => {
    expect(() => openToWrite(path('pipe'))).toThrow('ENXIO');
    for (const flag of ['--trace', '--diagram']) {
      const name = flag === '--trace' ? path('pipe') : path('pipe.svg');
      if (flag === '--diagram') execFileSync('mkfifo', [name]);
      const { code, stderr } = await spoken(['provision', ...DEVICE, '--key-file', path('key'), flag, name]);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('nobody is at its other end') });
    }
  });
});

/** Until not one byte more goes in. */
function fill(file: number): void {
  for (let size = 4096; size > 0; ) {
    try {
      writeSync(file, 'A'.repeat(size));
    } catch {
      size = size >> 1;
    }
  }
}

describe.runIf(process.platform !== 'win32')('a configuration', () => {
  const config = JSON.stringify({
    idScope: '0ne0000CAFE',
    individualEnrollments: [
      {
        registrationId: 'd',
        attestation: { type: 'symmetricKey', symmetricKey: { primaryKey: KEY, secondaryKey: KEY } },
      },
    ],
  });

  test.each<[string, () => Buffer]>([
    ['with a byte order mark', () => Buffer.from(`\ufeff${config}`)],
    ['in UTF-16', () => Buffer.from(`\ufeff${config}`, 'utf16le')],
    ['in UTF-16 without a mark', () => Buffer.from(config, 'utf16le')],
    ['from a pipe', () => Buffer.from(config)],
  ])('%s is read', async (form, content) => {
    writeFileSync(path('config.json'), content());
    const child =
      form === 'from a pipe'
        ? spawnMote(['emulate', '--json', '--config', '-'])
        : spawnMote(['emulate', '--json', '--config', path('config.json')]);
    child.stdin.end(content());
    expect(JSON.parse(await firstLine(child))).toMatchObject({ idScope: '0ne0000CAFE' });
    child.kill('SIGINT');
    await once(child, 'close');
  });

  test('with a certificate in any form, and not with anything else in its place', async () => {
    const der = certificateFor('d');
    const { startEmulator, ConfigError } = await import('@mote/emulator');
    const enrolled = (certificate: string) => ({
      individualEnrollments: [
        {
          registrationId: 'd',
          attestation: { type: 'x509' as const, x509: { clientCertificates: { primary: { certificate } } } },
        },
      ],
    });
    for (const text of [
      pem('CERTIFICATE', der),
      pem('CERTIFICATE', der).replaceAll('\n', '\\n'),
      `\ufeff${pem('X509 CERTIFICATE', der)}`,
      `text\n${pem('TRUSTED CERTIFICATE', der)}`,
      der.toString('base64'),
      der.toString('base64').replace(/.{64}/g, '$&\r\n'),
    ]) {
      await using dps = await startEmulator(enrolled(text));
      expect(dps.enrollments).toHaveLength(1);
    }
    for (const [, sample] of samples()) {
      if (sample.fits.includes('cert')) continue;
      const refused = await startEmulator(enrolled(sample.content.toString('latin1'))).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(refused).toBeInstanceOf(ConfigError);
      expect(leaksOf(sample, String(refused))).toEqual([]);
    }
  });
});
