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
import { pem, signingRequest } from './attestation/made.ts';
import { refusal } from './loopback.ts';

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
  ['a transport of another name', { transport: 'udp' }],
  ['a transport that cannot dial', { transport: {} }],
  ['an empty transport', { transport: null }],
  ['a proxy that is no URL', { proxy: 'proxy:3128 ' }],
  ['a proxy over TLS', { proxy: 'https://proxy:3128' }],
  ['a proxy that is a number', { proxy: 8080 }],
  ['an empty proxy', { proxy: '' }],
  ['proxy credentials with a line feed', { proxy: 'http://u%0a:p@proxy:3128' }],
  ['proxy credentials that are not percent-encoded', { proxy: 'http://u:%zz@proxy:3128' }],
  ['a payload that is an array', { payload: [] }],
  ['a payload that is null', { payload: null }],
  ['a payload that is text', { payload: '{}' }],
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
  ['an observer that is no function', { onProgress: true }],
  ['a signal that is none', { signal: 'now' }],
  ['TLS without verification', { tls: { rejectUnauthorized: false } }],
  ['TLS with a check of its own', { tls: { checkServerIdentity: () => undefined } }],
  ['TLS 1.1 as the least', { tls: { minVersion: 'TLSv1.1' } }],
  ['TLS 1.1 as the most', { tls: { maxVersion: 'TLSv1.1' } }],
  ['a TLS method', { tls: { secureProtocol: 'TLSv1_method' } }],
  ['a client certificate among the TLS options', { tls: { cert: 'x', key: 'y' } }],
])('%s is refused before anything is dialled', async (_what, options) => {
  const progress: string[] = [];
  const onProgress = ({ message }: ProgressEvent): void => void progress.push(message);
  const all = { endpoint: '127.0.0.1:1', ...good, onProgress, ...options } as ProvisionOptions;
  expect(await refusal(provision(all))).toMatchObject(REFUSED);
  expect(progress).toEqual([]);
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

test.each(['dps.example', 'dps.example:8883', '10.0.0.1:1', '[::1]:8883', '::1', '[::1]'])(
  '%s is an endpoint',
  async (endpoint) => {
    const asked: unknown[] = [];
    const transport = {
      name: 'mute',
      dial: (target: object) => {
        asked.push(target);
        return { send() {}, close() {} };
      },
    };
    await refusal(provision({ ...good, endpoint, transport, timeoutMs: 5 }));
    expect(asked).toMatchObject([{ host: endpoint.includes('::1') ? '::1' : endpoint.split(':')[0] }]);
  },
);

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
