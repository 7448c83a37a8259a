import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Emulator, startEmulator, type TelemetryMessage } from '@mote/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HUB_EXIT_CODES } from '../../packages/cli/src/device/exit-code.ts';
import { linesOf, MOST_OF_A_LINE } from '../../packages/cli/src/device/lines.ts';
import { explain } from '../../packages/cli/src/explain/explain.ts';
import { here } from './in-process.ts';
import { mote, outcomeOf, spawnMote } from './mote.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');
const WRONG_KEY = Buffer.alloc(32, 8).toString('base64');
const HUB = 'hub-1.example.net';
let azure: Emulator;
let dir: string;
let common: string[];

beforeAll(async () => {
  const symmetricKey = { primaryKey: KEY, secondaryKey: KEY };
  azure = await startEmulator({
    pollsBeforeAssigned: 0,
    iotHubs: [HUB],
    enrollmentGroups: [{ enrollmentGroupId: 'fleet', attestation: { type: 'symmetricKey', symmetricKey } }],
    individualEnrollments: [
      {
        registrationId: 'retired',
        provisioningStatus: 'disabled',
        attestation: { type: 'symmetricKey', symmetricKey },
      },
    ],
    devices: [
      { deviceId: 'known', authentication: { type: 'sas', symmetricKey } },
      { deviceId: 'known', moduleId: 'mod', authentication: { type: 'sas', symmetricKey } },
    ],
  });
  dir = mkdtempSync(join(tmpdir(), 'mote-device-'));
  writeFileSync(join(dir, 'ca.pem'), azure.ca);
  writeFileSync(join(dir, 'key'), `${KEY}\n`);
  writeFileSync(join(dir, 'wrong'), `${WRONG_KEY}\n`);
  writeFileSync(join(dir, 'login'), `${login('known', KEY)}\n`);
  common = ['--ca', join(dir, 'ca.pem'), '--host', `${azure.host}:${azure.port}`, '--id-scope', azure.idScope];
});

afterAll(async () => {
  rmSync(dir, { recursive: true });
  await azure.close();
});

const login = (id: string, key: string): string => `HostName=${HUB};DeviceId=${id};SharedAccessKey=${key}`;
const byKey = (id: string, ...more: string[]): string[] => [
  'device',
  ...common,
  '--registration-id',
  id,
  '--group-key-file',
  join(dir, 'key'),
  ...more,
];

/** What the hub has of this device, so many messages. */
async function telemetryOf(deviceId: string, count: number): Promise<TelemetryMessage[]> {
  const found: TelemetryMessage[] = [];
  for await (const message of azure.hub.telemetry())
    if (message.deviceId === deviceId && found.push(message) === count) break;
  return found;
}

/** A device that runs until it is ended; `line` waits for a line of one of its streams. */
function running(words: readonly string[], environment: Record<string, string> = {}) {
  const child = spawnMote(words, environment);
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => {
      text[name] += chunk;
    });
  const ended = once(child, 'close') as Promise<[number | null]>;
  return {
    stdin: child.stdin,
    text,
    async line(name: 'stdout' | 'stderr', pattern: RegExp): Promise<string> {
      for (;;) {
        const found = text[name]
          .split('\n')
          .slice(0, -1)
          .find((line) => pattern.test(line));
        if (found !== undefined) return found;
        const [end] = (await Promise.race([ended, once(child[name], 'data')])) as [unknown];
        if (typeof end === 'number') throw new Error(`ended with ${end}: ${text.stdout}${text.stderr}`);
      }
    },
    async interrupt(): Promise<number | null> {
      child.kill('SIGINT');
      return (await ended)[0];
    },
    ended: async () => (await ended)[0],
  };
}

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

  test.each([
    [
      [],
      [
        'message  on \\u001b[31m  (level=3, none)',
        'desired  {"interval":10}  (version 2)',
        'method   reboot {"delay":5} → 200 {"delay":5}',
        'method   status → 200 {"ok":true}',
      ],
    ],
    [
      ['--json'],
      [
        { event: 'message', body: 'on \x1b[31m', properties: { level: '3', none: null } },
        { event: 'desired', version: 2, patch: { interval: 10 }, complete: false },
        { event: 'method', name: 'reboot', payload: { delay: 5 }, status: 200, response: { delay: 5 } },
        { event: 'method', name: 'status', status: 200, response: { ok: true } },
      ],
    ],
  ])('prints messages, changes of the twin and method calls, one line each: %j', async (flags, expected) => {
    const id = `told${flags.length}`;
    const device = running(byKey(id, '--method', 'status={"ok":true}', '--reported', '{"firmware":"1.2"}', ...flags));
    // Then the filters are granted: messages were asked for first.
    await device.line('stdout', /desired/);
    expect(azure.hub.twin(id).reported).toMatchObject({ firmware: '1.2' });
    const line = (pattern: RegExp) => device.line('stdout', pattern);
    await azure.hub.sendMessage(id, 'on \x1b[31m', { properties: { level: '3', none: null } });
    const told = [await line(/message/)];
    await azure.hub.setDesired(id, { interval: 10 });
    told.push(await line(/interval/));
    expect(await azure.hub.invoke(id, 'reboot', { delay: 5 })).toEqual({ status: 200, payload: { delay: 5 } });
    expect(await azure.hub.invoke(id, 'status')).toEqual({ status: 200, payload: { ok: true } });
    told.push(await line(/reboot/), await line(/method +status|"name":"status"/));
    if (flags.length === 0) expect(told).toEqual(expected);
    else expect(told.map((one) => JSON.parse(one))).toMatchObject(expected);
    expect(await device.interrupt()).toBe(130);
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

  test('ends on Ctrl-C while a terminal or pipe is still open, and before it is online', async () => {
    const open = running(byKey('open-pipe'));
    await open.line('stderr', /online at/);
    expect(await open.interrupt()).toBe(130);
    const way = running([
      'device',
      ...common,
      '--host',
      '192.0.2.1',
      '--registration-id',
      'x',
      '--key-file',
      join(dir, 'key'),
      '--json',
    ]);
    await way.line('stderr', /dialling/);
    expect(await way.interrupt()).toBe(130);
    expect(JSON.parse(way.text.stdout)).toMatchObject({ error: { code: 'aborted' } });
  });

  test('comes back after the hub has ended the link, and sends what was written meanwhile', async () => {
    const device = running(byKey('back'));
    await device.line('stderr', /online at/);
    expect(azure.hub.disconnect('back')).toBe(true);
    await device.line('stderr', /offline/);
    device.stdin.write('written meanwhile\n');
    expect((await telemetryOf('back', 1)).map(({ body }) => String(Buffer.from(body)))).toEqual(['written meanwhile']);
    expect(await device.interrupt()).toBe(130);
  });

  test('keeps its hub in --cache, for itself alone, and asks no provisioning service the next time', async () => {
    const cache = join(dir, 'cached.json');
    const words = byKey('cached', '--cache', cache, '--exit-on-eof');
    const first = await mote(words);
    expect([first.code, first.stderr]).toEqual([0, expect.stringContaining('asking the provisioning service')]);
    const text = readFileSync(cache, 'utf8');
    expect(JSON.parse(text)).toMatchObject({ assignedHub: HUB, deviceId: 'cached', idScope: azure.idScope });
    expect(text).not.toContain(KEY);
    expect(statSync(cache).mode & 0o777).toBe(0o600);
    const second = await mote(words);
    expect(second.code).toBe(0);
    expect(second.stderr).not.toContain('provisioning service');
    writeFileSync(cache, 'torn');
    const third = await mote(words);
    expect([third.code, third.stderr]).toEqual([
      0,
      expect.stringMatching(/counts as empty[\s\S]*asking the provisioning/),
    ]);
  });

  test('says when --cache cannot be written, and goes on without', async () => {
    const cache = join(dir, 'no such folder', 'cached.json');
    const { code, stderr } = await mote(byKey('uncached', '--cache', cache, '--exit-on-eof'));
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('online at') });
    expect(stderr.replace(/\s+/g, ' ')).toMatch(/--cache: .*cached\.json cannot be written, .*ENOENT/);
  });

  test.each([
    ['a file', (): [string[], Record<string, string>] => [['--connection-string-file', join(dir, 'login')], {}]],
    ['the environment', (): [string[], Record<string, string>] => [[], { DPS_CONNECTION_STRING: login('known', KEY) }]],
    [
      'the command line, with a warning',
      (): [string[], Record<string, string>] => [['--connection-string', login('known', KEY)], {}],
    ],
  ])('goes to the hub of a connection string from %s', async (where, made) => {
    const [words, environment] = made();
    const child = spawnMote(
      ['device', '--hub-host', `${azure.host}:${azure.port}`, '--ca', join(dir, 'ca.pem'), '--exit-on-eof', ...words],
      environment,
    );
    const { code, stderr } = await outcomeOf(child, 'by string\n');
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining(`online at ${HUB} as known`) });
    expect(/--connection-string on the command line is visible/.test(stderr)).toBe(where.includes('warning'));
    expect(stderr).not.toContain(KEY);
  });

  test('is a module when the connection string names one', async () => {
    const text = login('known', KEY).replace(';Sh', ';ModuleId=mod;Sh');
    const words = ['device', '--hub-host', `${azure.host}:${azure.port}`, '--ca', join(dir, 'ca.pem'), '--exit-on-eof'];
    const { code, stderr } = await outcomeOf(spawnMote(words, { DPS_CONNECTION_STRING: text }), 'x\n');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect((await telemetryOf('known', 4)).some(({ moduleId }) => moduleId === 'mod')).toBe(true);
  });

  test('goes over WebSocket', async () => {
    const words = byKey('ws', '--transport', 'websocket', '--host', `${azure.host}:${azure.webSocketPort}`);
    const { code, stderr } = await outcomeOf(spawnMote([...words, '--exit-on-eof']), 'x\n');
    expect({ code, stderr }).toMatchObject({ code: 0 });
  });

  test('passes over a line that the hub would not take, says which, and ends with 36', async () => {
    const child = spawnMote(byKey('large', '--exit-on-eof'));
    const { code, stderr } = await outcomeOf(child, `first\n${'x'.repeat(3 * MOST_OF_A_LINE)}\nthird\n`);
    expect(code).toBe(36);
    expect(stderr).toContain('mote: line 2 is not at the hub: too-large');
    expect(stderr).toContain('2 messages are at the hub, 1 are not');
    expect((await telemetryOf('large', 2)).map(({ body }) => String(Buffer.from(body)))).toEqual(['first', 'third']);
  });

  test('sends bytes that are no text as they are', async () => {
    const child = spawnMote(byKey('bytes', '--exit-on-eof'));
    child.stdin.write(Buffer.of(0xff, 0, 10));
    expect((await outcomeOf(child)).code).toBe(0);
    const [message] = await telemetryOf('bytes', 1);
    expect([...message!.body, message!.systemProperties['contentType']]).toEqual([0xff, 0, undefined]);
  });
});

describe('mote device ends, says what is wrong and what to do,', () => {
  test.each([
    [
      'with 30 for another key',
      (): string[] => ['device', ...common, '--registration-id', 'lines', '--group-key-file', join(dir, 'wrong')],
      30,
      /unauthorized: .*\n[\s\S]*mote explain 401/,
    ],
    [
      'with 34 for a disabled enrollment',
      (): string[] => [
        'device',
        ...common,
        '--registration-id',
        'retired',
        '--key-file',
        join(dir, 'key'),
        // It waits for somebody to enable the enrollment. The first answer has to come within this, also on a busy machine.
        '--timeout',
        '4',
      ],
      34,
      /registration-disabled: /,
    ],
    [
      'with 25 for a key that the hub refuses',
      (): string[] => [
        'device',
        '--connection-string',
        login('known', WRONG_KEY),
        '--hub-host',
        `${azure.host}:${azure.port}`,
        '--ca',
        join(dir, 'ca.pem'),
      ],
      25,
      /connection-refused: .*\n[\s\S]*mote explain connack-5/,
    ],
    [
      'with 25 for a device that the hub does not know',
      (): string[] => [
        'device',
        '--connection-string',
        login('nobody', KEY),
        '--hub-host',
        `${azure.host}:${azure.port}`,
        '--ca',
        join(dir, 'ca.pem'),
      ],
      25,
      /connection-refused: /,
    ],
    [
      'with 11 for an authority that it does not trust',
      (): string[] => [
        'device',
        '--connection-string',
        login('known', KEY),
        '--hub-host',
        `${azure.host}:${azure.port}`,
        '--timeout',
        '1',
      ],
      11,
      /tls-failed: /,
    ],
    [
      'with 10 where nobody listens',
      (): string[] => [
        'device',
        '--connection-string',
        login('known', KEY),
        '--hub-host',
        '127.0.0.1:1',
        '--timeout',
        '1',
      ],
      10,
      /connect-failed: /,
    ],
  ])('%s', async (_what, words, exit, says) => {
    const { code, stdout, stderr } = await mote([...words(), '--json']);
    expect({ code, stderr }).toEqual({ code: exit, stderr: expect.stringMatching(says) });
    const { error } = JSON.parse(stdout.trim().split('\n').at(-1)!) as { error: Record<string, unknown> };
    expect(error).toMatchObject({ code: expect.any(String), stage: expect.any(String), message: expect.any(String) });
    expect(error['hint']).toEqual(expect.any(String));
    expect(stdout + stderr).not.toMatch(/Shared Access Key=|undefined|\[object/);
    for (const key of [KEY, WRONG_KEY]) expect(stdout + stderr).not.toContain(key);
    // In the words of the command, not in those of the library.
    expect(stderr).not.toMatch(/`(?:endpoint|idScope|registrationId|connectionString|tls: \{ ca \})`/);
  });

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

  test('with 2 for a property that is the service’s own, by the line that could not be sent', async () => {
    const child = spawnMote(byKey('own', '--exit-on-eof', '--property', 'iothub-x=1'));
    const { code, stderr } = await outcomeOf(child, 'x\n');
    expect([code, stderr]).toEqual([2, expect.stringContaining('line 1 is not at the hub: invalid-options')]);
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
