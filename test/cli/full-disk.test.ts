// /dev/full takes nothing: each write to it fails as on a disk without room.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Emulator, startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { here } from './in-process.ts';

const MAIN = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));
const KEY = Buffer.alloc(32, 7).toString('base64');
const FULL = '/dev/full';

describe('a result that finds no room is no success', () => {
  test.each([
    [['inspect', 'c000']],
    [['inspect', 'c000', '--json']],
    [['explain', '401002']],
    [['sas', '--id-scope', '0ne00ABCDEF', '--registration-id', 'dev-1']],
    [['derive-key', '--registration-id', 'dev-1']],
    [['completion', 'bash']],
    [['--help']],
    [['--version']],
  ])('mote %j', async (words) => {
    const stdout = openSync(FULL, 'w');
    const secret = words[0] === 'derive-key' ? { DPS_GROUP_KEY: KEY } : { DPS_KEY: KEY };
    const env = { PATH: process.env['PATH'] ?? '', NO_COLOR: '1', ...secret };
    const child = spawn(process.execPath, [MAIN, ...words], { env, stdio: ['ignore', stdout, 'pipe'] });
    let stderr = '';
    child.stderr!.on('data', (chunk: Buffer) => {
      stderr += chunk;
    });
    const [code] = (await once(child, 'close')) as [number];
    closeSync(stdout);
    expect([code, stderr]).toEqual([
      1,
      'mote: cannot write the result: the disk is full (ENOSPC); make room, or choose another place\n',
    ]);
  });
});

describe('what is kept beside the result finds no room', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mote-full-'));
  let dps: Emulator;
  let device: string[];
  let key: string;
  beforeAll(async () => {
    dps = await startEmulator({ webSocketPort: false, pollsBeforeAssigned: 0 });
    writeFileSync(join(folder, 'ca.pem'), dps.ca);
    const { registrationId, primaryKey } = dps.individual('symmetricKey');
    key = primaryKey;
    device = ['--id-scope', dps.idScope, '--registration-id', registrationId];
    device.push('--host', `127.0.0.1:${dps.port}`, '--ca', join(folder, 'ca.pem'));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await dps.close();
  });

  test('the device is assigned, and the trace is said not to be whole, once', async () => {
    const outcome = await here(['provision', ...device, '--trace', FULL, '--json'], { DPS_KEY: key });
    expect(outcome.code).toBe(0);
    expect(JSON.parse(outcome.stdout)).toMatchObject({ status: 'assigned' });
    expect(outcome.stderr.match(/^mote: .*$/gm)).toEqual([
      'mote: --trace: cannot write /dev/full: the disk is full (ENOSPC); make room, or choose another place; it is not whole',
    ]);
  });

  test.each(['svg', 'mmd'])('and so is a diagram: %s', async (kind) => {
    const path = join(folder, `full.${kind}`);
    symlinkSync(FULL, path);
    const outcome = await here(['provision', ...device, '--diagram', path], { DPS_KEY: key });
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toContain(
      `mote: --diagram: cannot write ${path}: the disk is full (ENOSPC); make room, or choose another place; it is not whole`,
    );
  });
});
