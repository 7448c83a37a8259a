// What an emulator prints to be pasted is pasted, word for word.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEmulator } from '@mote/emulator';
import { expect, test } from 'vitest';
import { greeting, writeCertificates } from '../../packages/cli/src/emulate/greeting.ts';
import { paintFor } from '../../packages/cli/src/terminal/paint.ts';
import { MAIN } from './mote.ts';

test('each command of the greeting provisions its device, also where the folder has a blank and a quote in its name', async () => {
  const folder = mkdtempSync(join(tmpdir(), "mote it's "));
  await using dps = await startEmulator({ pollsBeforeAssigned: 0 });
  try {
    const lines = greeting(dps, writeCertificates(dps, folder), paintFor({}));
    const commands = lines.filter((line) => / mote provision /.test(line));
    expect(commands).toHaveLength(dps.enrollments.length);
    for (const command of commands) {
      const script = `mote() { "${process.execPath}" "${MAIN}" "$@"; }\n${command} --json`;
      const { stdout } = await promisify(execFile)('bash', ['-c', script], { env: { PATH: process.env['PATH'] } });
      expect(JSON.parse(stdout)).toMatchObject({ status: 'assigned' });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('without files no command is printed that could not be pasted', async () => {
  await using dps = await startEmulator({ webSocketPort: false });
  const text = greeting(dps, undefined, paintFor({})).join('\n');
  expect(text).not.toMatch(/mote provision|\.pem/);
  for (const { primaryKey } of dps.enrollments) if (primaryKey !== undefined) expect(text).toContain(primaryKey);
});
