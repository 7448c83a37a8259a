// A command that waits for its input, for a delay or for the server ends when it is told to, and when there is nothing left to wait for.
import type { ChildProcessWithoutNullStreams as Child } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { listen } from '../client/mqtt/loopback-clients.ts';
import { spawnMote } from './mote.ts';

/** How the process ends. Its standard input stays open, as that of a terminal does. */
async function ended(child: Child) {
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk));
  child.stdin.on('error', () => {});
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

const ABORTED = '{"error":{"code":"aborted","message":"interrupted"}}\n';

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s', (signal) => {
  test.each([
    ['standard input that says nothing', ['-l'], 'connect', ''],
    ['standard input between two lines', ['-l', '-q', '1'], 'publish', 'one\n'],
    ['the time between two messages', ['-m', 'x', '--repeat', '2', '--repeat-delay', '86400'], 'publish', ''],
  ] as const)('while mote publish waits for %s', async (_what, words, packet, input) => {
    const server = await listen();
    const child = spawnMote(['publish', `mqtt://127.0.0.1:${server.port}`, '-t', 'a', '--json', ...words]);
    child.stdin.write(input);
    const outcome = ended(child);
    await server.until(() => server.count(packet) === 1);
    child.kill(signal);
    expect(await outcome).toEqual({ code: 130, stdout: ABORTED, stderr: 'interrupted\n' });
    await server.until(() => server.count('disconnect') === 1);
  });

  test.each([
    ['the acknowledgement of a message', ['-m', 'x', '-q', '1'], 'publish'],
    ['CONNACK', ['-m', 'x'], 'connect'],
  ] as const)('while mote publish waits for %s', async (_what, words, packet) => {
    const server = await listen((got) => got.cmd === packet);
    const child = spawnMote(['publish', `mqtt://127.0.0.1:${server.port}`, '-t', 'a', '--json', ...words]);
    const outcome = ended(child);
    await server.until(() => server.count(packet) === 1);
    child.kill(signal);
    expect(await outcome).toEqual({ code: 130, stdout: ABORTED, stderr: 'interrupted\n' });
  });
});

test('mote publish ends with the refusal of a later connection, though its input says nothing', async () => {
  let connections = 0;
  const server = await listen((packet, peer) => {
    if (packet.cmd === 'publish') return peer.socket.destroy() !== undefined;
    if (packet.cmd !== 'connect' || ++connections === 1) return false;
    peer.say({ cmd: 'connack', returnCode: 5, sessionPresent: false });
    return true;
  });
  const child = spawnMote(['publish', `mqtt://127.0.0.1:${server.port}`, '-t', 'a', '-l']);
  child.stdin.write('one\n');
  const { code, stderr } = await ended(child);
  expect([code, stderr]).toEqual([25, expect.stringContaining('connection-refused')]);
});
