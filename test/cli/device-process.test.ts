import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MOST_OF_A_LINE } from '../../packages/cli/src/device/lines.ts';
import { azure, byKey, common, dir, HUB, KEY, login, running, telemetryOf, WRONG_KEY } from './device-stand.ts';
import { mote, outcomeOf, spawnMote } from './mote.ts';

// `mote device` as a process for each case, half a second each: with the long tests. What every run holds is in device.test.ts.

describe('mote device', () => {
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

  test('with 2 for a property that is the service’s own, by the line that could not be sent', async () => {
    const child = spawnMote(byKey('own', '--exit-on-eof', '--property', 'iothub-x=1'));
    const { code, stderr } = await outcomeOf(child, 'x\n');
    expect([code, stderr]).toEqual([2, expect.stringContaining('line 1 is not at the hub: invalid-options')]);
  });
});
