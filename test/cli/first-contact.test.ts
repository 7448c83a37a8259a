import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Emulator, startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { here } from './in-process.ts';
import { outcomeOf, spawnMote } from './mote.ts';

// What a newcomer does wrong, and whether the command leads on.

let dps: Emulator;
let dir: string;
let device: string[];
beforeAll(async () => {
  dps = await startEmulator({ pollsBeforeAssigned: 0, retryAfterSeconds: 0 });
  dir = mkdtempSync(join(tmpdir(), 'mote-first-'));
  const { registrationId, primaryKey } = dps.enrollments.find(
    ({ kind, attestation }) => kind === 'individual' && attestation === 'symmetricKey',
  )!;
  const certificate = dps.issueDeviceCertificate('dev');
  for (const [name, text] of Object.entries({
    'ca.pem': dps.ca,
    key: primaryKey!,
    'wrong-key': Buffer.alloc(32, 1).toString('base64'),
    'dev.pem': certificate.cert,
    'dev.key': certificate.key,
  }))
    writeFileSync(join(dir, name), text);
  device = ['--id-scope', dps.idScope, '--registration-id', registrationId!, '--timeout', '5'];
});
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await dps.close();
});

const at = (name: string) => join(dir, name);
const provision = (...flags: string[]) => here(['provision', ...device, ...flags]);

describe('a wrong port says what answered there', () => {
  test('TLS to the port of WebSocket: HTTP', async () => {
    const { code, stderr } = await provision(
      '--host',
      `localhost:${dps.webSocketPort}`,
      '--ca',
      at('ca.pem'),
      '--key-file',
      at('key'),
    );
    expect({ code, stderr }).toEqual({
      code: 15,
      stderr: expect.stringContaining('HTTP answered: is that the port for `--transport websocket`?'),
    });
  });

  test('WebSocket to the port of TLS: no HTTP', async () => {
    const { code, stderr } = await provision(
      '--host',
      `localhost:${dps.port}`,
      '--transport',
      'websocket',
      '--ca',
      at('ca.pem'),
      '--key-file',
      at('key'),
      '--timeout',
      '2',
    );
    expect({ code, stderr }).toEqual({
      code: expect.any(Number),
      stderr: expect.stringContaining('Is the port in `--host` for WebSocket?'),
    });
    expect(stderr).toContain('WebSocket: closed by the peer');
    expect(code).not.toBe(0);
  });

  test('a port where nothing listens', async () => {
    const { stderr } = await provision('--host', 'localhost:1', '--key-file', at('key'), '--timeout', '1');
    expect(stderr).toContain('Nothing listens there. Is the port in `--host` right?');
  });
});

describe('hints speak of flags', () => {
  test('a wrong CA', async () => {
    const { code, stderr } = await provision('--host', `localhost:${dps.port}`, '--key-file', at('key'));
    expect({ code, stderr }).toEqual({ code: 11, stderr: expect.stringContaining('`--ca FILE`') });
    expect(stderr).not.toContain('tls: {');
  });

  test('a wrong key, also in JSON', async () => {
    const words = ['--host', `localhost:${dps.port}`, '--ca', at('ca.pem'), '--key-file', at('wrong-key')];
    const { code, stderr } = await provision(...words);
    expect({ code, stderr }).toEqual({ code: 30, stderr: expect.stringContaining('`--group-key-file FILE`') });
    const { stdout } = await provision(...words, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'unauthorized', hint: expect.stringContaining('`--group-key-file FILE`') },
    });
  });

  test.each([
    ['a host that is none', ['--host', 'https://x/y'], '--host: host or host:port'],
    ['a proxy that is none', ['--proxy', 'ftp://x'], '--proxy: '],
    ['an api-version that is none', ['--api-version', 'new'], '--api-version: '],
  ])('%s', async (_what, flags, words) => {
    const { code, stderr } = await provision('--key-file', at('key'), ...flags);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(words) });
  });
});

test('each mistake of a configuration has a line of its own', async () => {
  writeFileSync(at('mistakes.json'), JSON.stringify({ enrollmentgroups: [], foo: 1 }));
  const file = at('mistakes.json');
  const { code, stderr } = await here(['emulate', '--config', file]);
  expect({ code, lines: stderr.split('\n').slice(0, 2) }).toEqual({
    code: 2,
    lines: [
      expect.stringContaining(
        `mote: --config: ${file}: enrollmentgroups: is not known. Did you mean "enrollmentGroups"?`,
      ),
      expect.stringContaining(`mote: --config: ${file}: foo: is not known.`),
    ],
  });
});

describe('what was swapped is seen', () => {
  test('ids, before anything is dialled', async () => {
    const words = ['--id-scope', 'sensor-17', '--registration-id', '0ne00ABCDEF', '--key-file', at('key')];
    const { code, stderr } = await here(['provision', ...words]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('are --id-scope and --registration-id swapped?'),
    });
    const { stdout } = await here(['doctor', ...words, '--host', '127.0.0.1:1', '--no-register', '--json']);
    expect(JSON.parse(stdout).findings[0]).toMatchObject({ problem: 'ids-swapped', state: 'bad' });
  });

  test.each(['provision', 'doctor'])('certificate and key, by mote %s', async (verb) => {
    const { code, stdout, stderr } = await here([
      verb,
      ...device,
      '--host',
      `localhost:${dps.port}`,
      '--ca',
      at('ca.pem'),
      '--cert',
      at('dev.key'),
      '--cert-key',
      at('dev.pem'),
    ]);
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(/private key/);
    expect(stdout + stderr).not.toContain('MII');
  });
});

describe('an ID scope of another cloud', () => {
  test.each([
    ['0cn0001047D', 'global.azure-devices-provisioning.net', 'set --host to global.azure-devices-provisioning.cn'],
    ['0ne0001047D', 'global.azure-devices-provisioning.cn', 'set --host to global.azure-devices-provisioning.net'],
  ])('%s at %s is a cross of mote doctor', async (scope, host, fix) => {
    const { checkIds } = await import('../../packages/cli/src/doctor/check-ids.ts');
    const [finding] = checkIds({ idScope: scope, registrationId: 'a', host } as Parameters<typeof checkIds>[0]);
    expect(finding).toMatchObject({ state: 'bad', problem: 'scope-cloud', fix: expect.stringContaining(fix) });
  });

  test.each([
    ['0cn0001047D', 'global.azure-devices-provisioning.cn'],
    ['0ne0001047D', 'my.azure-devices-provisioning.net'],
    ['0ne0001047D', 'global.azure-devices-provisioning.us'],
  ])('but %s is well at %s', async (scope, host) => {
    const { checkIds } = await import('../../packages/cli/src/doctor/check-ids.ts');
    const [finding] = checkIds({ idScope: scope, registrationId: 'a', host } as Parameters<typeof checkIds>[0]);
    expect(finding).toMatchObject({ state: 'good' });
  });
});

describe('every failure ends with the next step', () => {
  test.each<[string, () => string[], string]>([
    [
      'refused by the service',
      () => [
        'provision',
        ...device,
        '--host',
        `localhost:${dps.port}`,
        '--ca',
        at('ca.pem'),
        '--key-file',
        at('wrong-key'),
      ],
      'mote explain 401000',
    ],
    [
      'not dialled',
      () => ['provision', ...device, '--key-file', at('key'), '--host', 'a b'],
      'mote explain invalid-options',
    ],
    ['an option missing', () => ['provision'], 'mote provision --help'],
    ['a flag unknown', () => ['sas', '--zzz'], 'mote sas --help'],
    ['a command unknown', () => ['xyzzy'], 'mote --help'],
    ['a code unknown', () => ['explain', 'foo bar'], 'mote explain --help'],
    ['bytes that are none', () => ['inspect', 'hello world'], 'mote inspect --help'],
    ['a shell unknown', () => ['completion', 'tcsh'], 'mote completion --help'],
  ])('%s', async (_what, words, step) => {
    const { code, stderr } = await here(words());
    expect(code).not.toBe(0);
    expect(stderr.trimEnd().split('\n').at(-1)).toContain(step);
  });
});

describe('a word in the place of a command leads on', () => {
  test.each([
    ['401002', 'mote explain 401002'],
    ['ECONNREFUSED', 'mote explain ECONNREFUSED'],
    ['connack-5', 'mote explain connack-5'],
    ['MQTT-3.3.1-4', 'mote explain MQTT-3.3.1-4'],
    ['20020005', 'mote inspect 20020005'],
    ['provison', 'did you mean provision?'],
    ['-v', 'did you mean --version?'],
    ['--hlep', 'did you mean --help?'],
    ['--xyz', 'flags stand behind a command'],
  ])('%s', async (word, words) => {
    const { code, stderr } = await here([word]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(words) });
  });
});

test('a flag in front of its command is told where it belongs', async () => {
  const { code, stderr } = await here(['--json', 'inspect', '2000']);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('write `mote inspect … --json`') });
});

describe('mote sas says when a token is of no use', () => {
  test.each([
    ['1', 'the token ended at 1970-01-01T00:00:01.000Z'],
    ['1732000000000', 'looks like milliseconds: give 1732000000'],
  ])('--expiry %s', async (expiry, words) => {
    const { code, stdout, stderr } = await here([
      'sas',
      '--id-scope',
      'x',
      '--registration-id',
      'y',
      '--key-file',
      at('key'),
      '--expiry',
      expiry,
    ]);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: expect.stringContaining(`se=${expiry}`),
      stderr: expect.stringContaining(words),
    });
  });

  test('and nothing of one that is', async () => {
    const { stderr } = await here(['sas', '--id-scope', 'x', '--registration-id', 'y', '--key-file', at('key')]);
    expect(stderr).toBe('');
  });
});

describe('a mistake is named with its flag and its number', () => {
  let other: Server;
  beforeAll(async () => {
    other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
  });
  afterAll(() => void other.close());

  test.each(['port', 'ws-port', 'api-port', 'ui-port'])('--%s that is in use', async (flag) => {
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await here(['emulate', '--ui', `--${flag}`, String(port)]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining(`port (${port}); \`--${flag} 0\` takes any free one`),
    });
  });

  test.each([
    [['emulate', '--polls', '-1'], '--polls takes a whole number from 0 to 1000, not "-1"'],
    [['emulate', '--seed', '-5'], '--seed takes a whole number'],
  ])('%j', async (words, sentence) => {
    expect((await here(words)).stderr).toContain(sentence);
  });
});

test('a reader that leaves ends the demo, too', async () => {
  const child = spawnMote(['demo']);
  child.stdout.once('data', () => child.stdout.destroy());
  const started = performance.now();
  const [code] = await once(child, 'close');
  const { stdout } = await here(['--version']);
  expect(stdout).toMatch(/^\d/);
  expect({ code, early: performance.now() - started < 15_000 }).toEqual({ code: 0, early: true });
});

describe('mote doctor looks before it advises', () => {
  test.each<[string, string, string, string]>([
    ['NTLM alone', '407 No\r\nProxy-Authenticate: NTLM', 'http://', 'Mote speaks Basic only'],
    [
      'Negotiate and NTLM',
      '407 No\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM',
      'http://u:p@',
      'wants Negotiate or NTLM',
    ],
    ['a login, and got none', '407 No\r\nProxy-Authenticate: Basic realm="x"', 'http://', 'Give user and password'],
    [
      'another login',
      '407 No\r\nProxy-Authenticate: Basic realm="x"',
      'http://u:p@',
      'Are user and password in the URL right?',
    ],
    ['port 443', '403 No', 'http://', 'set --transport to websocket'],
    ['nothing: it cannot reach the service', '502 Bad', 'http://', 'cannot reach the service'],
  ])('at a proxy that wants %s', async (_what, head, url, words) => {
    const proxy = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(`HTTP/1.1 ${head}\r\n\r\n`));
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const { port } = proxy.address() as AddressInfo;
    const { stdout } = await here([
      'doctor',
      ...device,
      '--host',
      'localhost:8883',
      '--key-file',
      at('key'),
      '--proxy',
      `${url}127.0.0.1:${port}`,
      '--no-register',
    ]);
    proxy.close();
    expect(stdout).toContain(words);
    expect(stdout).not.toContain('u:p');
  });

  test('at the place of 401002: in a failed registration no intermediate is missing', async () => {
    const { ProvisioningError } = await import('../../packages/client/src/index.ts');
    const { refusal } = await import('../../packages/cli/src/doctor/check-registration.ts');
    const certificate = dps.issueDeviceCertificate('dev');
    const leaf = certificate.cert.slice(0, certificate.cert.indexOf('-----END CERTIFICATE-----') + 26);
    const subject = { cert: leaf, host: 'localhost' } as unknown as Parameters<typeof refusal>[0];
    const fields = { errorCode: 401002, response: { registrationState: { errorMessage: 'IotHubUnauthorizedAccess' } } };
    const failed = new ProvisioningError('registration-failed', 'register', 'the registration is failed', fields);
    expect(refusal(subject, failed)).toMatchObject({
      problem: 'registration-refused',
      fix: expect.stringContaining('link the hub anew'),
    });
    const answered = new ProvisioningError('unauthorized', 'register', 'the service answered 401', {
      errorCode: 401002,
    });
    expect(refusal(subject, answered)).toMatchObject({ problem: 'missing-intermediate' });
  });
});

test.each<[string, string | Uint8Array, number, string]>([
  ['nothing', '', 2, 'there is nothing on standard input'],
  ['bytes', Uint8Array.from({ length: 300 }, (_, i) => (i * 89) & 255), 2, '`mote inspect -` reads bytes'],
  ['a line in Latin-1', Buffer.from('Zugriff verweigert f\xfcr Ger\xe4t 17: ECONNREFUSED\n', 'latin1'), 0, ''],
])('mote explain - of %s', async (_what, input, code, words) => {
  const ended = await outcomeOf(spawnMote(['explain', '-']), input);
  expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code, stderr: expect.stringContaining(words) });
});

test('mote explain waits for a pipe that is slower than it reads', async () => {
  const child = spawnMote(['explain', '-']);
  // More than a pipe holds, in pieces that follow each other when the last one is taken.
  const ended = once(child, 'close');
  child.stdin.on('error', () => {});
  for (const piece of ['{"errorCode":401002}\n', ...Array.from({ length: 12 }, () => 'x'.repeat(80_000))])
    await new Promise((taken) => child.stdin.write(piece, taken));
  child.stdin.end();
  expect((await ended)[0]).toBe(0);
});

test('mote explain reads from standard input', async () => {
  const child = spawnMote(['explain', '-']);
  const ended = outcomeOf(child, '{"errorCode":400012,"message":"Deserialization error."}\n');
  const { code, stdout } = await ended;
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^400012\n/) });
});
