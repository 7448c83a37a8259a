// Folders whose file system takes no more bytes. The limit of the shell on the size of files stands for it: each write fails with EFBIG.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { nodeEnvironment } from '../support/node-environment.ts';
import { MAIN, outcomeOf } from './mote.ts';

const folder = mkdtempSync(join(tmpdir(), 'mote-full-folder-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('an emulator that can write nothing says so under its flag, and leaves no part of a file', () => {
  test.each(['dir', 'ca-dir', 'state'])('--%s', async (flag) => {
    const path = join(folder, flag, ...(flag === 'state' ? [] : ['below']));
    const shell = `trap '' XFSZ; ulimit -f 0; exec "$0" "$@"`;
    const words = ['-c', shell, process.execPath, MAIN, 'emulate', `--${flag}`, path];
    const env = { PATH: process.env['PATH'] ?? '', NO_COLOR: '1', ...nodeEnvironment() };
    const { code, stderr } = await outcomeOf(spawn('bash', words, { env }));
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining(`mote: --${flag}: cannot use ${path}`),
    });
    expect(stderr).toContain('it would be larger than a file may be here (EFBIG); make room, or choose another place');
    expect(stderr).not.toContain('    at ');
    const left = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(left.map(({ name }) => name)).toEqual([]);
  });
});
