import { once } from 'node:events';
import { type AddressInfo, createServer, isIPv6 } from 'node:net';
import {
  type DialTarget,
  groupKey,
  type ProgressEvent,
  type ProvisionOptions,
  provision,
  sasSigner,
  symmetricKey,
} from '@mote/client';
import { expect, test } from 'vitest';
import { parseProxy } from '../../packages/client/src/transport/proxy.ts';
import { pem, signingRequest } from './attestation/made.ts';
import { MemoryServer } from './hostile/in-memory.ts';
import { refusal } from './loopback.ts';
import { Machine } from './machine.ts';
import { WEAK_TLS } from './weak-tls.ts';

const good = {
  idScope: '0ne00ABCDEF',
  registrationId: 'device',
  attestation: symmetricKey(Buffer.alloc(32, 7).toString('base64')),
};

const REFUSED = { name: 'ProvisioningError', code: 'invalid-options', stage: 'options', retryable: false };

test.each<[string, object]>([
  ['an unknown option', { transports: 'tls' }],
  ['no id scope', { idScope: undefined }],
  ['an id scope that is a number', { idScope: 7 }],
  ['an id scope that breaks out of its topic', { idScope: 'a/b' }],
  ['an id scope with a line feed', { idScope: '0ne00ABCDEF\n' }],
  ['no registration id', { registrationId: undefined }],
  ['a registration id with a slash', { registrationId: 'a/b' }],
  ['a registration id with NUL', { registrationId: 'a\u0000' }],
  ['no attestation', { attestation: undefined }],
  ['an attestation of another kind', { attestation: { key: 'x' } }],
  ['a key that is none', { attestation: symmetricKey('not base64!') }],
  [
    'a secondary key that is none',
    { attestation: symmetricKey(Buffer.alloc(32).toString('base64'), { secondaryKey: 'x' }) },
  ],
  ['a group key that is none', { attestation: groupKey('') }],
  ['a signer that is none', { attestation: sasSigner('key' as never) }],
  ['an endpoint with a path', { endpoint: 'host/path' }],
  ['an endpoint with CR LF', { endpoint: 'host\r\nX: y' }],
  ['an endpoint without host', { endpoint: ':8883' }],
  ['an empty endpoint', { endpoint: '' }],
  ['port 0', { endpoint: 'host:0' }],
  ['port 65536', { endpoint: 'host:65536' }],
  ['two ports behind an address', { endpoint: '10.0.0.1:8883:443' }],
  ['two ports behind an address of digits', { endpoint: '1.1.1.1:1:1' }],
  ['two ports behind a name of hex digits', { endpoint: 'cafe.beef:8883:443' }],
  ['two ports behind a name', { endpoint: 'host:8883:443' }],
  ['two ports of a proxy', { proxy: 'http://10.0.0.1:3128:80' }],
  ['a transport of another name', { transport: 'udp' }],
  ['a transport that cannot dial', { transport: {} }],
  ['an empty transport', { transport: null }],
  ['a proxy that is no URL', { proxy: 'proxy:3128 ' }],
  ['a proxy over TLS', { proxy: 'https://proxy:3128' }],
  ['a proxy that is a number', { proxy: 8080 }],
  ['an empty proxy', { proxy: '' }],
  ['a Windows domain in the proxy, with a backslash', { proxy: 'http://CORP\\user:secret@127.0.0.1:3128' }],
  ['a proxy with backslashes for slashes', { proxy: 'http:\\\\proxy:3128' }],
  ['a proxy with a path', { proxy: 'http://proxy:3128/path' }],
  ['a proxy with a query', { proxy: 'http://proxy:3128?a=b' }],
  ['a proxy with a query behind a slash', { proxy: 'http://proxy:3128/?a=b' }],
  ['a proxy with a fragment', { proxy: 'http://proxy:3128#top' }],
  ['a slash in the password of the proxy', { proxy: 'http://user:a/b@proxy:3128' }],
  ['a question mark in the password of the proxy', { proxy: 'http://user:a?b@proxy:3128' }],
  ['an at sign in the password of the proxy', { proxy: 'http://user:a@b@proxy:3128' }],
  ['a tab in the proxy', { proxy: 'http://pro\txy:3128' }],
  ['a line feed in the proxy', { proxy: 'http://proxy:31\n28' }],
  ['a line feed behind the proxy', { proxy: 'http://proxy:3128\n' }],
  ['a space in front of the proxy', { proxy: ' http://proxy:3128' }],
  ['a space behind the proxy', { proxy: 'http://proxy:3128 ' }],
  ['a space in the password of the proxy', { proxy: 'http://user:a b@proxy:3128' }],
  ['a control character in the proxy', { proxy: 'http://proxy\u0000:3128' }],
  ['a password with letters beyond ASCII in the proxy', { proxy: 'http://user:pässwort@proxy:3128' }],
  ['a proxy without slashes', { proxy: 'http:proxy:3128' }],
  ['a proxy with one slash', { proxy: 'http:/proxy:3128' }],
  ['a proxy with three slashes', { proxy: 'http:///proxy:3128' }],
  ['a proxy without a scheme', { proxy: 'proxy:3128' }],
  ['a proxy without a host', { proxy: 'http://:3128' }],
  ['a proxy that is nothing but a user', { proxy: 'http://user:secret@' }],
  ['a proxy whose port is empty', { proxy: 'http://proxy:' }],
  ['port 0 of a proxy', { proxy: 'http://proxy:0' }],
  ['port 65536 of a proxy', { proxy: 'http://proxy:65536' }],
  ['a port of a proxy in words', { proxy: 'http://proxy:http' }],
  ['a proxy host with an escape', { proxy: 'http://prox%79:3128' }],
  ['a proxy in full-width letters', { proxy: 'http://ｐｒｏｘｙ:3128' }],
  ['an unclosed IPv6 address as proxy', { proxy: 'http://[::1:3128' }],
  ['a SOCKS proxy', { proxy: 'socks://proxy:1080' }],
  ['a SOCKS5 proxy', { proxy: 'socks5h://proxy:1080' }],
  ['proxy credentials with a line feed', { proxy: 'http://u%0a:p@proxy:3128' }],
  ['proxy credentials that are not percent-encoded', { proxy: 'http://u:%zz@proxy:3128' }],
  ['a payload that is an array', { payload: [] }],
  ['a payload that is null', { payload: null }],
  ['a payload that is text', { payload: '{}' }],
  ['a payload that is a date', { payload: new Date(0) }],
  ['a payload that is a map', { payload: new Map([['a', 1]]) }],
  ['a payload that is a set', { payload: new Set([1]) }],
  ['a payload that is bytes', { payload: new Uint8Array(3) }],
  ['a payload that is a promise', { payload: Promise.resolve({}) }],
  ['a payload that is an error', { payload: new Error('x') }],
  ['a payload that is a regular expression', { payload: /x/ }],
  ['a payload that is a function', { payload: () => ({}) }],
  ['a payload that is boxed text', { payload: Object('text') }],
  ['a payload that turns into text', { payload: { toJSON: () => 'text' } }],
  ['a payload that turns into a list', { payload: { toJSON: () => [] } }],
  ['a payload that turns into nothing', { payload: { toJSON: () => undefined } }],
  ['a payload with a large integer', { payload: { n: 1n } }],
  ['a payload with a cycle', { payload: cycle() }],
  ['a payload of more than 96 KB', { payload: { text: 'x'.repeat(97 * 1024) } }],
  ['a CSR that is none', { csr: 'x' }],
  ['a CSR with an api-version before it', { csr: signingRequest(), apiVersion: '2021-06-01' }],
  ['an api-version that is no date', { apiVersion: 'latest' }],
  ['a client version with a line feed', { clientVersion: 'a\n' }],
  ['half a second of keep-alive', { keepAlive: 0.5 }],
  ['more keep-alive than the service allows', { keepAlive: 1178 }],
  ['a negative keep-alive', { keepAlive: -1 }],
  ['a keep-alive in text', { keepAlive: '30' }],
  ['no time', { timeoutMs: 0 }],
  ['a negative timeout', { timeoutMs: -1 }],
  ['a timeout that is no number', { timeoutMs: Number.NaN }],
  ['a timeout without end', { timeoutMs: Number.POSITIVE_INFINITY }],
  ['a retry option of another name', { retry: { forever: true } }],
  ['a negative number of retries', { retry: { attempts: -1 } }],
  ['retries that are no number', { retry: { attempts: 'many' } }],
  ['retries without end', { retry: { attempts: Number.POSITIVE_INFINITY } }],
  ['more retries than a thousand', { retry: { attempts: 1001 } }],
  ['half a retry', { retry: { attempts: 0.5 } }],
  ['a back-off that is no number', { retry: { baseMs: Number.NaN } }],
  ['an observer that is no function', { onProgress: true }],
  ['a signal that is none', { signal: 'now' }],
  ...WEAK_TLS,
])('%s is refused before anything is dialled', async (_what, options) => {
  const progress: string[] = [];
  const onProgress = ({ message }: ProgressEvent): void => void progress.push(message);
  const all = { endpoint: '127.0.0.1:1', ...good, onProgress, ...options } as ProvisionOptions;
  expect(await refusal(provision(all))).toMatchObject(REFUSED);
  expect(progress).toEqual([]);
});

test.each([
  'HIGH',
  'DEFAULT',
  'ALL',
  'ALL:!aNULL:!eNULL',
  'HIGH:-ADH',
  'ECDHE+AESGCM',
  'SHA256',
  'DEFAULT@SECLEVEL=2',
  'HIGH:@STRENGTH',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
])('of %s no cipher is left that has no encryption or no certificate', async (ciphers) => {
  const offered: string[] = [];
  const server = createServer((socket) =>
    socket.once('data', (hello) => {
      offered.push(...suites(hello));
      socket.destroy();
    }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  await refusal(provision({ endpoint, ...good, tls: { ciphers, maxVersion: 'TLSv1.2' }, retry: { attempts: 0 } }));
  server.close();
  if (ciphers !== 'TLS_AES_128_GCM_SHA256') expect(offered.length).toBeGreaterThan(0);
  // Numbers of the registry of IANA: TLS_NULL_*, *_WITH_NULL_*, DH_anon and ECDH_anon.
  for (const weak of [
    '0000',
    '0001',
    '0002',
    '003b',
    '0018',
    '001b',
    '0034',
    '003a',
    '006c',
    '006d',
    '00a6',
    '00a7',
    'c001',
    'c006',
    'c00b',
    'c010',
    'c015',
    'c016',
    'c017',
    'c018',
    'c019',
  ])
    expect(offered).not.toContain(weak);
});

/** Cipher suites of a ClientHello, in hex. */
function suites(hello: Buffer): string[] {
  // Record and handshake headers, version and random are 43 bytes; then come the session id and the list.
  const at = 44 + hello[43]!;
  const list = hello.subarray(at + 2, at + 2 + hello.readUInt16BE(at));
  return list.toString('hex').match(/.{4}/g) ?? [];
}

test('what an option was refused for is said without its value, and how to write it right', async () => {
  for (const [proxy, words] of [
    ['http://CORP\\user:secret@proxy:3128', '%5C'],
    ['https://user:secret@proxy:3128', 'https'],
    ['socks5://user:secret@proxy:1080', 'socks5'],
    ['http://user:sec/ret@proxy:3128', 'percent-encoded'],
  ] as const) {
    const { message } = await refusal(provision({ ...good, proxy }));
    expect(message).toContain(words);
    expect(message).not.toMatch(/secret|sec\/ret/);
  }
});

test.each([
  ['http://proxy', { host: 'proxy', port: 80 }],
  ['http://proxy/', { host: 'proxy', port: 80 }],
  ['HTTP://Proxy.Example:3128', { host: 'Proxy.Example', port: 3128 }],
  ['http://[::1]:3128', { host: '::1', port: 3128 }],
  ['http://127.0.0.1:3128/', { host: '127.0.0.1', port: 3128 }],
  ['http://proxy.example.:3128', { host: 'proxy.example.', port: 3128 }],
  ['http://CORP%5Cuser:p%40ss%3a@proxy:1', { authorization: basic('CORP\\user:p@ss:') }],
  ['http://user@proxy:1', { authorization: basic('user:') }],
  ['http://user:a:b@proxy:1', { authorization: basic('user:a:b') }],
])('%s is a proxy', (url, expected) => {
  expect(parseProxy(url)).toMatchObject(expected);
});

function basic(user: string): string {
  return `Proxy-Authorization: Basic ${Buffer.from(user).toString('base64')}\r\n`;
}

test('no options make a flood: a device that is refused at once dials a few times a second at most', () => {
  for (const retry of [
    { attempts: 1000, baseMs: 0 },
    { attempts: 1000, baseMs: 0, capMs: 0 },
    { attempts: 1000, capMs: 0 },
  ]) {
    const machine = new Machine({ retry, timeoutMs: 60_000 }).start();
    while (machine.outcome === undefined && machine.now < 59_000) machine.lost().next();
    expect(machine.dials).toBeLessThan(75);
  }
});

test('the payload that was checked is the payload that is sent', async () => {
  let reads = 0;
  const payload = { toJSON: () => (++reads < 2 ? { model: 'a' } : 'text') };
  const bodies: string[] = [];
  const transport = new MemoryServer({
    step: 'register',
    reached: (peer) =>
      bodies.push(...peer.wire.packets.map((packet) => String((packet as { payload?: Buffer }).payload))),
    answer: () => ({ status: 403, body: {} }),
  });
  await refusal(provision({ ...good, payload: payload as never, transport }));
  expect(bodies.join()).toContain('"payload":{"model":"a"}');
});

test('cipher names that Node does not know are refused by the first dial', async () => {
  const tls = { ciphers: 'NONE-OF-THESE' };
  expect(await refusal(provision({ endpoint: '127.0.0.1:1', ...good, tls, timeoutMs: 1000 }))).toMatchObject(REFUSED);
});

test("a transport of one's own may know other proxies than those of HTTP", async () => {
  const asked: unknown[] = [];
  const transport = {
    name: 'socks',
    dial({ proxy }: DialTarget) {
      asked.push(proxy);
      return { send() {}, close() {} };
    },
  };
  await refusal(provision({ ...good, transport, proxy: 'socks5://proxy:1080', timeoutMs: 5 }));
  expect(asked).toEqual(['socks5://proxy:1080']);
});

test.each([undefined, null, 7, 'options'])('%j is no set of options', async (options) => {
  expect(await refusal(provision(options as never))).toMatchObject({ code: 'invalid-options' });
});

function cycle(): object {
  const object: Record<string, unknown> = {};
  object['self'] = object;
  return object;
}

test.each([
  ...['dps.example', 'dps.example:8883', '10.0.0.1:1', '[::1]:8883', '::1', '[::1]', 'fe80::1', '::ffff:10.0.0.1'],
  ...['2001:db8::', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7::', '2001:DB8:0:0:0:0:10.0.0.1'],
])('%s is an endpoint', async (endpoint) => {
  const asked: unknown[] = [];
  const transport = {
    name: 'mute',
    dial: (target: object) => {
      asked.push(target);
      return { send() {}, close() {} };
    },
  };
  await refusal(provision({ ...good, endpoint, transport, timeoutMs: 5 }));
  expect(asked).toMatchObject([
    { host: isIPv6(endpoint) ? endpoint : endpoint.includes('::1') ? '::1' : endpoint.split(':')[0] },
  ]);
});

const REQUEST = signingRequest();
const LINE = REQUEST.toString('base64');

test.each([
  ['base64', LINE],
  ['PEM', pem('CERTIFICATE REQUEST', REQUEST).replaceAll('\n', '\r\n')],
  ['DER', REQUEST],
])('a CSR as %s is sent as one line, with the api-version that knows it', async (_form, csr) => {
  const sent: Uint8Array[] = [];
  let events: { connected(): void; data(bytes: Uint8Array): void } | undefined;
  const answers = ['20020000', '9003000101'];
  const transport = {
    name: 'recorder',
    dial: (_target: unknown, callbacks: never) => {
      events = callbacks;
      queueMicrotask(() => events?.connected());
      return {
        send(bytes: Uint8Array) {
          sent.push(Uint8Array.from(bytes));
          const answer = answers.shift();
          if (answer !== undefined) queueMicrotask(() => events?.data(Buffer.from(answer, 'hex')));
        },
        close() {},
      };
    },
  };
  await refusal(provision({ ...good, csr, transport, timeoutMs: 30 }));
  const text = Buffer.concat(sent).toString('latin1');
  expect(text).toContain(`"csr":"${LINE}"`);
  expect(text).toContain('api-version=2025-07-01-preview');
});
