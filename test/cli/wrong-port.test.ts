import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '@mote/emulator';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { here } from './in-process.ts';

// A port at which something else listens: the command says what.

let dir: string;
let server: Server | undefined;
/** All that anybody has sent to the server. */
let heard = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mote-port-'));
  writeFileSync(join(dir, 'key'), KEY);
});
afterEach(() => void server?.close());
afterAll(() => rmSync(dir, { recursive: true }));

const KEY = Buffer.alloc(32, 7).toString('base64');
type Behaviour = (socket: Socket) => void;
const greets = (text: string): Behaviour => {
  return (socket) => socket.write(text);
};
/** Says something to whoever speaks plainly, and gives up on all else. `to` is what the hex of it begins with: 16 is TLS, 10 a CONNECT, 474554 is `GET`. */
const answers = (text: string | Buffer, to: RegExp): Behaviour => {
  return (socket) =>
    socket.once('data', (chunk) =>
      to.test(chunk.toString('hex')) ? socket.write(text) : socket.end('no such thing\r\n'),
    );
};

const OTHERS: [string, Behaviour, string][] = [
  ['SSH', greets('SSH-2.0-OpenSSH_9.2p1\r\n'), 'SSH answers there. Is the port right?'],
  ['mail', greets('220 mail.example ESMTP\r\n'), 'SMTP or FTP answers there. Is the port right?'],
  ['NATS', greets('INFO {"server_id":"x"}\r\n'), 'NATS answers there. Is the port right?'],
  ['Redis', answers('-ERR unknown command\r\n', /^(?:474554|10)/), 'Redis answers there. Is the port right?'],
  [
    'HTTP',
    answers('HTTP/1.1 400 Bad Request\r\n\r\n', /^(?:10|16|474554)/),
    'An HTTP response answers there. Is the port right?',
  ],
  [
    'HTTP that is silent to bytes',
    answers('HTTP/1.0 200 OK\r\n\r\n', /^474554/),
    'An HTTP response answers there. Is the port right?',
  ],
];
const PLAIN = answers(Buffer.of(0x20, 2, 0, 5), /^10/);

async function listen(behaviour: Behaviour): Promise<string> {
  heard = '';
  server = createServer((socket) => {
    socket.on('error', () => {}).on('data', (chunk) => (heard += chunk.toString('latin1')));
    behaviour(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const DEVICE = ['--id-scope', '0ne00ABCDEF', '--registration-id', 'sensor-17', '--timeout', '5'];
const VERBS: [string, (at: string) => string[]][] = [
  ['provision', (at) => ['provision', ...DEVICE, '--key-file', join(dir, 'key'), '--host', at]],
  ['device', (at) => ['device', ...DEVICE, '--key-file', join(dir, 'key'), '--host', at]],
  ['publish', (at) => ['publish', at, '-t', 'a', '-m', 'b', '--timeout', '5']],
  ['subscribe', (at) => ['subscribe', at, '-t', 'a', '--timeout', '5']],
];

describe.each(VERBS)('mote %s', (verb, words) => {
  test.each(OTHERS)('says that it is %s', async (_what, behaviour, sentence) => {
    const { code, stderr } = await here(words(await listen(behaviour)));
    expect({ code, stderr }).toEqual({ code: 11, stderr: expect.stringContaining(sentence) });
    // OpenSSL names the line of its sources.
    expect(stderr).not.toMatch(/\.c:\d+/);
    expect(heard).not.toMatch(/sensor-17|0ne00|SharedAccess/);
  });

  test('says that it is MQTT without TLS, and what to do', async () => {
    const { stderr } = await here(words(await listen(PLAIN)));
    expect(stderr).toContain('MQTT without TLS answers there.');
    expect(stderr).toContain(/publish|subscribe/.test(verb) ? 'mqtt://HOST' : 'is the port in `--host` right?');
  });

  test('says no more than it knows of a port that is silent to plain text', async () => {
    const { stderr } = await here(
      words(await listen((socket) => socket.once('data', (chunk) => chunk[0] === 0x16 && socket.end('?????')))),
    );
    expect(stderr).toContain('That was no TLS.');
    expect(stderr).not.toContain('answers there');
  });
});

test.each(OTHERS)('mote doctor says that it is %s', async (_what, behaviour, sentence) => {
  const { stdout } = await here([
    'doctor',
    ...DEVICE.slice(0, 4),
    '--key-file',
    join(dir, 'key'),
    '--host',
    await listen(behaviour),
  ]);
  expect(stdout).toContain(sentence.replace('. Is the port right?', ': check the port.'));
});

test('nothing is asked in plain text where TLS answers', async () => {
  const dps = await startEmulator();
  const { stderr } = await here([
    'provision',
    ...DEVICE,
    '--key-file',
    join(dir, 'key'),
    '--host',
    `127.0.0.1:${dps.port}`,
  ]);
  await dps.close();
  expect(stderr).toContain('--ca FILE');
  expect(stderr).not.toContain('answers there');
});
