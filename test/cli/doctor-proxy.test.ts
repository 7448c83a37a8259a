// The doctor goes through a proxy as the client does: by the same reader of URLs, and by the same tunnel.

import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkNetwork } from '../../packages/cli/src/doctor/check-network.ts';
import { checkTls } from '../../packages/cli/src/doctor/check-tls.ts';
import { failed, openPath } from '../../packages/cli/src/doctor/path.ts';
import { TestAuthority } from '../client/hostile/certificates.ts';
import { HostileProxy } from '../client/hostile/proxy.ts';
import { DoctorDevice, listening, portOf } from './doctor-device.ts';

let device: DoctorDevice;
beforeAll(async () => {
  device = await DoctorDevice.make();
});
afterAll(() => device.close());

describe('a URL that the client refuses', () => {
  test.each([
    'http://user:geheim@12@127.0.0.1:1',
    'http://user:geheim/12@127.0.0.1:1',
    'http://user:geheim#12@127.0.0.1:1',
    'http://user:geheim?12@127.0.0.1:1',
    'http://user:geheim 12@127.0.0.1:1',
    'http://user:geheim%12%zz@127.0.0.1:1',
    'http://us%er:geheim12@127.0.0.1:1',
    'http://CORP\\user:geheim12@127.0.0.1:1',
    'http:\\\\user:geheim12@127.0.0.1:1',
    'http:user:geheim12@127.0.0.1:1',
    'http:///user:geheim12@127.0.0.1:1',
    'user:geheim12@127.0.0.1:1',
    '//user:geheim12@127.0.0.1:1',
    'https://user:geheim12@127.0.0.1:1',
    'socks5://user:geheim12@127.0.0.1:1',
    ' http://user:geheim12@127.0.0.1:1',
    '"http://user:geheim12@127.0.0.1:1"',
    'http://user:geheim12@',
    'http://user:geheim12@127.0.0.1:1:2',
    'http://user:geheim12@127.0.0.1:1/path',
    'http://user:geheim12',
  ])('%s is told, and not shown', async (proxy) => {
    const { findings, openPorts } = await checkNetwork({ ...device.subject, proxy });
    expect(openPorts).toEqual([]);
    expect(findings[0]).toMatchObject({
      problem: 'proxy-failed',
      says: 'its URL cannot be right',
      fix: expect.stringMatching(/^Write it as http:\/\/user:password@host:port[,;] /),
    });
    expect(JSON.stringify(findings)).not.toMatch(/geheim|12|CORP/);
  });

  test.each(['http://u:geheim@127.0.0.1:1', 'http://:geheim@127.0.0.1:1', 'HTTP://u:ge%40heim@127.0.0.1:1/'])(
    '%s is none, and is shown without its login',
    async (proxy) => {
      const { findings } = await checkNetwork({ ...device.subject, proxy });
      expect(findings[0]?.says).toBe(`http://127.0.0.1:1, to localhost:${device.dps.port}: ECONNREFUSED`);
    },
  );
});

const GOOD = 'HTTP/1.1 200 OK\r\n\r\n';

describe('a proxy that answers', () => {
  test.each([
    ['200', GOOD],
    ['201', 'HTTP/1.1 201 Created\r\n\r\n'],
    ['204', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['200 of HTTP/1.0, without a reason', 'HTTP/1.0 200\r\n\r\n'],
    ['100 before 200', `HTTP/1.1 100 Continue\r\n\r\n${GOOD}`],
    ['103 before 200', `HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${GOOD}`],
    ['200 with a folded header', 'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n'],
    ['200 twice', GOOD + GOOD],
  ])('%s is open', async (_what, answer) => {
    expect(await through((socket) => socket.write(answer))).toBe('open');
  });

  test.each([
    ['407 for NTLM', 'HTTP/1.1 407 No\r\nProxy-Authenticate: ntlm\r\n\r\n', 'it answers 407 and wants NTLM'],
    [
      '407 in a folded header',
      'HTTP/1.1 407 No\r\nProxy-Authenticate:\r\n Negotiate,\r\n\tNTLM\r\n\r\n',
      'it answers 407 and wants Negotiate or NTLM',
    ],
    [
      '407 for a scheme of its own',
      'HTTP/1.1 407 No\r\nProxy-Authenticate: X-Corp realm="Basic"\r\n\r\n',
      'it answers 407 and wants another scheme',
    ],
    ['100 before 403', 'HTTP/1.1 100 C\r\n\r\nHTTP/1.1 403 No\r\n\r\n', 'it answers 403'],
    ['302', 'HTTP/1.1 302 Found\r\nLocation: http://portal/\r\n\r\n', 'it answers 302'],
    ['as SSH', 'SSH-2.0-x\r\n', 'it does not answer CONNECT (not-http)'],
    ['a malformed head', 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n', 'it does not answer CONNECT (malformed-head)'],
    ['nothing', '', 'it does not answer CONNECT (proxy-closed)'],
  ])('%s is closed', async (_what, answer, failure) => {
    expect(await through((socket) => socket.end(answer))).toBe(failure);
  });

  test('in silence is given up', async () => {
    expect(await through(() => {}, 50)).toBe('ETIMEDOUT');
  });

  test('on IPv6 is found, and is told host and login as the client tells them', async () => {
    const asked: string[] = [];
    const server = createServer((socket) => {
      socket
        .on('error', () => {})
        .once('data', (bytes) => {
          asked.push(bytes.toString('latin1'));
          socket.write(GOOD);
        });
    });
    await new Promise<void>((settle) => server.listen(0, '::1', settle));
    const path = await openPath('2001:db8::1', 8883, `http://u%5Cx:p%40%C3%A4@[::1]:${portOf(server)}`, 2000);
    expect(failed(path)).toBe(false);
    if (!failed(path)) path.destroy();
    server.close();
    const login = Buffer.from('u\\x:p@ä').toString('base64');
    expect(asked).toEqual([
      `CONNECT [2001:db8::1]:8883 HTTP/1.1\r\nHost: [2001:db8::1]:8883\r\nProxy-Authorization: Basic ${login}\r\n\r\n`,
    ]);
  });
});

async function through(answer: (socket: Socket) => unknown, timeoutMs = 2000): Promise<string> {
  const proxy = await new HostileProxy((socket) => void answer(socket)).listen();
  const path = await openPath('dps.example', 8883, proxy.url, timeoutMs);
  if (!failed(path)) path.destroy();
  await proxy.close();
  return failed(path) ? path.failure : 'open';
}

test('a host with a dot at its end is not asked for with it [RFC 6066 3]', async () => {
  const authority = new TestAuthority();
  const names: string[] = [];
  const server = await listening(
    createTlsServer({
      ...authority.named('localhost', ['localhost']),
      SNICallback: (name, done) => {
        names.push(name);
        done(null);
      },
    }),
  );
  const proxy = await listening(
    createServer((socket) => {
      socket
        .on('error', () => {})
        .once('data', () => {
          socket.write(GOOD);
          server.emit('connection', socket);
        });
    }),
  );
  const { findings } = await checkTls(
    { ...device.subject, host: 'localhost.', ca: authority.ca, proxy: `http://127.0.0.1:${portOf(proxy)}` },
    portOf(server),
  );
  expect(findings).toMatchObject([{ state: 'good' }]);
  expect(names).toEqual(['localhost']);
  proxy.close();
  server.close();
});
