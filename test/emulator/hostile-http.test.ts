import { connect as connectTcp, type Socket } from 'node:net';
import { type Emulator, startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EmulatedHub } from '../../packages/emulator/src/hub-api/emulated-hub.ts';

// Requests to the service API that no honest caller sends: each is answered, or its connection closed; the API serves on, and what
// it holds for a caller is bounded.

let azure: Emulator;
beforeAll(async () => {
  azure = await startEmulator({ apiPort: 0, webSocketPort: false, devices: [{ deviceId: 'dev' }] });
});
afterAll(() => azure.close());

const dial = (): Socket => connectTcp(azure.apiPort ?? 0, '127.0.0.1').on('error', () => {});

/** What comes until the other side closes. */
async function answerTo(...chunks: (string | Uint8Array)[]): Promise<string> {
  const socket = dial();
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  for (const chunk of chunks) socket.write(chunk);
  await new Promise<void>((resolve) => socket.on('close', () => resolve()));
  return text;
}

const serves = async () => {
  const response = await fetch(`http://127.0.0.1:${azure.apiPort}/devices/dev`);
  expect([response.status, ((await response.json()) as { id: string }).id]).toEqual([200, 'dev']);
};

const HEAD = 'Host: localhost\r\nConnection: close\r\n';
const post = (path: string, body: string, head = `Content-Length: ${Buffer.byteLength(body)}\r\n`) =>
  `POST ${path} HTTP/1.1\r\n${HEAD}${head}\r\n${body}`;
const CHUNKED = 'Transfer-Encoding: chunked\r\n';

describe('a request that cannot be right', () => {
  test.each<[what: string, request: string, status: number]>([
    ['noise', '\u0000\u0001\u0002\r\n\r\n', 400],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003', 400],
    ['an unknown method', `BREW /devices HTTP/1.1\r\n${HEAD}\r\n`, 400],
    ['no host', 'GET /devices HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['the host of somebody else', 'GET /devices HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n', 403],
    [
      'a host that begins like ours',
      'GET /devices HTTP/1.1\r\nHost: localhost.evil.org\r\nConnection: close\r\n\r\n',
      403,
    ],
    ['an empty host', 'GET /devices HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\n', 403],
    ['two lengths', post('/devices/dev/disconnect', '', 'Content-Length: 1\r\nContent-Length: 2\r\n'), 400],
    ['a length below zero', post('/devices/dev/disconnect', '', 'Content-Length: -1\r\n'), 400],
    ['a length and chunks', post('/devices/dev/disconnect', '', `Content-Length: 5\r\n${CHUNKED}`), 400],
    ['a chunk without a size', post('/devices/dev/disconnect', 'zz\r\n', CHUNKED), 400],
    ['a chunk of too large a size', post('/devices/dev/disconnect', 'fffffffffffffffff\r\n', CHUNKED), 400],
    ['a header without end', `GET /devices HTTP/1.1\r\n${HEAD}X: ${'x'.repeat(100_000)}\r\n\r\n`, 431],
    ['10,000 headers', `GET /devices HTTP/1.1\r\n${HEAD}${'a: b\r\n'.repeat(10_000)}\r\n`, 431],
    ['a path without end', `GET /${'x'.repeat(100_000)} HTTP/1.1\r\n${HEAD}\r\n`, 431],
    ['a path that is no URL', `GET /devices/%E0%A4%A HTTP/1.1\r\n${HEAD}\r\n`, 400],
    ['the name of a member of every object', `GET /constructor HTTP/1.1\r\n${HEAD}\r\n`, 404],
    ['__proto__', `GET /__proto__/x HTTP/1.1\r\n${HEAD}\r\n`, 404],
    ['a path upwards', `GET /../../etc/passwd HTTP/1.1\r\n${HEAD}\r\n`, 404],
    ['a whole URL', `GET http://example.org/devices HTTP/1.1\r\n${HEAD}\r\n`, 404],
    ['an asterisk', `OPTIONS * HTTP/1.1\r\n${HEAD}\r\n`, 404],
    [
      'a body that is no UTF-8',
      `POST /devices/dev/messages/devicebound HTTP/1.1\r\n${HEAD}Content-Length: 2\r\n\r\n\u00c3\u0028`,
      400,
    ],
    ['a body of JSON that nests', post('/devices/dev/messages/devicebound', '['.repeat(100_000)), 400],
    ['a number that is none', post('/twins/dev/methods', '{"methodName":"m","payload":1e999}'), 400],
  ])('%s: %i', async (_what, request, status) => {
    expect(await answerTo(Buffer.from(request, 'latin1'))).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    await serves();
  });

  test('CONNECT and an upgrade to something else are closed or refused', async () => {
    expect(await answerTo('CONNECT example.org:443 HTTP/1.1\r\nHost: localhost\r\n\r\n')).not.toMatch(/ 200 /);
    expect(
      await answerTo(
        `GET /devices HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: upgrade, close\r\n\r\n`,
      ),
    ).not.toMatch(/ 101 /);
    await serves();
  });
});

describe('a body that is too large', () => {
  const large = 'x'.repeat(2 * 1_048_576);
  test.each([
    ['in one piece', post('/devices/dev/messages/devicebound', large)],
    [
      'in chunks',
      post('/devices/dev/messages/devicebound', `${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`, CHUNKED),
    ],
  ])('%s is answered with 413, and the answer arrives', async (_how, request) => {
    const answer = await answerTo(request);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('"errorCode":413001');
    expect(answer).toContain('1048576 are allowed');
    await serves();
  });

  test('of a megabyte is read', async () => {
    const body = JSON.stringify({ properties: { desired: { 'a.b': 'x'.repeat(1_000_000) } } });
    const response = await fetch(`http://127.0.0.1:${azure.apiPort}/twins/dev`, { method: 'PATCH', body });
    expect(response.status).toBe(400);
  });
});

describe('many requests in one write', () => {
  test('are answered one after the other, in their order', async () => {
    const paths = Array.from({ length: 50 }, (_, at) => (at % 2 === 0 ? '/devices/dev' : `/twins/none-${at}`));
    const requests = paths.map(
      (path, at) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${at === 49 ? 'Connection: close\r\n' : ''}\r\n`,
    );
    const answer = await answerTo(requests.join(''));
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(paths.map((_, at) => `HTTP/1.1 ${at % 2 === 0 ? 200 : 404}`));
    expect(answer.match(/none-\d+/g)?.[0]).toBe('none-1');
  });

  test('of a caller that does not read make one answer, not all of them', async () => {
    const made: number[] = [];
    const hub = (azure.hub as EmulatedHub).constructor.prototype as object;
    const getter = Object.getOwnPropertyDescriptor(hub, 'recentTelemetry')!;
    // Each answer is larger than what the system takes for a connection.
    const many = Array.from({ length: 300 }, (_, at) => ({
      deviceId: `d${at}`,
      body: Buffer.alloc(100_000),
      properties: {},
      systemProperties: {},
      enqueuedTime: 0,
    }));
    Object.defineProperty(hub, 'recentTelemetry', {
      configurable: true,
      get: () => {
        made.push(made.length);
        return many;
      },
    });
    try {
      const socket = dial();
      socket.pause();
      await new Promise<void>((resolve) =>
        socket.write('GET /telemetry HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(1000), () => resolve()),
      );
      await serves();
      await serves();
      expect(made).toEqual([0]);
      socket.destroy();
    } finally {
      Object.defineProperty(hub, 'recentTelemetry', getter);
    }
    await serves();
  });
});

test('identities beyond 100,000 are refused, and known ones may change', async () => {
  const hub = new EmulatedHub({ now: () => 0, setTimeout: () => 0, clearTimeout: () => {} });
  const known = new Map<string, object>();
  const device = (id: string) => ({ id, enabled: true, queue: { size: 0 }, credentials: { keys: [] } });
  hub.serve(
    {
      issuer: undefined,
      deviceCount: 100_000,
      device: (id: string) => known.get(id),
      put: (id: string) => device(id),
    } as never,
    [],
  );
  const authentication = { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: 'a'.repeat(40) } } as const;
  expect(() => hub.putDevice({ deviceId: 'new', authentication })).toThrow('403000: the hub has 100000 identities');
  known.set('old', device('old'));
  expect(hub.putDevice({ deviceId: 'old', authentication })).toMatchObject({ id: 'old' });
});
