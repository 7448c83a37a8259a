import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { encodeConnect, encodePublish, encodeSubscribe } from '@mote/codec';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestAuthority } from '../client/hostile/certificates.ts';
import { Loopback } from '../client/loopback.ts';
import { HOSTILE, rawIn } from './hostile-text.ts';
import { here } from './in-process.ts';
import { firstLine, type Outcome, outcomeOf, spawnMote } from './mote.ts';

// Every text that a stranger controls, full of what a terminal acts on, through the command as people run it.

const KEY = Buffer.alloc(64, 'a key').toString('base64');
const ASSIGNED = { operationId: '4.op', status: 'assigned' };
const loopback = new Loopback();
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mote-hostile-'));
  writeFileSync(join(dir, 'ca.pem'), loopback.authority.ca);
  writeFileSync(join(dir, 'key'), KEY);
});
afterAll(() => rmSync(dir, { recursive: true }));

describe('mote emulate, of a device that it knows nothing of', () => {
  const running: {
    readonly child: ReturnType<typeof spawnMote>;
    readonly ended: Promise<Outcome>;
    port: number;
    scope: string;
  }[] = [];

  beforeAll(async () => {
    for (const json of [[], ['--json']]) {
      const child = spawnMote(['emulate', '--verbose', ...json]);
      const ended = outcomeOf(child);
      const first = await firstLine(child);
      const port = Number(/(?:TLS |"port":)(\d+)/.exec(first)?.[1]);
      running.push({ child, ended, port, scope: /(?:ID scope |"idScope":")(\w+)/.exec(first)?.[1] ?? '' });
    }
  });

  const sas = `SharedAccessSignature sr=${encodeURIComponent(HOSTILE)}&sig=${encodeURIComponent(HOSTILE)}&se=99999999999&skn=x`;
  const user = (scope: string, id = 'dev') => `${scope}/registrations/${id}/api-version=2019-03-31`;
  const register = (rid: string) => `$dps/registrations/PUT/iotdps-register/?$rid=${rid}`;
  const poll = (operation: string) =>
    `$dps/registrations/GET/iotdps-get-operationstatus/?$rid=1&operationId=${operation}`;
  const encoded = encodeURIComponent(HOSTILE);
  const body = encodeUtf8(JSON.stringify({ registrationId: HOSTILE, payload: { [HOSTILE]: HOSTILE } }));
  const asking = (topicName: string) => (scope: string) => [device(user(scope)), subscribe(), publish(topicName)];

  const FIELDS: Readonly<Record<string, (scope: string) => Uint8Array[]>> = {
    'client id': (scope) => [device(user(scope), { clientId: HOSTILE })],
    'user name': () => [device(HOSTILE)],
    'ID scope': () => [device(user(HOSTILE))],
    'registration id': (scope) => [device(user(scope, HOSTILE), { clientId: HOSTILE })],
    'api-version': (scope) => [device(user(scope) + HOSTILE)],
    ClientVersion: (scope) => [device(`${user(scope)}&ClientVersion=${HOSTILE}`)],
    'encoded ClientVersion': (scope) => [device(`${user(scope)}&ClientVersion=${encoded}`)],
    'unknown part of the user name': (scope) => [device(`${user(scope)}&${HOSTILE}=${HOSTILE}`)],
    password: (scope) => [device(user(scope), { password: encodeUtf8(HOSTILE) })],
    will: (scope) => [device(user(scope), { will: { topicName: HOSTILE, message: body, qos: 1, retain: false } })],
    'topic filter': (scope) => [device(user(scope)), subscribe(HOSTILE)],
    topic: asking(HOSTILE),
    $rid: asking(register(HOSTILE)),
    'encoded $rid': asking(register(encoded)),
    'operation id': asking(poll(HOSTILE)),
    'encoded operation id': asking(poll(encoded)),
    'body, and sr of the token': asking(register('1')),
  };

  test.each(Object.entries(FIELDS))('%s', async (_field, packets) => {
    for (const { child, port, scope } of running) {
      await say(port, packets(scope));
      expect(child.exitCode).toBeNull();
    }
  });

  test('all of it stands in lines and in JSON, packets too, and none of it raw', async () => {
    for (const { child } of running) child.kill('SIGTERM');
    const [lines, json] = await Promise.all(running.map(({ ended }) => ended));
    for (const outcome of [lines!, json!]) {
      expect(rawIn(outcome.stdout)).toBeUndefined();
      expect(rawIn(outcome.stderr)).toBeUndefined();
    }
    expect(lines!.stderr.split('\\u001b').length).toBeGreaterThan(Object.keys(FIELDS).length);
    for (const line of json!.stdout.trim().split('\n')) JSON.parse(line);
    expect(json!.stdout.split('\\u001b').length).toBeGreaterThan(Object.keys(FIELDS).length);
  });

  function device(userName: string, fields: Partial<Parameters<typeof encodeConnect>[0]> = {}): Uint8Array {
    return encodeConnect({
      clientId: 'dev',
      cleanSession: true,
      keepAlive: 30,
      userName,
      password: encodeUtf8(sas),
      ...fields,
    });
  }

  function subscribe(topicFilter = '$dps/registrations/res/#'): Uint8Array {
    return encodeSubscribe({ packetId: 1, subscriptions: [{ topicFilter, qos: 1 }] });
  }

  function publish(topicName: string): Uint8Array {
    return encodePublish({ topicName, payload: body, qos: 1, packetId: 2 });
  }

  /** Says one packet after another, each when the one before was answered, and ends the connection when the emulator has not. */
  async function say(port: number, packets: Uint8Array[]): Promise<void> {
    const socket: TLSSocket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    await new Promise<void>((resolve) => {
      const next = () => {
        const packet = packets.shift();
        if (packet === undefined) socket.end();
        else socket.write(packet);
      };
      socket
        .on('secureConnect', next)
        .on('data', next)
        .on('close', () => resolve());
      socket.on('error', () => {});
    });
  }
});

describe('mote provision, of the service', () => {
  const state = (fields: object) => ({
    ...ASSIGNED,
    registrationState: { assignedHub: 'hub.test', deviceId: 'device', status: 'assigned', ...fields },
  });
  const failure = {
    errorCode: 401002,
    errorMessage: HOSTILE,
    trackingId: HOSTILE,
    message: HOSTILE,
    [HOSTILE]: HOSTILE,
  };

  test.each<[string, { status: number | string; body: unknown; properties?: string }]>([
    ['assigned hub', { status: 200, body: state({ assignedHub: HOSTILE }) }],
    ['device id', { status: 200, body: state({ deviceId: HOSTILE }) }],
    ['registration id', { status: 200, body: state({ registrationId: HOSTILE }) }],
    ['substatus', { status: 200, body: state({ substatus: HOSTILE }) }],
    ['payload', { status: 200, body: state({ payload: { [HOSTILE]: HOSTILE } }) }],
    ['connection profile', { status: 200, body: state({ connectionProfile: HOSTILE }) }],
    [
      'etag and dates',
      { status: 200, body: state({ etag: HOSTILE, createdDateTimeUtc: HOSTILE, lastUpdatedDateTimeUtc: HOSTILE }) },
    ],
    ['certificates', { status: 200, body: state({ issuedCertificateChain: [HOSTILE] }) }],
    ['status', { status: 200, body: { status: HOSTILE } }],
    ['status of the registration', { status: 200, body: { registrationState: { status: HOSTILE } } }],
    [
      'failed registration',
      { status: 200, body: { status: 'failed', registrationState: { status: 'failed', ...failure } } },
    ],
    ['error body', { status: 401, body: failure }],
    ['error body that is text', { status: 400, body: HOSTILE }],
    ['topic', { status: 401, body: {}, properties: `&${HOSTILE}=${HOSTILE}` }],
  ])('%s, in every form of the result', async (_field, answer) => {
    const server = await loopback.server({ answer: () => answer });
    const runs = [
      [],
      ['-v'],
      ['--json'],
      ['-v', '--diagram', '-'],
      ['--format', 'env'],
      ['--format', 'mosquitto'],
      ['--format', 'json'],
    ];
    const outcomes: Outcome[] = [];
    for (const flags of runs) outcomes.push(await provision(server.port, flags));
    for (const { stdout, stderr } of outcomes) {
      expect(rawIn(stdout)).toBeUndefined();
      expect(rawIn(stderr)).toBeUndefined();
    }
    expect(outcomes.map(({ stdout, stderr }) => stdout + stderr).join('')).toContain('\\u');
    if (outcomes[2]!.stdout !== '') JSON.parse(outcomes[2]!.stdout);
  });

  test('operation id', async () => {
    const answer = { status: 202, body: { operationId: HOSTILE, status: 'assigning' }, properties: '&retry-after=1' };
    const server = await loopback.server({ answer: (request) => (request === 'register' ? answer : undefined) });
    const { code, stdout, stderr } = await provision(server.port, ['-v']);
    expect(rawIn(stdout + stderr)).toBeUndefined();
    expect(code).toBe(0);
  });

  test('pictures of it in a file are as harmless', async () => {
    const server = await loopback.server({ answer: () => ({ status: 401, body: {}, properties: `&x=${HOSTILE}` }) });
    for (const name of ['run.svg', 'run.mmd']) {
      await provision(server.port, ['--diagram', join(dir, name)]);
      expect(rawIn(readFileSync(join(dir, name), 'utf8'))).toBeUndefined();
      expect(readFileSync(join(dir, name), 'utf8')).toContain('\\u');
    }
  });

  test.each([
    ['reason', `HTTP/1.1 407 ${HOSTILE}\r\n\r\n`],
    ['schemes', `HTTP/1.1 407 No\r\nProxy-Authenticate: ${HOSTILE}\r\n\r\n`],
    ['version', `HTTP/${HOSTILE} 200 OK\r\n\r\n`],
    ['status', `HTTP/1.1 ${HOSTILE}\r\n\r\n`],
    ['header', `HTTP/1.1 200 OK\r\n${HOSTILE}: ${HOSTILE}\r\n\r\n`],
    ['first words', HOSTILE],
  ])('%s of a proxy', async (_what, head) => {
    const server = await loopback.server();
    const proxy = await loopback.proxy((socket) => socket.end(head));
    const url = ['--proxy', proxy.url];
    for (const outcome of await inTurn([
      () => provision(server.port, url),
      () => provision(server.port, [...url, '--json']),
      () => doctor(server.port, url),
    ])) {
      expect(rawIn(outcome.stdout)).toBeUndefined();
      expect(rawIn(outcome.stderr)).toBeUndefined();
      expect(outcome.code).not.toBe(0);
    }
  });

  test.each([
    ['reason', `HTTP/1.1 403 ${HOSTILE}\r\n\r\n`],
    [
      'headers',
      `HTTP/1.1 101 Switching\r\nUpgrade: ${HOSTILE}\r\nSec-WebSocket-Accept: ${HOSTILE}\r\nLocation: ${HOSTILE}\r\n\r\n`,
    ],
    ['header line', `HTTP/1.1 302 Found\r\n${HOSTILE}\r\n\r\n`],
    ['first words', `${HOSTILE}\r\n\r\n`],
  ])('%s of an answer to the upgrade', async (_what, head) => {
    const server = await loopback.server({
      webSocket: true,
      step: 'upgrade',
      misbehave: (peer) => peer.write(Buffer.from(head)),
    });
    const outcome = await provision(server.port, ['--transport', 'websocket']);
    expect(rawIn(outcome.stdout + outcome.stderr)).toBeUndefined();
    expect(outcome.code).not.toBe(0);
  });
});

describe('mote doctor, of a certificate that nobody verified', () => {
  const ascii = [...HOSTILE].filter((sign) => sign <= '\u007f').join('');

  test.each<[string, () => TestAuthority, (authority: TestAuthority) => { cert: string; key: string }]>([
    ['issuer', () => new TestAuthority(HOSTILE), (authority) => authority.server()],
    ['subject', () => loopback.authority, (authority) => authority.named(HOSTILE, ['localhost', '127.0.0.1'])],
    ['subjectAltName', () => loopback.authority, (authority) => authority.named('x', [ascii])],
    [
      'issuer, with an authority that is not asked',
      () => new TestAuthority(HOSTILE),
      (authority) => authority.server(),
    ],
  ])('%s', async (_field, make, leaf) => {
    const authority = make();
    const server = await loopback.server({ tls: leaf(authority) });
    for (const outcome of await inTurn([
      () => doctor(server.port, ['--ca', join(dir, 'ca.pem')]),
      () => doctor(server.port, ['--json']),
      () => provision(server.port, []),
    ])) {
      expect(rawIn(outcome.stdout)).toBeUndefined();
      expect(rawIn(outcome.stderr)).toBeUndefined();
    }
  });
});

describe('what the caller gave, or a file holds', () => {
  const named = (verb: string[], flag: string) => [
    ...verb,
    ...DEVICE,
    flag,
    join(dir, `no ${HOSTILE.replaceAll('/', '')}`),
  ];

  test.each<[string, () => string[]]>([
    ['explain of an unknown code', () => ['explain', HOSTILE]],
    ['explain of more than it takes', () => ['explain', HOSTILE, HOSTILE, HOSTILE]],
    ['unknown command', () => [HOSTILE]],
    ['help of an unknown command', () => ['help', HOSTILE]],
    ['unknown flag', () => ['provision', `--${HOSTILE}`]],
    ['unexpected word', () => ['provision', HOSTILE]],
    ['choice', () => ['provision', '--transport', HOSTILE]],
    ['number', () => ['provision', ...DEVICE, '--timeout', HOSTILE]],
    ['host', () => ['provision', ...DEVICE, '--key-file', join(dir, 'key'), '--host', HOSTILE]],
    ['host of doctor', () => ['doctor', ...DEVICE, '--host', HOSTILE]],
    [
      'ids of doctor',
      () => ['doctor', '--id-scope', HOSTILE, '--registration-id', HOSTILE, '--host', '127.0.0.1:1', '--no-register'],
    ],
    [
      'token of doctor',
      () => [
        'doctor',
        ...DEVICE,
        '--host',
        '127.0.0.1:1',
        '--no-register',
        '--sas',
        `SharedAccessSignature sr=${encodeURIComponent(HOSTILE)}&sig=x&se=1`,
      ],
    ],
    ['name of a key file', () => named(['provision'], '--key-file')],
    ['name of a CA file', () => [...named(['provision'], '--ca'), '--key-file', join(dir, 'key')]],
    [
      'name of a payload file',
      () => ['provision', ...DEVICE, '--key-file', join(dir, 'key'), '--payload', `@${HOSTILE.replaceAll('/', '')}`],
    ],
    [
      'name of a trace file',
      () => ['provision', ...DEVICE, '--key-file', join(dir, 'key'), '--trace', join(dir, 'none', HOSTILE)],
    ],
    ['name of a configuration', () => ['emulate', '--config', join(dir, HOSTILE)]],
    ['name of a folder', () => ['emulate', '--dir', join(dir, 'key', HOSTILE)]],
    ['name of a scenario', () => ['emulate', '--scenario', HOSTILE]],
    ['file of inspect', () => ['inspect', join(dir, HOSTILE)]],
    ['bytes of inspect', () => ['inspect', HOSTILE]],
    ['shell', () => ['completion', HOSTILE]],
  ])('%s', async (_what, words) => {
    const outcome = await here(words());
    expect(rawIn(outcome.stdout)).toBeUndefined();
    expect(rawIn(outcome.stderr)).toBeUndefined();
    expect(outcome.code).toBeGreaterThan(0);
  });

  test.each<[string, string, (path: string) => string[]]>([
    ['text of inspect', HOSTILE, (path) => ['inspect', path]],
    ['packets of inspect', publishOf(HOSTILE), (path) => ['inspect', '--full', path]],
    ['packets of inspect as JSON', publishOf(HOSTILE), (path) => ['inspect', '--json', path]],
    [
      'configuration',
      JSON.stringify({ idScope: HOSTILE, individualEnrollments: [{ registrationId: HOSTILE, [HOSTILE]: 1 }] }),
      (path) => ['emulate', '--config', path],
    ],
    ['configuration that is no JSON', HOSTILE, (path) => ['emulate', '--config', path]],
    [
      'scenario',
      JSON.stringify({ rules: [{ stage: HOSTILE, [HOSTILE]: HOSTILE }] }),
      (path) => ['emulate', '--scenario', path],
    ],
    ['payload', HOSTILE, (path) => ['provision', ...DEVICE, '--key-file', join(dir, 'key'), '--payload', `@${path}`]],
    ['key', HOSTILE, (path) => ['provision', ...DEVICE, '--key-file', path]],
    [
      'certificate',
      HOSTILE,
      (path) => ['doctor', ...DEVICE, '--host', '127.0.0.1:1', '--cert', path, '--cert-key', path],
    ],
    ['authority', HOSTILE, (path) => ['provision', ...DEVICE, '--key-file', join(dir, 'key'), '--ca', path]],
    ['state', HOSTILE, (path) => ['emulate', '--state', path]],
  ])('content of a file: %s', async (what, content, words) => {
    mkdirSync(join(dir, 'files'), { recursive: true });
    const path = join(dir, 'files', what.replaceAll(' ', '-'));
    writeFileSync(path, content, 'latin1');
    if (!what.startsWith('packets')) writeFileSync(path, content);
    const outcome = await here(words(path));
    expect(rawIn(outcome.stdout)).toBeUndefined();
    expect(rawIn(outcome.stderr)).toBeUndefined();
  });
});

async function inTurn(runs: readonly (() => Promise<Outcome>)[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const run of runs) outcomes.push(await run());
  return outcomes;
}

const DEVICE = ['--id-scope', '0ne00ABCDEF', '--registration-id', 'device'];

async function provision(port: number, flags: string[]): Promise<Outcome> {
  return await here([
    'provision',
    ...DEVICE,
    '--host',
    `localhost:${port}`,
    '--key-file',
    join(dir, 'key'),
    '--ca',
    join(dir, 'ca.pem'),
    '--timeout',
    '3',
    ...flags,
  ]);
}

async function doctor(port: number, flags: string[]): Promise<Outcome> {
  return await here([
    'doctor',
    ...DEVICE,
    '--host',
    `localhost:${port}`,
    '--key-file',
    join(dir, 'key'),
    '--timeout',
    '3',
    ...flags,
  ]);
}

function publishOf(text: string): string {
  return Buffer.from(encodePublish({ topicName: text, payload: encodeUtf8(text) })).toString('latin1');
}

function encodeUtf8(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}
