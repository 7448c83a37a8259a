import { connectHub, type HubError, type HubErrorCode, symmetricKey } from '@mote/client';
import { explainHub, type HubFailure, inFlags } from '@mote/client/explain';
import { describe, expect, test } from 'vitest';
import { atHub, emulator } from './at-emulator.ts';

const FAILURES: Readonly<
  Record<Exclude<HubErrorCode, 'invalid-options' | 'registration-failed' | 'registration-disabled'>, HubFailure>
> = {
  'connect-failed': {
    code: 'connect-failed',
    stage: 'tcp',
    cause: Object.assign(new Error('of Node'), { code: 'ECONNREFUSED' }),
  },
  'proxy-failed': { code: 'proxy-failed', stage: 'proxy', statusCode: 407, cause: new Error('the proxy answered') },
  'tls-failed': {
    code: 'tls-failed',
    stage: 'tls',
    cause: Object.assign(new Error('of OpenSSL'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' }),
  },
  'client-certificate-rejected': {
    code: 'client-certificate-rejected',
    stage: 'tls',
    cause: new Error('alert unknown ca'),
  },
  'websocket-failed': {
    code: 'websocket-failed',
    stage: 'upgrade',
    statusCode: 404,
    cause: new Error('the upgrade was answered'),
  },
  'connection-refused': { code: 'connection-refused', stage: 'connect', returnCode: 5 },
  'connection-lost': { code: 'connection-lost', stage: 'online', reason: 'no-pingresp' },
  'protocol-violation': { code: 'protocol-violation', stage: 'twin', reason: 'no-json', statusCode: 200 },
  'subscribe-refused': { code: 'subscribe-refused', stage: 'subscribe', returnCode: 0x80 },
  'timed-out': { code: 'timed-out', stage: 'twin' },
  'queue-full': { code: 'queue-full', stage: 'publish' },
  expired: { code: 'expired', stage: 'publish' },
  'session-lost': { code: 'session-lost', stage: 'connect' },
  closed: { code: 'closed', stage: 'publish' },
  'too-large': { code: 'too-large', stage: 'options', message: 'body: 300000 bytes; at most 262144', limit: 262144 },
  throttled: { code: 'throttled', stage: 'twin', statusCode: 429 },
  'taken-over': { code: 'taken-over', stage: 'online' },
  'unsupported-profile': { code: 'unsupported-profile', stage: 'provision', reason: 'mqtt5' },
  unauthorized: { code: 'unauthorized', stage: 'twin', statusCode: 401, errorCode: 401002 },
  'not-found': { code: 'not-found', stage: 'twin', statusCode: 404 },
  'bad-request': { code: 'bad-request', stage: 'twin', statusCode: 400 },
  'service-error': { code: 'service-error', stage: 'twin', statusCode: 503 },
};

/** What a hint may name: options of `connectHub` and `openDevice`, and calls of a device. */
const DEVICE_HINTED = [
  'attestation',
  'deviceId',
  'hostName',
  'endpoint',
  'tls',
  'proxy',
  'transport',
  'timeoutMs',
  'queue',
  'expiresAfterMs',
  'path',
  'trackingId',
  'device',
];

describe('words of a HubError', () => {
  test.each(Object.values(FAILURES))('$code: a sentence, and options of a device alone', (failure) => {
    const { message, hint = '' } = explainHub(failure, { host: 'hub.example' });
    expect(message.startsWith(failure.code)).toBe(false);
    expect(`${message} ${hint}`).not.toMatch(/undefined|\[object|NaN/);
    const named = [...hint.matchAll(/`(\w+)[^`]*`/g)].map(([, name]) => name!);
    for (const name of named) expect(DEVICE_HINTED).toContain(name);
  });

  test.each(Object.values(FAILURES))('$code: in the command the hint names flags, no options', (failure) => {
    const { hint = '' } = inFlags(explainHub(failure, { host: 'hub.example' }));
    const named = [...hint.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
    // Of these the command has no flag: it waits while its queue is full, its messages do not expire, and a hub has one path.
    const others = ['queue', 'expiresAfterMs', 'path', 'trackingId', 'a JSON array in one line'];
    expect(named.filter((name) => !name.startsWith('--') && !others.includes(name))).toEqual([]);
  });

  test.each(['hostName', 'deviceId', 'attestation', 'connectionString'])(
    'a wrong %s begins with its flag',
    (option) => {
      expect(inFlags({ message: `${option}: wrong` }).message).toMatch(/^--[a-z-]+: wrong$/);
    },
  );

  test('numbers of the hub are in the sentence', () => {
    expect(explainHub(FAILURES.unauthorized).message).toContain('(401002)');
    expect(explainHub(FAILURES.throttled).message).toContain('(429)');
  });

  test('a key of another device: the error of connectHub says what to look at', async () => {
    const azure = await emulator();
    const device = await atHub(azure);
    await device.close();
    const attempt = connectHub({
      hostName: 'hub-1.example.net',
      deviceId: 'dev',
      attestation: symmetricKey(Buffer.alloc(32, 9).toString('base64')),
      endpoint: `localhost:${azure.port}`,
      tls: { ca: azure.ca },
      timeoutMs: 3000,
    });
    const error = (await attempt.catch((reason: unknown) => reason)) as HubError;
    expect(error).toMatchObject({ code: 'connection-refused', returnCode: 5 });
    expect(error.message).toBe('hub-1.example.net: refused: this client is not authorized (5)');
    expect(error.hint).toContain('`attestation`');
    expect(error.stack).toContain(error.message);
  });
});
