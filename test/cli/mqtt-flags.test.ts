import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '@mote/emulator';
import type { Packet } from 'mqtt-packet';
import { afterEach, describe, expect, test } from 'vitest';
import { dateText } from '../../packages/cli/src/mqtt/date-text.ts';
import { FOREIGN_FLAGS } from '../../packages/cli/src/mqtt/foreign-flags.ts';
import { messageFormat } from '../../packages/cli/src/mqtt/message-text.ts';
import { LoopbackServer, message } from '../client/mqtt/server.ts';
import { here } from './in-process.ts';
import { outcomeOf, spawnMote } from './mote.ts';

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
});

async function listen(...messages: Packet[]): Promise<LoopbackServer> {
  const server = await LoopbackServer.listen((packet, peer) => {
    if (packet.cmd !== 'subscribe') return false;
    peer.say({ cmd: 'suback', messageId: packet.messageId!, granted: packet.subscriptions.map(({ qos }) => qos) });
    for (const one of messages.splice(0)) peer.say(one);
    return true;
  });
  open.push(server);
  return server;
}

const at = (server: LoopbackServer): string => `mqtt://127.0.0.1:${server.port}`;
const kept = (topic: string, payload: string | Buffer): Packet => ({
  cmd: 'publish',
  topic,
  payload,
  qos: 0,
  dup: false,
  retain: true,
});
const published = (server: LoopbackServer): unknown[] =>
  server.received.flatMap((packet) => (packet.cmd === 'publish' ? [[packet.topic, String(packet.payload)]] : []));

describe('mote publish takes what mosquitto_pub takes:', () => {
  test.each(['-12.5', '-1', '-.5', '- a b', '-'])('the message %j, which begins as a flag does', async (text) => {
    for (const words of [
      ['-m', text],
      ['--message', text],
    ]) {
      const server = await listen();
      const outcome = await here(['publish', at(server), '-t', 'a', ...words]);
      expect([outcome.code, published(server)]).toEqual([0, [['a', text]]]);
    }
  });

  test('a flag in the place of a message is still a flag', async () => {
    const outcome = await here(['publish', '127.0.0.1:9', '-t', 'a', '-m', '-r']);
    expect([outcome.code, outcome.stdout]).toEqual([2, '']);
  });

  test.each(['--help', '-h', '--retain'])(
    'a message %s is not taken for a flag, and not lost in silence',
    async (text) => {
      const { code, stdout, stderr } = await here(['publish', '127.0.0.1:9', '-t', 'a', '-m', text]);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain('-m needs a value; one that begins with a dash is written --message=-…');
      const server = await listen();
      expect((await here(['publish', at(server), '-t', 'a', `--message=${text}`])).code).toBe(0);
      expect(published(server)).toEqual([['a', text]]);
    },
  );

  test('one message only, and none from an empty standard input', async () => {
    const twice = await here(['publish', '127.0.0.1:9', '-t', 'a', '-m', 'x', '-m', 'y']);
    expect([twice.code, twice.stderr]).toEqual([2, expect.stringContaining('--message is given more than once')]);
    const empty = await outcomeOf(spawnMote(['publish', '127.0.0.1:9', '-t', 'a', '-s', '-r']));
    expect([empty.code, empty.stderr]).toEqual([2, expect.stringContaining('-n publishes an empty message')]);
  });

  test.each(Object.keys(FOREIGN_FLAGS))('and says what takes the place of %s', async (flag) => {
    for (const name of ['publish', 'subscribe']) {
      const { code, stderr } = await here([name, '127.0.0.1:9', '-t', 'a', flag, 'x']);
      expect([code, stderr]).toEqual([2, expect.stringContaining(`${flag} is not here: `)]);
    }
  });

  test('a certificate and the key of another one, and says which file is at fault', async () => {
    const dps = await startEmulator({ webSocketPort: false });
    const folder = mkdtempSync(join(tmpdir(), 'mote-pair-'));
    const [one, other] = [dps.issueDeviceCertificate('a'), dps.issueDeviceCertificate('b')];
    writeFileSync(join(folder, 'cert'), one.cert);
    writeFileSync(join(folder, 'other'), other.key);
    const words = ['publish', '127.0.0.1:9', '-t', 'a', '-m', 'x', '--cert', join(folder, 'cert')];
    const mixed = await here([...words, '--key', join(folder, 'other')]);
    const alone = await here(words);
    rmSync(folder, { recursive: true });
    await dps.close();
    expect(mixed.stderr).toContain(`--cert-key: ${join(folder, 'other')} does not belong to the certificate`);
    expect(alone.stderr).toContain('--cert-key is missing');
    expect([mixed.code, alone.code]).toEqual([2, 2]);
  });

  test('lines of any bytes with -l, an empty one and the last without its end', async () => {
    const server = await listen();
    const child = spawnMote(['publish', at(server), '-t', 'a', '-l', '-q', '1']);
    child.stdin.write(Buffer.from('fffe000a0a610d0a62c285e280a80b0c', 'hex'));
    expect((await outcomeOf(child)).code).toBe(0);
    const payloads = server.received.flatMap((packet) =>
      packet.cmd === 'publish' ? [Buffer.from(packet.payload).toString('hex')] : [],
    );
    expect(payloads).toEqual(['fffe00', '', '61', '62c285e280a80b0c']);
  });

  test('-h HOST, and -L with server, user, password and topic', async () => {
    const server = await listen();
    for (const words of [['-h', at(server)], ['--host', at(server)], [`--host=${at(server)}`]])
      expect((await here(['publish', ...words, '-t', 'a', '-m', 'x'])).code).toBe(0);
    const url = `mqtt://user:p%40ss@127.0.0.1:${server.port}/a/%23b`.replace('%23', 'c');
    const outcome = await here(['publish', '-L', url, '-m', 'y']);
    expect([outcome.code, published(server)]).toEqual([
      0,
      [
        ['a', 'x'],
        ['a', 'x'],
        ['a', 'x'],
        ['a/cb', 'y'],
      ],
    ]);
    expect(outcome.stderr).toContain('--url on the command line is visible');
    const asked = server.received.flatMap((packet) => (packet.cmd === 'connect' ? [packet] : []));
    expect([asked[3]?.username, String(asked[3]?.password)]).toEqual(['user', 'p@ss']);
  });

  test('-h alone is the help', async () => {
    expect((await here(['publish', '-t', 'a', '-h'])).stdout).toContain('usage: mote publish');
  });

  test('-I, -V, -M, --repeat and --repeat-delay', async () => {
    const server = await listen();
    const words = ['-I', 'line-3-', '-V', 'mqttv311', '-M', '1', '--repeat', '3', '--repeat-delay', '0.001', '-q', '1'];
    expect((await here(['publish', at(server), '-t', 'a', '-m', 'x', ...words])).code).toBe(0);
    expect(server.count('publish')).toBe(3);
    expect(server.received[0]).toMatchObject({ clientId: expect.stringMatching(/^line-3-\w+$/) });
  });

  test.each([
    [['-V', 'mqttv5'], 'mqttv311 is the only one'],
    [['-V', '31'], 'mqttv311 is the only one'],
    [['-I', 'a', '-i', 'b'], '--id and --id-prefix exclude each other: give one'],
    [['--repeat-delay', '-1'], '--repeat-delay takes seconds'],
    [['--repeat-delay', '1e3'], '--repeat-delay takes seconds'],
    [['-M', '0'], '--max-inflight takes a whole number'],
    [['-L', 'host/t'], '--url is mqtts://'],
    [['-L', 'mqtt://h/t'], '--url names the server already'],
  ])('and refuses %j before it connects', async (words, sentence) => {
    const outcome = await here(['publish', '127.0.0.1:9', '-t', 'a', '-m', 'x', ...words]);
    expect([outcome.code, outcome.stderr]).toEqual([2, expect.stringContaining(sentence)]);
  });

  test('a password in a URL that cannot be right is not repeated', async () => {
    const outcome = await here(['publish', '-L', 'mqtt://user:sesame%zz@127.0.0.1:9/t', '-m', 'x']);
    expect([outcome.code, outcome.stderr.includes('sesame')]).toEqual([2, false]);
  });
});

describe('mote subscribe does what mosquitto_sub does:', () => {
  test('a message that several filters match is printed once', async () => {
    const server = await listen(message('a/b', 'one'), message('a/c', 'two'), message('a/b', 'three'));
    const words = ['-t', 'a/b', '-t', 'a/#', '-t', 'a/+', '-t', 'a/b'];
    expect((await here(['subscribe', at(server), ...words, '-C', '3'])).stdout).toBe('one\ntwo\nthree\n');
  });

  test('-T passes over, and does not count', async () => {
    const server = await listen(
      message('a/b', 'one'),
      message('a/c', 'two'),
      message('x', 'three'),
      message('y', 'four'),
    );
    const words = ['-t', '#', '-T', 'a/#', '-T', 'x', '-C', '1'];
    expect((await here(['subscribe', at(server), ...words])).stdout).toBe('four\n');
  });

  test('-E ends when every filter is granted', async () => {
    const server = await listen();
    expect((await here(['subscribe', at(server), '-t', 'a', '-t', 'b', '-E'])).code).toBe(0);
    expect([server.count('subscribe'), server.count('disconnect')]).toEqual([2, 1]);
  });

  test('--retained-only ends with the first message that was not kept', async () => {
    const server = await listen(kept('a', 'one'), kept('b', 'two'), message('a', 'live'), kept('c', 'three'));
    expect(await here(['subscribe', at(server), '-t', '#', '--retained-only'])).toMatchObject({
      code: 0,
      stdout: 'one\ntwo\n',
    });
  });

  test('--remove-retained takes kept messages away, and does not print what that brings', async () => {
    const server = await listen(kept('a', 'one'), message('a', ''), message('a', ''), message('b', 'end'));
    const { stdout } = await here(['subscribe', at(server), '-t', '#', '--remove-retained', '-C', '3']);
    expect(stdout).toBe('one\n\nend\n');
    expect(server.received).toContainEqual(
      expect.objectContaining({ cmd: 'publish', topic: 'a', payload: Buffer.of(), retain: true }),
    );
  });

  test.each([
    ['%j', '{"a":1}', { topic: 't', qos: 0, retain: 1, payloadlen: 7, payload: '{"a":1}' }],
    ['%J', '{"a":1}', { topic: 't', qos: 0, retain: 1, payloadlen: 7, payload: { a: 1 } }],
    ['%J', '12.5', { topic: 't', qos: 0, retain: 1, payloadlen: 4, payload: 12.5 }],
    ['%J', 'no JSON', { topic: 't', qos: 0, retain: 1, payloadlen: 7, payload: 'no JSON' }],
    ['%j', Buffer.of(255), { topic: 't', qos: 0, retain: 1, payloadlen: 1, payloadBase64: '/w==' }],
  ])('%s of %j', async (format, payload, members) => {
    const server = await listen(kept('t', payload));
    const { stdout } = await here(['subscribe', at(server), '-t', 't', '-C', '1', '-F', format]);
    expect(JSON.parse(stdout)).toEqual({
      tst: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}Z[+-]\d{4}$/),
      ...members,
    });
  });

  // The right column is what mosquitto_sub 2.0.11 prints.
  test.each([
    ['%-4l|%04l|%4l|%-04l|%3q|%3r|', '2   |0002|   2|2   |0|1|'],
    ['%.2t|%5.2t|%-5.2t|%08t|%5%|', 'a/|   a/|a/   |    a/ü1|%|'],
    ['%05p|%-05p|%5p|%.1p|%08.1x|%-4.1x|%X|', '000ab|ab   |   ab|a|00000061|61  |6162|'],
    ['%.5I|%-27I|', '2026-|2026-01-05T15:07:09+0000   |'],
    ['%@H:%@M', '15:07'],
  ])('widths and precisions: %s', (format, text) => {
    const at = new Date(Date.UTC(2026, 0, 5, 15, 7, 9, 45) + new Date(2026, 0, 5).getTimezoneOffset() * 60_000);
    const facts = { topicName: 'a/ü1', payload: Buffer.from('ab'), qos: 0, retain: true, duplicate: false } as const;
    const printed = String(messageFormat(format, '\n')(facts, at));
    expect(printed.replace(/[+-]\d{4}(?= |\|)/, '+0000')).toBe(`${text}\n`);
  });

  test.each(['%', 'a%', 'a%5', '%-', '%1.2', '\\', 'a\\'])('the format %j is not whole', async (format) => {
    const { code, stderr } = await here(['subscribe', '127.0.0.1:9', '-t', 'a', '-F', format]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`--format ends in ${format.replace(/^a/, '')}: write`)]);
  });

  test('a format comes before -v', async () => {
    const server = await listen(kept('t', 'x'));
    expect((await here(['subscribe', at(server), '-t', 't', '-C', '1', '-v', '-F', '[%p]'])).stdout).toBe('[x]\n');
  });

  test.each([
    ['%I', /^\d{4}-\d\d-\d\dT[\d:]{8}[+-]\d{4}\n$/],
    ['%U', /^\d{10}\.\d{9}\n$/],
    ['%@Y-%@m-%@dT%@H:%@M:%@S%%', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d%\n$/],
    ['[%A%C%D%E%F%P%R%S%T]', /^\[\]\n$/],
  ])('the time and the members of MQTT 5: %s', async (format, pattern) => {
    const server = await listen(kept('t', ''));
    expect((await here(['subscribe', at(server), '-t', 't', '-C', '1', '-F', format])).stdout).toMatch(pattern);
  });

  test.each([
    ['%Y %C %y %m %d %e %j %F %D', '2026 20 26 01 05  5 005 2026-01-05 01/05/26'],
    ['%H %I %k %l %M %S %p %P %T %R %r', '15 03 15  3 07 09 PM pm 15:07:09 15:07 03:07:09 PM'],
    ['%a %A %b %B %u %w %c', 'Mon Monday Jan January 1 1 Mon Jan  5 15:07:09 2026'],
    ['%N %f %n%t%% %Q', '045000000 045000 \n\t% %Q'],
  ])('dates as strftime writes them: %s', (format, text) => {
    expect(dateText(new Date(2026, 0, 5, 15, 7, 9, 45), format)).toBe(text);
  });

  test.each([
    [['-F', '%@'], '%@ is not known'],
    [['-F', '%@q'], '%@q is not known'],
    [['-T', 'a/#/b'], '--filter-out is a Topic Filter'],
    [['-R', '--retained-only'], '--retained-only excludes'],
  ])('and refuses %j before it connects', async (words, sentence) => {
    const outcome = await here(['subscribe', '127.0.0.1:9', '-t', 'a', ...words]);
    expect([outcome.code, outcome.stderr]).toEqual([2, expect.stringContaining(sentence)]);
  });

  test('says why a link is gone, and when it is tried again', async () => {
    const server = await listen(message('t', 'one'));
    const child = spawnMote(['subscribe', at(server), '-t', 't', '-C', '2']);
    let told = '';
    child.stderr.on('data', (chunk) => (told += String(chunk)));
    await once(child.stdout, 'data');
    await server[Symbol.asyncDispose]();
    while (!told.includes('\n')) await once(child.stderr, 'data');
    expect(told).toMatch(/^offline, again in \d+\.\d s: .+\n/);
    child.kill();
    await outcomeOf(child);
  });
});
