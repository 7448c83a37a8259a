import { type IncomingHttpHeaders, request } from 'node:http';
import { provision, symmetricKey } from '@mote/client';
import { type Emulator, SCENARIOS, SINGLE_FAULTS, startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Messages } from '../../packages/cli/src/pages/dashboard/messages.ts';
import { type Dashboard, startDashboard } from '../../packages/cli/src/ui/dashboard.ts';

let dps: Emulator;
let dashboard: Dashboard;
let url: URL;

beforeAll(async () => {
  dps = await startEmulator({
    pollsBeforeAssigned: 0,
    scenario: 'wrong-hub',
    devices: [{ deviceId: 'boiler-1' }],
  });
  dashboard = await startDashboard(dps);
  url = new URL(dashboard.url);
});

afterAll(async () => {
  await dashboard.close();
  await dps.close();
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** By node:http, since fetch will not send another Host. */
function ask(path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
  return new Promise((settle, reject) => {
    const options = { host: url.hostname, port: url.port, path, headers, method: body === undefined ? 'GET' : 'POST' };
    const asking = request(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => settle({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    asking.on('error', reject).end(body);
  });
}

/** Server-sent events, until one satisfies. */
async function hear<Name extends keyof Messages>(
  name: Name,
  enough: (message: Messages[Name]) => boolean,
): Promise<Messages[Name]> {
  const response = await fetch(new URL('events', url));
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (const [, event, data] of text.matchAll(/event: (\w+)\ndata: (.*)\n\n/g)) {
      const message = JSON.parse(data!);
      if (event === name && enough(message)) return message;
    }
  }
  throw new Error(`the stream ended without ${name}`);
}

describe('whoever is not meant to', () => {
  test('finds nothing without the token', async () => {
    for (const path of ['/', '/events', '/faults', `/${'A'.repeat(24)}/`, url.pathname.slice(0, -2)]) {
      expect((await ask(path)).status).toBe(404);
    }
  });

  test('gets nothing by a name that was rebound to loopback', async () => {
    expect((await ask(url.pathname, { host: `evil.example:${url.port}` })).status).toBe(421);
    expect((await ask(url.pathname, { host: `localhost:${url.port}` })).status).toBe(200);
  });

  test.each([
    ['from another origin', { origin: 'http://evil.example', 'content-type': 'application/json' }],
    ['without an origin', { 'content-type': 'application/json' }],
  ])('cannot switch faults %s', async (_title, headers) => {
    expect((await ask(`${url.pathname}faults`, headers, '["hostile"]')).status).toBe(403);
    expect(dps.scenario?.description).toMatch(/does not exist/);
  });

  test.each([
    'app/../main.js',
    'app/main.js',
    'app/ui/dashboard.js',
    'assets/../package.json',
    'assets/%2e%2e/package.json',
    'codec/../../package.json',
    'assets/none.css',
  ])('reads no other file: %s', async (path) => {
    expect((await ask(url.pathname + path)).status).toBe(404);
  });

  test('cannot put the page in a frame or let it load anything from elsewhere', async () => {
    const { headers } = await ask(url.pathname);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self' 'sha256-[^']+'; /);
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
  });

  test('is not on the network: the server listens on loopback alone', () => {
    expect(url.hostname).toBe('127.0.0.1');
  });
});

test.each([
  ['not JSON', '[', 400],
  ['no list', '{}', 400],
  ['five kilobytes', JSON.stringify(['x'.repeat(5000)]), 400],
])('a request to switch faults that is %s is refused', async (_title, body, status) => {
  const headers = { origin: url.origin, 'content-type': 'application/json' };
  expect((await ask(`${url.pathname}faults`, headers, body)).status).toBe(status);
});

describe('a call of the hub', () => {
  const headers = () => ({ origin: url.origin, 'content-type': 'application/json' });
  const post = (value: unknown, more = {}) =>
    ask(`${url.pathname}hub`, { ...headers(), ...more }, typeof value === 'string' ? value : JSON.stringify(value));
  const call = (action: string, text = '', more = {}) => ({ action, deviceId: 'boiler-1', text, ...more });

  test.each([
    ['a page of somebody else', call('twin'), { origin: 'http://attacker.example' }, 403],
    ['no JSON', '{', {}, 400],
    ['over 256 KiB', call('message', 'x'.repeat(262_144)), {}, 400],
    ['plain text', call('twin'), { 'content-type': 'text/plain' }, 400],
  ])('is refused: %s', async (_what, value, more, status) => {
    expect((await post(value, more)).status).toBe(status);
  });

  test.each<[string, object | null | [], unknown]>([
    ['the twin', call('twin'), { twin: { desired: { $version: 1 }, reported: { $version: 1 } } }],
    ['a message', call('message', 'hello'), { done: expect.stringMatching(/^queued as /) }],
    ['desired properties', call('desired', '{"a":1}'), { done: 'desired properties have version 2' }],
    [
      'a method of a device that is away',
      call('method', '', { method: 'm' }),
      { error: expect.stringMatching(/^404103/) },
    ],
    [
      'a method with a name that none may have',
      call('method', '', { method: '' }),
      { error: expect.stringMatching(/^400004/) },
    ],
    ['a patch that is no JSON', call('desired', '{'), { error: expect.any(String) }],
    ['a patch that is a list', call('desired', '[]'), { error: 'a JSON object is needed' }],
    [
      'a patch with a name that no twin takes',
      call('desired', '{"a.b":1}'),
      { error: expect.stringMatching(/^400000/) },
    ],
    [
      'a device that is not there',
      { ...call('twin'), deviceId: 'constructor' },
      { error: expect.stringMatching(/^404001/) },
    ],
    ['another action', call('remove'), { error: 'this is no call of the hub' }],
    ['a number for the text', { ...call('message'), text: 1 }, { error: 'this is no call of the hub' }],
    ['null', null, { error: 'this is no call of the hub' }],
    ['a list', [], { error: 'this is no call of the hub' }],
  ])('%s is answered in JSON', async (_what, value, reply) => {
    const { status, text } = await post(value);
    expect([status, JSON.parse(text)]).toEqual([200, reply]);
  });
});

describe('the dashboard', () => {
  test('greets with where the emulator listens and which faults there are, the initial one switched on', async () => {
    const greeting = await hear('greeting', () => true);
    expect(greeting).toMatchObject({ idScope: dps.idScope, port: dps.port, webSocketPort: dps.webSocketPort });
    // All that `--scenario` takes, and nothing that only the dashboard would have.
    expect(greeting.faults.map(({ name }) => name)).toEqual([...Object.keys(SCENARIOS), ...Object.keys(SINGLE_FAULTS)]);
    expect(await hear('faults', () => true)).toEqual(['wrong-hub']);
  });

  test('tells of a device with its packets, and never of its key or signature', async () => {
    const { registrationId, primaryKey } = dps.enrollments.find(
      ({ kind, attestation }) => kind === 'individual' && attestation === 'symmetricKey',
    )!;
    await provision({
      idScope: dps.idScope,
      registrationId: registrationId!,
      attestation: symmetricKey(primaryKey!),
      endpoint: `localhost:${dps.port}`,
      tls: { ca: dps.ca },
    });
    const notices = await hear('notices', (batch) => batch.some(({ type }) => type === 'closed'));
    const connect = notices.find(({ text }) => text.startsWith('CONNECT '));
    expect(connect?.packet?.from).toBe('device');
    const bytes = Buffer.from(connect?.packet?.bytes ?? '', 'hex');
    expect(bytes[0]).toBe(0x10);
    expect(bytes.toString('latin1')).toContain(registrationId);
    expect(bytes.toString('latin1')).toMatch(/sig=\*+&/);
    expect(JSON.stringify(notices)).not.toContain(primaryKey);
  });

  test('counts registrations each second', async () => {
    const rate = await hear('rate', ({ registrations }) => registrations > 0);
    expect(rate).toEqual({ connections: expect.any(Number), registrations: 1, perSecond: expect.any(Number) });
  });

  test('switches faults, several together, and tells every browser', async () => {
    const told = hear('faults', (on) => on.length === 2);
    const headers = { origin: url.origin, 'content-type': 'application/json' };
    const answer = await ask(
      `${url.pathname}faults`,
      headers,
      '["unauthorized","enrollment-disabled","no such fault",7]',
    );
    expect(JSON.parse(answer.text)).toEqual(['unauthorized', 'enrollment-disabled']);
    expect(await told).toEqual(['unauthorized', 'enrollment-disabled']);
    expect(dps.scenario?.rules).toHaveLength(2);
    await ask(`${url.pathname}faults`, headers, '[]');
    expect(dps.scenario).toBeUndefined();
  });
});
