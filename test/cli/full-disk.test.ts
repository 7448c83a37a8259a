// /dev/full takes nothing: each write to it fails as on a disk without room.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Emulator, startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../packages/cli/src/commands.ts';
import { LoopbackServer, message } from '../client/mqtt/server.ts';
import { here } from './in-process.ts';

const MAIN = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));
const KEY = Buffer.alloc(32, 7).toString('base64');
const FULL = '/dev/full';

const SAID = 'mote: cannot write the result: the disk is full (ENOSPC); make room, or choose another place\n';
const folder = mkdtempSync(join(tmpdir(), 'mote-full-'));
let dps: Emulator;
let server: LoopbackServer;
let device: string[];
let key: string;
beforeAll(async () => {
  dps = await startEmulator({ webSocketPort: false, pollsBeforeAssigned: 0 });
  server = await LoopbackServer.listen((packet, peer) => {
    if (packet.cmd !== 'subscribe') return false;
    peer.say({ cmd: 'suback', messageId: packet.messageId!, granted: [0] });
    peer.say(message('a', 'hello'));
    return true;
  });
  writeFileSync(join(folder, 'ca.pem'), dps.ca);
  const { registrationId, primaryKey } = dps.individual('symmetricKey');
  key = primaryKey;
  device = ['--id-scope', dps.idScope, '--registration-id', registrationId];
  device.push('--host', `127.0.0.1:${dps.port}`, '--ca', join(folder, 'ca.pem'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await server[Symbol.asyncDispose]();
  await dps.close();
});

/** Runs `mote` with a standard output that takes nothing. `told`: called with each text of standard error. */
async function intoFull(words: readonly string[], input = '', told = (_all: string, _child: ChildProcess) => {}) {
  const stdout = openSync(FULL, 'w');
  const secret = words[0] === 'derive-key' ? { DPS_GROUP_KEY: KEY } : { DPS_KEY: key };
  const env = { PATH: process.env['PATH'] ?? '', NO_COLOR: '1', ...secret };
  const child = spawn(process.execPath, [MAIN, ...words], { env, stdio: ['pipe', stdout, 'pipe'] });
  let stderr = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    stderr += chunk;
    told(stderr, child);
  });
  child.stdin!.on('error', () => {});
  child.stdin!.end(input);
  const [code] = (await once(child, 'close')) as [number];
  closeSync(stdout);
  return { code, stderr };
}

const COMMANDS_OF: Readonly<Record<string, () => readonly (readonly string[])[]>> = {
  provision: () => [device, [...device, '--json'], [...device, '--format', 'env']],
  emulate: () => [[], ['--json']],
  device: () => [device, [...device, '--json']],
  publish: () => [[`mqtt://127.0.0.1:${server.port}`, '-t', 'a', '-m', 'b', '--json']],
  subscribe: () => [[`mqtt://127.0.0.1:${server.port}`, '-t', 'a']],
  demo: () => [[]],
  explain: () => [['401002']],
  'derive-key': () => [['--registration-id', 'dev-1']],
  sas: () => [['--id-scope', '0ne00ABCDEF', '--registration-id', 'dev-1']],
  doctor: () => [
    [...device, '--no-register'],
    [...device, '--json'],
  ],
  inspect: () => [['c000'], ['c000', '--json']],
  completion: () => [['bash']],
};

describe('a result that finds no room is no success', () => {
  test.each(Object.keys(COMMANDS))('mote %s', async (name) => {
    for (const words of [...COMMANDS_OF[name]!(), ['--help']]) {
      // An emulator goes on, since devices use it: it is ended here as soon as it has said the word.
      const stays = name === 'emulate' && words[0] !== '--help';
      const end = (all: string, child: ChildProcess) => void (stays && all.includes(SAID) && child.kill());
      const { code, stderr } = await intoFull([name, ...words], '', end);
      expect({ words, code, said: stderr.split(SAID).length - 1 }).toEqual({ words, code: 1, said: 1 });
    }
  });

  test.each([[['--help']], [['--version']]])('mote %j', async (words) => {
    expect(await intoFull(words)).toEqual({ code: 1, stderr: SAID });
  });

  test('a device sends every line of an input that has an end, all the same', async () => {
    const lines = Array.from({ length: 20 }, (_, i) => `{"line":${i}}`);
    const seen: unknown[] = [];
    const heard = (async () => {
      for await (const { json } of dps.hub.telemetry()) if (seen.push(json) === lines.length) return;
    })();
    const { code, stderr } = await intoFull(['device', ...device, '--exit-on-eof'], lines.join('\n'));
    expect(stderr).toContain('20 messages are at the hub');
    await heard;
    expect({ code, seen }).toEqual({ code: 1, seen: lines.map((line) => JSON.parse(line)) });
  });
});

describe('what is kept beside the result finds no room', () => {
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
