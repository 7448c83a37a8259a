import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Packet } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { listen } from '../client/mqtt/loopback-clients.ts';
import { LoopbackServer, message } from '../client/mqtt/server.ts';
import { here } from './in-process.ts';
import { type Outcome, outcomeOf, spawnMote } from './mote.ts';

const at = (server: LoopbackServer): string => `mqtt://127.0.0.1:${server.port}`;
const published = (server: LoopbackServer): unknown[] =>
  server.received.flatMap((packet) =>
    packet.cmd === 'publish' ? [[packet.topic, String(packet.payload), packet.qos, packet.retain]] : [],
  );
/** A server that answers a subscription with these messages. */
const serving =
  (...messages: Packet[]): LoopbackServer['reply'] =>
  (packet, peer) => {
    if (packet.cmd !== 'subscribe') return false;
    peer.say({ cmd: 'suback', messageId: packet.messageId!, granted: packet.subscriptions.map(({ qos }) => qos) });
    for (const one of messages) peer.say(one);
    return true;
  };

describe('mote publish', () => {
  test('sends a message, and ends when it is acknowledged', async () => {
    const server = await listen();
    const outcome = await here(['publish', at(server), '-t', 'a/b', '-m', 'hello', '-q', '2', '-r', '--json']);
    expect(outcome).toEqual({ code: 0, stdout: '{"published":1}\n', stderr: '' });
    expect(published(server)).toEqual([['a/b', 'hello', 2, true]]);
    expect(server.count('disconnect')).toBe(1);
  });

  test('sends who we are, the will, and the session that is wanted', async () => {
    const server = await listen();
    const words = [
      '-i',
      'me',
      '-u',
      'name',
      '-P',
      'word',
      '-k',
      '7',
      '-c',
      '--will-topic',
      'w',
      '--will-payload',
      'gone',
    ];
    const outcome = await here(['publish', at(server), '-t', 'a', '-n', ...words, '--will-qos', '1', '--will-retain']);
    expect(outcome.stderr).toContain('--pw on the command line is visible');
    expect(server.received[0]).toMatchObject({
      clientId: 'me',
      username: 'name',
      password: Buffer.from('word'),
      keepalive: 7,
      clean: false,
      will: { topic: 'w', payload: Buffer.from('gone'), qos: 1, retain: true },
    });
    expect(published(server)).toEqual([['a', '', 0, false]]);
  });

  test('takes its values from the environment and the password from a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mote-pw-'));
    writeFileSync(join(folder, 'pw'), 'secret\n');
    const server = await listen();
    const environment = {
      DPS_MQTT_USERNAME: 'name',
      DPS_MQTT_PW_FILE: join(folder, 'pw'),
      DPS_MQTT_TOPIC: 'from/env',
    };
    const outcome = await here(['publish', `127.0.0.1:${server.port}`, '--transport', 'tcp', '-m', 'x'], environment);
    rmSync(folder, { recursive: true });
    expect([outcome.code, outcome.stderr]).toEqual([0, '']);
    expect(server.received[0]).toMatchObject({ username: 'name', password: Buffer.from('secret') });
    expect(published(server)).toEqual([['from/env', 'x', 0, false]]);
  });

  test('sends a file byte by byte, and a message as often as it is told', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mote-file-'));
    writeFileSync(join(folder, 'bytes'), Uint8Array.of(0, 255, 10));
    const server = await listen();
    expect((await here(['publish', at(server), '-t', 'a', '-f', join(folder, 'bytes')])).code).toBe(0);
    expect((await here(['publish', at(server), '-t', 'b', '-m', 'x', '-q', '1', '--repeat', '200'])).code).toBe(0);
    rmSync(folder, { recursive: true });
    expect(server.received.find((packet) => packet.cmd === 'publish')).toMatchObject({
      payload: Buffer.of(0, 255, 10),
    });
    expect(server.count('publish')).toBe(201);
  });

  test.each([
    ['-l', ['one', 'two', 'ünïcode']],
    ['-s', ['one\ntwo\nünïcode\n']],
  ])('reads standard input with %s', async (flag, messages) => {
    const server = await listen();
    const child = spawnMote(['publish', at(server), '-t', 'a', flag, '-q', '1']);
    child.stdin.write('one\ntwo\nünïcode\n');
    expect((await outcomeOf(child)).code).toBe(0);
    expect(published(server).map((one) => (one as string[])[1])).toEqual(messages);
  });

  const refused =
    (returnCode: number): LoopbackServer['reply'] =>
    (packet, peer) => {
      if (packet.cmd === 'connect') peer.say({ cmd: 'connack', returnCode, sessionPresent: false });
      return packet.cmd === 'connect';
    };
  test.each([1, 2, 4, 5])('ends with 20 and the return code for CONNACK %i', async (returnCode) => {
    const server = await listen(refused(returnCode));
    const outcome = await here(['publish', at(server), '-t', 'a', '-m', 'x', '--json']);
    expect(outcome.code).toBe(20 + returnCode);
    expect(JSON.parse(outcome.stdout)).toMatchObject({ error: { code: 'connection-refused', returnCode } });
    expect(outcome.stderr).toContain(`mote explain connack-${returnCode}`);
  });

  test('ends with 10 where nobody listens, and 14 where the link is lost', async () => {
    const nobody = await LoopbackServer.listen();
    const address = at(nobody);
    await nobody[Symbol.asyncDispose]();
    const closed = await here(['publish', address, '-t', 'a', '-m', 'x', '--timeout', '1']);
    expect([closed.code, closed.stderr]).toEqual([10, expect.stringContaining('\nconnect-failed: ')]);
    // The first failure is told at once, and only that one while there was no connection.
    expect(closed.stderr).toMatch(/^offline, trying for 1 s: .*ECONNREFUSED.*\n(?!offline)/);
    expect(closed.stderr).toContain('Is the `--port` right?');
    const silent = await listen((_packet, peer) => peer.socket.destroy() !== undefined);
    const lost = await here(['publish', at(silent), '-t', 'a', '-m', 'x', '--timeout', '1']);
    expect([lost.code, lost.stderr]).toEqual([14, expect.stringMatching(/^connection-lost: /m)]);
  });

  test.each([
    [['-t', 'a'], 'say what to publish'],
    [['-t', 'a', '-m', 'x', '-n'], '--message and --null-message exclude each other: give one'],
    [['-m', 'x'], '--topic is missing'],
    [['-t', 'a/+', '-m', 'x'], 'without + and #'],
    [['-t', 'a', '-m', 'x', '-q', '3'], '--qos is one of'],
    [['-t', 'a', '-m', 'x', '-P', 'p'], '--pw needs --username'],
    [['-t', 'a', '-m', 'x', '-c'], 'needs --id'],
    [['-t', 'a', '-m', 'x', '--will-qos', '1'], '--will-topic is missing'],
    [['-t', 'a', '-m', 'x', '--transport', 'tcp', '--ca', 'ca.pem'], 'not for --transport tcp'],
    [['-t', 'a', '-m', 'x', '--will-topic', 'a/#'], '--will-topic: a Topic Name, without + and #'],
  ])('refuses %j before it connects', async (words, sentence) => {
    const outcome = await here(['publish', '127.0.0.1:9', ...words]);
    expect([outcome.code, outcome.stderr]).toEqual([2, expect.stringContaining(sentence)]);
    expect(outcome.stderr).toContain('usage: mote publish HOST');
  });

  test.each(['', 'http://host', 'a b', 'host:0', 'host:99999'])('refuses the server %j', async (server) => {
    const words = server === '' ? [] : [server];
    expect((await here(['publish', ...words, '-t', 'a', '-m', 'x'])).code).toBe(2);
  });
});

describe('mote subscribe', () => {
  test('prints messages until there were enough', async () => {
    const server = await listen(serving(message('a/1', 'one'), message('a/2', 'two', 1, 5), message('a/3', 'three')));
    const outcome = await here(['subscribe', at(server), '-t', 'a/#', '-t', 'b', '-q', '1', '-C', '2', '-v']);
    expect([outcome.code, outcome.stdout]).toEqual([0, 'a/1 one\na/2 two\n']);
    const asked = server.received.flatMap((packet) => (packet.cmd === 'subscribe' ? packet.subscriptions : []));
    expect(asked).toMatchObject([
      { topic: 'a/#', qos: 1 },
      { topic: 'b', qos: 1 },
    ]);
  });

  const kept: Packet = { cmd: 'publish', topic: 't', payload: 'k\0', qos: 0, dup: false, retain: true };
  test.each([
    [['-F', '%t|%p|%q|%r|%d|%l|%x|%X|%b|%%\\t.'], 't|k\0|0|1|0|2|6b00|6B00|awA=|%\t.\n'],
    [['-N'], 'k\0'],
    [['-N', '-F', '[%p]'], '[k\0]'],
  ])('prints %j as mosquitto_sub does', async (words, text) => {
    const server = await listen(serving(kept));
    const child = spawnMote(['subscribe', at(server), '-t', 't', '-C', '1', ...words]);
    expect((await outcomeOf(child)).stdout).toBe(text);
  });

  test('prints JSON, with a payload that is no text in base64', async () => {
    const bytes = { ...kept, payload: Buffer.of(255) } as Packet;
    const server = await listen(serving(kept, bytes));
    const { stdout } = await here(['subscribe', at(server), '-t', 't', '-C', '2', '--json']);
    const [first, second] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first).toEqual({
      time: expect.any(String),
      topic: 't',
      qos: 0,
      retain: true,
      duplicate: false,
      payload: 'k\0',
    });
    expect(second).toMatchObject({ payloadBase64: '/w==' });
  });

  test('passes over what was kept, with -R', async () => {
    const server = await listen(serving(kept, message('t', 'new')));
    expect((await here(['subscribe', at(server), '-t', 't', '-C', '1', '-R'])).stdout).toBe('new\n');
  });

  test('ends after -W: with 0, and with 40 when -C was not reached', async () => {
    const server = await listen(serving(message('t', 'one')));
    const outcomes = await Promise.all(
      [[], ['-C', '2']].map((words) => outcomeOf(spawnMote(['subscribe', at(server), '-t', 't', '-W', '1', ...words]))),
    );
    expect(outcomes.map(({ code, stdout }) => [code, stdout])).toEqual([
      [0, 'one\n'],
      [40, 'one\n'],
    ]);
    expect(outcomes[1]!.stderr).toContain('1 of 2 messages');
  });

  test('ends with 16 when the server refuses the filter', async () => {
    const server = await listen((packet, peer) => {
      if (packet.cmd === 'subscribe') peer.say({ cmd: 'suback', messageId: packet.messageId!, granted: [0x80] });
      return packet.cmd === 'subscribe';
    });
    expect((await here(['subscribe', at(server), '-t', 't'])).code).toBe(16);
  });

  test('ends with 130 when it is interrupted, in good order', async () => {
    const server = await listen(serving(message('t', 'one')));
    const child = spawnMote(['subscribe', at(server), '-t', 't']);
    const outcome: Promise<Outcome> = outcomeOf(child);
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    expect((await outcome).code).toBe(130);
    await server.until(() => server.count('disconnect') === 1);
  });

  test.each([
    [[], '--topic is missing'],
    [['-t', 'a/#/b'], 'Topic Filter'],
    [['-t', 'a', '-C', '0'], '--count takes a whole number'],
    [['-t', 'a', '-F', '%y'], '%y is not known'],
    [['-t', 'a', '-F', '\\y'], '\\y is not known'],
    [['-t', 'a', '-F', '%p', '--json'], '--format excludes'],
  ])('refuses %j before it connects', async (words, sentence) => {
    const outcome = await here(['subscribe', '127.0.0.1:9', ...words]);
    expect([outcome.code, outcome.stderr]).toEqual([2, expect.stringContaining(sentence)]);
  });
});
