import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { startEmulator } from '@mote/emulator';
import { fileStem, openToWrite, writeWhole } from '@mote/emulator/files';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { writeCertificates } from '../../../packages/cli/src/emulate/greeting.ts';

let root: string;
let dir: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'mote-writing-'));
});
beforeEach(() => {
  dir = mkdtempSync(join(root, 'dir-'));
});
afterAll(() => rmSync(root, { recursive: true }));

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
const ids = ['dev-1', 'ca', 'CA', 'con', 'NUL', 'com1', 'aux.device', 'a:b', 'a_b', 'line.3'];

async function written(registrationIds: readonly string[] = ids) {
  const individualEnrollments = registrationIds.map((registrationId) => ({
    registrationId,
    attestation: { type: 'x509' as const },
  }));
  await using dps = await startEmulator({ individualEnrollments });
  return { files: writeCertificates(dps, dir), ca: dps.ca };
}

describe('what `emulate --dir` writes', () => {
  test('a key has mode 600 and a certificate 644, whatever stood there', async () => {
    for (const name of ['dev-1.key', 'dev-1.pem', 'ca.pem']) {
      writeFileSync(join(dir, name), 'older');
      chmodSync(join(dir, name), 0o666);
    }
    await written(['dev-1']);
    expect(['dev-1.key', 'dev-1.pem', 'ca.pem'].map((name) => modeOf(join(dir, name)))).toEqual(['600', '644', '644']);
  });

  test('a symbolic link is replaced, and what it leads to stays as it was', async () => {
    const target = join(dir, 'target');
    writeFileSync(target, 'precious');
    for (const name of ['ca.pem', 'dev-1.pem', 'dev-1.key']) symlinkSync(target, join(dir, name));
    await written(['dev-1']);
    expect(readFileSync(target, 'utf8')).toBe('precious');
    for (const name of ['ca.pem', 'dev-1.pem', 'dev-1.key']) expect(lstatSync(join(dir, name)).isFile()).toBe(true);
  });

  test('no registration id takes the file of another, or of the CA, in any letter case', async () => {
    const { files, ca } = await written(ids.filter((id) => id !== 'CA'));
    expect(readFileSync(files.ca, 'utf8')).toBe(ca);
    const paths = [files.ca, ...[...files.devices.values()].flatMap(({ cert, key }) => [cert, key])];
    expect(new Set(paths.map((path) => path.toLowerCase())).size).toBe(paths.length);
    for (const [id, { cert }] of files.devices)
      expect(new X509Certificate(readFileSync(cert)).subject).toBe(`CN=${id}`);
  });

  test('nothing else is left in the folder', async () => {
    const { files } = await written(ids.filter((id) => id !== 'CA'));
    const names = [files.ca, ...[...files.devices.values()].flatMap(({ cert, key }) => [cert, key])].map((path) =>
      basename(path),
    );
    expect(readdirSync(dir).sort()).toEqual(names.sort());
  });

  test.each(['ca.pem', 'dev-1.key'])(
    '%s that is a folder is a mistake of the caller, and no half of it is left',
    async (name) => {
      mkdirSync(join(dir, name));
      await expect(written(['dev-1'])).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
      expect(readdirSync(dir).filter((one) => one.startsWith('.'))).toEqual([]);
    },
  );
});

describe('a file name for a registration id', () => {
  test.each([
    ['dev-1', 'dev-1'],
    ['ca', '%63a'],
    ['Ca', '%43a'],
    ['con', '%63on'],
    ['LPT9.x', '%4CPT9.x'],
    ['a:b', 'a%3Ab'],
    ['a.', 'a%2E'],
    ['../a', '%2E.%2Fa'],
    ['a b\u0000/ü', 'a%20b%00%2F%C3%BC'],
  ])('%j is %s', (id, stem) => {
    expect(fileStem(id, ['ca'])).toBe(stem);
  });

  test('is another for each id, and never reserved', () => {
    const id = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'caCAon.:%/\\ ') }));
    fc.assert(
      fc.property(id, id, (one, other) => {
        fc.pre(one !== other);
        expect(fileStem(one, ['ca'])).not.toBe(fileStem(other, ['ca']));
        expect(fileStem(one, ['ca'])).not.toMatch(/^ca$|^con(\.|$)|[/\\:]|^\.|\.$/i);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a file is whole or as it was', () => {
  test('it is written through, and the old one stays when it cannot be', () => {
    const path = join(dir, 'state');
    writeWhole(path, 'first');
    expect(() => writeWhole(path, null as never)).toThrow(TypeError);
    expect(readFileSync(path, 'utf8')).toBe('first');
    expect(readdirSync(dir)).toEqual(['state']);
  });

  test('the umask of the caller takes away, and nothing gives', () => {
    const script = `import { writeWhole } from ${JSON.stringify(new URL('../../../packages/emulator/dist/files/index.js', import.meta.url).href)};
      process.umask(0); writeWhole('a', 'x', 0o600); process.umask(0o077); writeWhole('b', 'x');`;
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: dir });
    expect([modeOf(join(dir, 'a')), modeOf(join(dir, 'b'))]).toEqual(['600', '600']);
  });

  test('a trace over a file that all may read is for its owner from the first byte on', () => {
    const path = join(dir, 'trace.jsonl');
    writeFileSync(path, 'older');
    chmodSync(path, 0o644);
    openToWrite(path);
    expect([modeOf(path), readFileSync(path, 'utf8')]).toEqual(['600', '']);
  });
});
