import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mote, type Outcome, spawnMote } from './mote.ts';

const KEY = Buffer.alloc(64, 'a key').toString('base64');
const DEVICE = ['--id-scope', '0ne00ABCDEF', '--registration-id', 'sensor-17'];

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mote-mistakes-'));
  mkdirSync(join(dir, 'folder'));
  writeFileSync(join(dir, 'empty'), '');
  writeFileSync(join(dir, 'key'), KEY);
});
afterAll(() => rmSync(dir, { recursive: true }));

/** Words that name a file by `@NAME` get its path. */
async function mistaken(words: readonly string[]): Promise<Outcome> {
  return await mote(words.map((word) => (word.startsWith('@') ? join(dir, word.slice(1)) : word)));
}

describe('a mistake of the caller ends with 2, nothing on stdout, one sentence and the usage', () => {
  test.each<[string[], string]>([
    [['provison'], 'unknown command "provison"; did you mean provision?'],
    [['help', 'provison'], 'unknown command "provison"; did you mean provision?'],
    [['xyzzy'], 'unknown command "xyzzy"; `mote --help` lists them'],
    [['sas', '--id-scop', 'x'], 'unknown flag --id-scop; did you mean --id-scope?'],
    [['sas', '--zzz'], 'unknown flag --zzz\n'],
    [['provision', ...DEVICE, '--key-file', '@folder'], 'folder: it is a folder (EISDIR)'],
    [['provision', ...DEVICE, '--key-file', '@none'], 'none: there is no such file (ENOENT)'],
    [['provision', ...DEVICE, '--key-file', '@key', '--ca', '@empty'], 'empty is empty; a certificate is wanted'],
    [['provision', ...DEVICE, '--key-file', '@key', '--diagram', '@none/run.svg'], 'there is no such folder (ENOENT)'],
    [['provision', ...DEVICE, '--key-file', '@key', '--trace', '@key/run.jsonl'], 'a part of the path is a file'],
    [['provision', ...DEVICE, '--key-file', '@key', '--format', 'x'], '--format is one of env'],
    [
      ['doctor', ...DEVICE, '--key-file', '@key', '--ca', '@key'],
      'key holds base64 of 64 bytes, as a shared key has, not a certificate',
    ],
    [['sas', '--id-scope', '', '--registration-id', 'x', '--key-file', '@key'], '--id-scope is missing'],
    [['sas', ...DEVICE, '--key-file', '@empty'], 'empty is empty'],
    [['sas', ...DEVICE, '--key-file', '@key', '--group-key-file', '@key'], '--key and --group-key exclude each other'],
    [['derive-key', '--registration-id', 'x', '--group-key-file', '@empty'], 'empty is empty'],
    [['derive-key', '--registration-id', 'a b', '--group-key-file', '@key'], '--registration-id is 1 to 128 letters'],
    [['emulate', '--host', 'no-such-host.invalid'], '--host is not an address of this machine'],
    [['emulate', '--dir', '@key'], 'a file of that name is in the way (EEXIST)'],
    [['emulate', '--dir', '@key/below'], 'a part of the path is a file (ENOTDIR)'],
    [['emulate', '--state', '@folder'], 'it is a folder (EISDIR)'],
    [['emulate', '--state', '@key'], 'is damaged'],
    [['inspect', '@folder'], 'folder: it is a folder (EISDIR)'],
    [['inspect', '@empty'], 'there are no bytes in it'],
  ])('mote %j: %s', async (words, sentence) => {
    const { code, stdout, stderr } = await mistaken(words);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(sentence) });
    expect(stderr).toContain('usage: mote ');
    expect(stderr).not.toContain('    at ');
  });
});

test.each([
  ['bytes', () => Buffer.alloc(1_048_577)],
  ['text', () => `${'c000'.repeat(16)}\n`.repeat(35_000)],
])('a file of more %s than anybody reads is refused before it takes all memory', async (_kind, content) => {
  writeFileSync(join(dir, 'huge'), content());
  const { code, stderr } = await mistaken(['inspect', '@huge']);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('bytes are too many to name each') });
});

test('a reader that leaves early, as `head` does, is no failure', async () => {
  writeFileSync(join(dir, 'long'), Buffer.alloc(100_000));
  const child = spawnMote(['inspect', join(dir, 'long')]);
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += chunk));
  child.stdout.once('data', () => child.stdout.destroy());
  const [code] = await once(child, 'close');
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
});
