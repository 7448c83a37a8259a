// Standard input as a shell can give it: a file, a pipe, nothing, a folder, what can only be written to.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listen } from '../client/mqtt/loopback-clients.ts';
import { nodeEnvironment } from '../support/node-environment.ts';
import { byKey, telemetryOf } from './device-stand.ts';
import { MAIN, type Outcome } from './mote.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mote-stdin-'));
  writeFileSync(join(folder, 'lines'), 'one\ntwo\nthree');
  writeFileSync(join(folder, 'empty'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `mote` with its standard input at the file that was opened. */
async function fedBy(path: string, flags: string, words: readonly string[]): Promise<Outcome> {
  const file = openSync(path, flags);
  const child = spawn(process.execPath, [MAIN, ...words], {
    stdio: [file, 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', NO_COLOR: '1', ...nodeEnvironment() },
  });
  closeSync(file);
  const outcome = { code: null as number | null, stdout: '', stderr: '' };
  child.stdout!.on('data', (chunk: Buffer) => (outcome.stdout += chunk));
  child.stderr!.on('data', (chunk: Buffer) => (outcome.stderr += chunk));
  [outcome.code] = (await once(child, 'close')) as [number | null];
  return outcome;
}

interface Input {
  readonly what: string;
  readonly path: () => string;
  readonly flags: string;
  readonly lines: readonly string[];
  readonly refusal?: string;
}

const file = () => join(folder, 'lines');
const LINES = ['one', 'two', 'three'];

const INPUTS: readonly Input[] = [
  { what: 'a file', path: file, flags: 'r', lines: LINES },
  { what: 'an empty file', path: () => join(folder, 'empty'), flags: 'r', lines: [] },
  { what: '/dev/null, as in `<&-`', path: () => '/dev/null', flags: 'r', lines: [] },
  { what: 'a folder', path: () => folder, flags: 'r', lines: [], refusal: 'it is a folder (EISDIR); name a file' },
  { what: 'what can only be written', path: () => '/dev/null', flags: 'w', lines: [], refusal: 'EBADF' },
];

describe.each(INPUTS)('$what as standard input', ({ what, path, flags, lines, refusal }) => {
  const refused = `mote: cannot read standard input: ${refusal}`;

  test('is published line by line, or is told as what it is', async () => {
    const server = await listen();
    const address = `mqtt://127.0.0.1:${server.port}`;
    const { code, stdout, stderr } = await fedBy(path(), flags, [
      'publish',
      address,
      '-t',
      'a',
      '-l',
      '-q',
      '1',
      '--json',
    ]);
    const sent = server.received.flatMap((packet) => (packet.cmd === 'publish' ? [String(packet.payload)] : []));
    expect(sent).toEqual(lines);
    if (refusal === undefined) expect([code, stdout, stderr]).toEqual([0, `{"published":${lines.length}}\n`, '']);
    else expect([code, stderr]).toEqual([2, expect.stringContaining(refused)]);
  });

  test('is the telemetry of a device, or is told as what it is', async () => {
    const id = `stdin-${INPUTS.findIndex((input) => input.what === what)}`;
    const { code, stderr } = await fedBy(path(), flags, byKey(id, '--exit-on-eof'));
    const messages = lines.length === 0 ? [] : await telemetryOf(id, lines.length);
    expect(messages.map(({ body }) => Buffer.from(body).toString())).toEqual(lines);
    if (refusal === undefined) {
      expect(stderr).toContain(`${lines.length} messages are at the hub`);
      expect(code).toBe(0);
    } else expect([code, stderr]).toEqual([2, expect.stringContaining(refused)]);
  });
});
