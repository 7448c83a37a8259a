import { inspect } from 'node:util';
import { provision } from '@mote/client';
import { expect, test } from 'vitest';
import { ASSIGNED } from './hostile/server.ts';
import { Loopback, refusal } from './loopback.ts';

const loopback = new Loopback();
const AT_ONCE = { answer: () => ({ status: 200, body: ASSIGNED }) };

test.concurrent.each(['tls', 'websocket'] as const)(
  'a proxy is tunnelled through for %s, with credentials',
  async (transport) => {
    const server = await loopback.server({ ...AT_ONCE, webSocket: transport === 'websocket' });
    const proxy = await loopback.proxy();
    const url = proxy.url.replace('http://', 'http://user%40home:p%C3%A4ss@');
    await provision(loopback.options(server, { transport, proxy: url }));
    expect(proxy.requests).toEqual([
      `CONNECT localhost:${server.port} HTTP/1.1\r\nHost: localhost:${server.port}\r\nProxy-Authorization: Basic ${Buffer.from('user@home:päss').toString('base64')}\r\n\r\n`,
    ]);
    expect(server.faults).toEqual([]);
  },
);

test.concurrent('without credentials none are sent; an IPv6 address is bracketed', async () => {
  const proxy = await loopback.proxy((socket) => void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
  await refusal(provision(loopback.options({ port: 1 }, { endpoint: '[::1]:8883', proxy: proxy.url })));
  expect(proxy.requests).toEqual(['CONNECT [::1]:8883 HTTP/1.1\r\nHost: [::1]:8883\r\n\r\n']);
});

test.concurrent.each([
  [407, false, 'password'],
  [403, false, '443'],
  [405, false, 'HTTP proxy'],
  [302, false, 'HTTP proxy'],
  [502, true, 'reach the service'],
])('a proxy that answers %i has failed', async (status, retryable, hint) => {
  const proxy = await loopback.proxy((socket) => void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`));
  const error = await refusal(provision(loopback.options({ port: 1 }, { proxy: proxy.url })));
  expect(error).toMatchObject({
    code: 'proxy-failed',
    stage: 'proxy',
    statusCode: status,
    retryable,
    hint: expect.stringContaining(hint),
  });
});

test.concurrent.each([
  ['NTLM', ['NTLM'], 'NTLM', 'Only Basic'],
  ['Negotiate and NTLM in one header', ['Negotiate, NTLM'], 'Negotiate, NTLM', 'Only Basic'],
  ['Negotiate and NTLM in two headers', ['Negotiate', 'NTLM'], 'Negotiate, NTLM', 'Only Basic'],
  ['NTLM with a challenge', ['NTLM TlRMTVNTUAACAAAADAAMADgAAAA='], 'NTLM', 'Only Basic'],
  [
    'Digest with parameters',
    ['Digest realm="a, Basic", qop="auth,auth-int", nonce="NTLM \\" , Basic x"'],
    'Digest',
    'Only Basic',
  ],
  ['Kerberos in small letters', ['kerberos'], 'Kerberos', 'Only Basic'],
  ['Bearer', ['Bearer realm="x", error="invalid_token"'], 'Bearer', 'Only Basic'],
  ['a scheme of its own', ['X-Corp-SSO realm="Basic"'], 'another scheme', 'Only Basic'],
  ['two of its own', ['DPoP algs="ES256", vapid t=1', 'SCRAM-SHA-1 realm="x"'], 'another scheme', 'Only Basic'],
  ['one of its own beside NTLM', ['NTLM', 'NTLMv2'], 'NTLM, another scheme', 'Only Basic'],
  ['Basic, twice', ['Basic realm="a"', 'BASIC realm="b"'], 'Basic', 'It wants both'],
  ['Basic in a folded header', ['Basic\r\n realm="proxy"'], 'Basic', 'It wants both'],
  ['Basic', ['Basic realm="proxy"'], 'Basic', 'It wants both'],
  [
    'Basic among others',
    ['Negotiate', 'Basic realm="a", Digest realm="b"'],
    'Negotiate, Basic, Digest',
    'It wants both',
  ],
])('a proxy that asks for %s is told by what it asks for', async (_what, challenges, schemes, hint) => {
  for (const [status, header] of [
    [407, 'Proxy-Authenticate'],
    [401, 'WWW-Authenticate'],
  ] as const) {
    const lines = challenges.map((challenge) => `${header}: ${challenge}\r\n`).join('');
    const proxy = await loopback.proxy((socket) => void socket.end(`HTTP/1.1 ${status} No\r\n${lines}\r\n`));
    const error = await refusal(provision(loopback.options({ port: 1 }, { proxy: proxy.url })));
    expect(error).toMatchObject({ code: 'proxy-failed', statusCode: status, hint: expect.stringContaining(hint) });
    expect(error['message']).toMatch(new RegExp(`asks for ${schemes}$`));
  }
});

test.concurrent.each([403, 502, 511])('a proxy that answers %i is told by what it asks for, too', async (status) => {
  const proxy = await loopback.proxy(
    (socket) => void socket.end(`HTTP/1.1 ${status} No\r\nProxy-Authenticate: NTLM\r\n\r\n`),
  );
  expect(await refusal(provision(loopback.options({ port: 1 }, { proxy: proxy.url })))).toMatchObject({
    code: 'proxy-failed',
    message: `the proxy answered ${status} and asks for NTLM`,
    retryable: status > 499,
  });
});

test.concurrent('a scheme that nobody knows is not repeated: it may be our own password', async () => {
  const proxy = await loopback.proxy((socket, _good) => {
    const said = /Basic (\S+)/.exec(proxy.requests.at(-1)!)![1]!;
    socket.end(`HTTP/1.1 407 No\r\nProxy-Authenticate: ${said}, Basic\r\nProxy-Authenticate: secret\r\n\r\n`);
  });
  const url = proxy.url.replace('//', '//user:secret@');
  const error = await refusal(provision(loopback.options({ port: 1 }, { proxy: url })));
  expect(error).toMatchObject({
    message: 'the proxy answered 407 and asks for Basic, another scheme',
    hint: expect.stringContaining('right?'),
  });
  expect(inspect(error)).not.toMatch(/secret|dXNlcj/);
});

test.concurrent.each([
  ['is not HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ['has a malformed status line', 'HTTP/1.1 2OO\r\n\r\n'],
  ['has a malformed header', 'HTTP/1.1 200 OK\r\nno colon\r\n\r\n'],
  ['has 101 headers', `HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(101)}\r\n`],
  ['has no end', `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(17_000)}`],
  ['has a page behind it', 'HTTP/1.1 200 OK\r\n\r\n<html>'],
])('an answer that %s is a failed proxy', async (_what, answer) => {
  const proxy = await loopback.proxy((socket) => void socket.write(answer));
  expect(await refusal(provision(loopback.options({ port: 1 }, { proxy: proxy.url })))).toMatchObject({
    code: 'proxy-failed',
    stage: 'proxy',
    retryable: false,
  });
});

test.concurrent('an answer that comes twice counts once', async () => {
  const server = await loopback.server(AT_ONCE);
  const proxy = await loopback.proxy((socket, good, tunnel) => {
    socket.write(good + good);
    tunnel();
  });
  await provision(loopback.options(server, { proxy: proxy.url }));
  expect(server.faults).toEqual([]);
});

test.concurrent('an answer that comes in two reads is put together', async () => {
  const server = await loopback.server(AT_ONCE);
  const proxy = await loopback.proxy(async (socket, good, tunnel) => {
    socket.write(good.slice(0, 20));
    for (let turns = 0; turns < 3; turns++) await new Promise(setImmediate);
    socket.write(good.slice(20));
    tunnel();
  });
  await provision(loopback.options(server, { proxy: proxy.url }));
  expect(server.faults).toEqual([]);
});

test.concurrent('a proxy that hangs up is tried again', async () => {
  const server = await loopback.server(AT_ONCE);
  const proxy = await loopback.proxy((socket) => void socket.end(), 1);
  await provision(loopback.options(server, { proxy: proxy.url, retry: { attempts: 1, baseMs: 1 } }));
  expect(proxy.requests).toHaveLength(2);
  const reset = await loopback.proxy((socket) => socket.resetAndDestroy());
  expect(await refusal(provision(loopback.options(server, { proxy: reset.url })))).toMatchObject({
    code: 'proxy-failed',
    retryable: true,
  });
});

test.concurrent.each([
  ['http://nowhere.invalid:3128', 'dns'],
  ['http://localhost:1', 'tcp'],
  ['http://nowhere.invalid', 'dns'],
  ['http://[::1]:1', 'tcp'],
])('a proxy that cannot be reached at %s is a failed connection', async (proxy, stage) => {
  const error = await refusal(provision(loopback.options({ port: 1 }, { proxy })));
  expect(error).toMatchObject({ code: 'connect-failed', stage, message: expect.stringContaining('proxy') });
});

test.concurrent('the auto transport goes on to 443 where the proxy refuses 8883', async () => {
  const asked: string[] = [];
  const proxy = await loopback.proxy((socket) => {
    asked.push(proxy.requests.at(-1)!.split(' ')[1]!);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await refusal(
    provision(loopback.options({ port: 1 }, { endpoint: 'dps.test', transport: 'auto', proxy: proxy.url })),
  );
  expect(asked).toEqual(['dps.test:8883', 'dps.test:443']);
});

test.concurrent('an abort during the dial ends the tunnel', async () => {
  const controller = new AbortController();
  const proxy = await loopback.proxy(() => controller.abort('enough'));
  await expect(provision(loopback.options({ port: 1 }, { proxy: proxy.url, signal: controller.signal }))).rejects.toBe(
    'enough',
  );
});
