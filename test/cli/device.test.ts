import { describe, expect, test } from 'vitest';
import { HUB_EXIT_CODES } from '../../packages/cli/src/device/exit-code.ts';
import { linesOf, MOST_OF_A_LINE } from '../../packages/cli/src/device/lines.ts';
import { explain } from '../../packages/cli/src/explain/explain.ts';
import { azure, byKey, dir, running, telemetryOf } from './device-stand.ts';
import { here } from './in-process.ts';
import { outcomeOf, spawnMote } from './mote.ts';

describe('mote device', () => {
  test('provisions, sends each line of standard input in its kind, and ends when the hub has all of them', async () => {
    const lines = ['{"t": 21.50}', 'hello wörld', '', '   ', '[1,2]\r', '7', 'last'].join('\n');
    const child = spawnMote(byKey('lines', '--exit-on-eof', '--property', 'site=north', '--property', 'a=b=c'));
    const { code, stdout, stderr } = await outcomeOf(child, lines);
    expect({ code, stdout, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('5 messages are at') });
    const messages = await telemetryOf('lines', 5);
    expect(
      messages.map(({ body, systemProperties }) => [String(Buffer.from(body)), systemProperties['contentType']]),
    ).toEqual([
      // As it was written, not as JSON.stringify would write it.
      ['{"t": 21.50}', 'application/json'],
      ['hello wörld', 'text/plain'],
      ['[1,2]', 'application/json'],
      ['7', 'application/json'],
      ['last', 'text/plain'],
    ]);
    expect(messages[0]!.properties).toEqual({ site: 'north', a: 'b=c' });
  });

  test('stays when standard input ends, and disconnects in good order on Ctrl-C', async () => {
    const device = running(byKey('stays', '-v'));
    device.stdin.end('one\n');
    await telemetryOf('stays', 1);
    await device.line('stdout', /desired/);
    await azure.hub.sendMessage('stays', 'still there?');
    await device.line('stdout', /still there/);
    expect(await device.interrupt()).toBe(130);
    expect(device.text.stderr).toMatch(/→ DISCONNECT.*\ninterrupted; the device is disconnected\n$/);
  });
});

describe('mote device ends, says what is wrong and what to do,', () => {
  test.each<[string[], string]>([
    [[], 'say which device'],
    [['--id-scope', '0ne00ABCDEF', '--registration-id', 'a'], 'say how the device proves itself'],
    [['--registration-id', 'a', '--key-file', '@key'], '--id-scope is missing'],
    [['--id-scope', 'sensor-17', '--registration-id', '0ne00ABCDEF', '--key-file', '@key'], 'swapped?'],
    [['--connection-string', 'HostName=h;SharedAccessKey=c2VjcmV0'], '--connection-string has the form'],
    [
      ['--connection-string', 'HostName=h;DeviceId=d;SharedAccessKey=c2VjcmV0', '--key-file', '@key'],
      'exclude each other',
    ],
    [
      ['--connection-string', 'HostName=h;DeviceId=d;SharedAccessKey=c2VjcmV0', '--cert', '@key'],
      'holds a key: leave out --cert',
    ],
    [['--connection-string', 'HostName=h;DeviceId=d;x509=true'], 'give --cert and --cert-key'],
    [
      ['--connection-string', 'HostName=h;DeviceId=d;SharedAccessKey=c2VjcmV0', '--cache', 'x'],
      '--cache is for a device that is provisioned',
    ],
    [['--connection-string', 'HostName=h;DeviceId=a+b;SharedAccessKey=c2VjcmV0'], 'no + or #'],
    [
      ['--connection-string', 'HostName=h;DeviceId=d;SharedAccessKey=c2VjcmV0', '--hub-host', 'a b'],
      '--hub-host: host or host:port',
    ],
    [
      ['--connection-string', 'HostName=h;DeviceId=d;SharedAccessKey=c2VjcmV0', '--model-id', 'x'],
      '--model-id: a DTMI',
    ],
    [['--connection-string-file', '@none'], 'there is no such file'],
    [['--connection-string-file', '@key'], '--connection-string-file has the form'],
    [
      ['--id-scope', '0ne00ABCDEF', '--registration-id', 'a', '--key-file', '@key', '--hub-host', 'a b'],
      '--hub-host: host or host:port',
    ],
    [
      ['--id-scope', '0ne00ABCDEF', '--registration-id', 'a', '--key-file', '@key', '--method', 'reboot'],
      '--method is NAME=JSON',
    ],
    [['--id-scope', '0ne00ABCDEF', '--registration-id', 'a', '--key-file', '@key', '--method', 'reboot={'], '--method'],
    [
      ['--id-scope', '0ne00ABCDEF', '--registration-id', 'a', '--key-file', '@key', '--property', '=x'],
      '--property is NAME=TEXT',
    ],
    [
      ['--id-scope', '0ne00ABCDEF', '--registration-id', 'a', '--key-file', '@key', '--reported', '[1]'],
      '--reported is a JSON object',
    ],
    [
      ['--id-scope', '0ne00ABCDEF', '--registration-id', 'a', '--key-file', '@key', '--timeout', '0'],
      '--timeout takes a whole number',
    ],
    [
      ['--id-scope', '0ne00ABCDEF', '--registration-id', 'a', '--key-file', '@key', '--transport', 'tcp'],
      '--transport is one of',
    ],
    [['--id-scope', '0ne00ABCDEF', '--registration-id', 'a', '--key-file', '@key', 'word'], 'unexpected word'],
  ])('with 2 for %j, before anything is dialled', async (words, sentence) => {
    const { code, stdout, stderr } = await here(['device', ...words.map((word) => word.replace(/^@/, `${dir}/`))]);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(sentence) });
    expect(stderr).toContain('usage: mote device');
    expect(stderr).not.toContain('c2VjcmV0');
  });
});

describe('the lines of a stream', () => {
  const of = async (...chunks: (Uint8Array | string)[]): Promise<(string | undefined)[]> => {
    const found: (string | undefined)[] = [];
    async function* input() {
      yield* chunks;
    }
    for await (const { bytes } of linesOf(input())) found.push(bytes && String(Buffer.from(bytes)));
    return found;
  };

  test.each([
    [['a\nb'], ['a', 'b']],
    [
      ['a\n', 'b\n'],
      ['a', 'b'],
    ],
    [['a\r\nb\r\n'], ['a', 'b']],
    [
      ['a\r', '\nb'],
      ['a', 'b'],
    ],
    [['\n\n'], ['', '']],
    [[''], []],
    [
      ['a', 'b', 'c\nd'],
      ['abc', 'd'],
    ],
  ])('%j are %j', async (chunks, lines) => {
    expect(await of(...chunks)).toEqual(lines);
    expect(await of(...chunks.join('').split(''))).toEqual(lines);
  });

  test('one without end is not kept, and the next is whole', async () => {
    const part = Buffer.alloc(MOST_OF_A_LINE / 2, 'x');
    expect(await of(part, part, '\n')).toEqual(['x'.repeat(MOST_OF_A_LINE)]);
    expect(await of(part, part, part, part, '\nnext')).toEqual([undefined, 'next']);
  });
});

test('every exit code of a device is explained, and 36 to 38 are its own', () => {
  expect(Object.entries(HUB_EXIT_CODES).filter(([, exit]) => exit > 35 && exit < 40)).toEqual([
    ['too-large', 36],
    ['taken-over', 37],
    ['unsupported-profile', 38],
  ]);
  for (const [code, exit] of Object.entries(HUB_EXIT_CODES)) {
    expect(explain(code)?.code).toBe(code);
    const { what, causes } = explain(`exit-${exit}`)!.explanation;
    expect([what, ...causes].join(' ')).toContain(code);
  }
});

test('`mote help device` names each flag with its variable', async () => {
  const { code, stdout } = await here(['help', 'device']);
  expect(code).toBe(0);
  for (const name of ['CACHE', 'CONNECTION_STRING', 'HUB_HOST', 'METHOD', 'PROPERTY', 'EXIT_ON_EOF', 'ID_SCOPE'])
    expect(stdout).toContain(`DPS_${name}`);
});
