import { connectHub, type HubDevice, symmetricKey, type Transport, tcpTransport } from '@mote/client';
import { beforeAll, describe, expect, test } from 'vitest';
import { pem } from '../attestation/made.ts';
import { LoopbackServer } from '../mqtt/server.ts';
import { KEY } from './at-emulator.ts';

// What a hub would answer by closing the link is refused here, with the limit and the option, before a byte is sent.

/** What lean says of an option that is not as it has to be. */
const NO_WORDS = /: (wrong|missing)( name)?( \(\w+\))?$/;
/** As a certificate request begins. */
const LARGE_REQUEST = Buffer.concat([Buffer.from('30821838308218000201003000', 'hex'), Buffer.alloc(6200)]);

let dials = 0;
const counted: Transport = {
  name: 'counted',
  dial: () => {
    dials++;
    throw new Error('dialled');
  },
};
const good = { hostName: 'hub.example.net', deviceId: 'dev', attestation: symmetricKey(KEY), transport: counted };
const string = `HostName=hub.example.net;DeviceId=dev;SharedAccessKey=${KEY}`;
const byString = { hostName: undefined, deviceId: undefined, attestation: undefined };

describe('connectHub refuses, and dials nothing', () => {
  test.each<[option: string, options: object]>([
    ['options', undefined as never],
    ['hostName', { hostName: undefined }],
    ['hostName', { hostName: '' }],
    ['hostName', { hostName: 'a b' }],
    ['hostName', { hostName: 'https://hub.example.net' }],
    ['hostName', { hostName: 7 }],
    ['deviceId', { deviceId: undefined }],
    ['deviceId', { deviceId: '' }],
    ['deviceId', { deviceId: 'a+b' }],
    ['deviceId', { deviceId: 'a#' }],
    ['deviceId', { deviceId: 'a/b' }],
    ['deviceId', { deviceId: 'x'.repeat(129) }],
    ['moduleId', { moduleId: 'm+' }],
    ['moduleId', { moduleId: '' }],
    ['attestation', { attestation: undefined }],
    ['attestation', { attestation: KEY }],
    ['attestation', { attestation: {} }],
    ['endpoint', { endpoint: 'http://x' }],
    ['endpoint', { endpoint: 'x:70000' }],
    ['apiVersion', { apiVersion: 'latest' }],
    ['modelId', { modelId: 'com:example' }],
    ['clientVersion', { clientVersion: 'a\nb' }],
    ['tokenSeconds', { tokenSeconds: 1 }],
    ['tokenSeconds', { tokenSeconds: Number.NaN }],
    ['keepAlive', { keepAlive: 1178 }],
    ['keepAlive', { keepAlive: 1.5 }],
    ['transport', { transport: 'tcp' }],
    ['transport', { transport: 'smoke' }],
    ['port', { port: 8883 }],
    ['host', { host: 'x' }],
    ['path', { path: '/' }],
    ['clientId', { clientId: 'x' }],
    ['credentials', { credentials: {} }],
    ['deviceID: no such option; is deviceId meant?', { deviceID: 'x' }],
    ['cleanSession', { cleanSession: 1 }],
    ['queue.maxMessages', { queue: { maxMessages: -1 } }],
    ['retry.baseMs', { retry: { baseMs: 'x' } }],
    ['store', { store: {} }],
    ['tls.rejectUnauthorized', { tls: { rejectUnauthorized: false } }],
    ['tls.ca', { tls: { ca: 'none' } }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['signal', { signal: {} }],
    ['onState', { onState: 1 }],
    ['body', { will: { body: () => {} } }],
    ['will.topicName', { will: { topicName: 'a', body: 'x' } }],
    ['will.qos', { will: { body: 'x', qos: 2 } }],
    ['will.body', { will: {} }],
    ['will', { will: 'x' }],
    ['connectionString', { ...byString, connectionString: 'HostName=x' }],
    ['connectionString', { ...byString, connectionString: 7 }],
    ['deviceId', { ...byString, connectionString: string.replace('dev;', 'a+b;') }],
    ['deviceId', { ...byString, deviceId: 'other', connectionString: string }],
    ['attestation', { ...byString, connectionString: 'HostName=hub.example.net;DeviceId=dev;x509=true' }],
    ['key', { ...byString, connectionString: `${string}!` }],
  ])('%s: %j', async (option, options) => {
    dials = 0;
    const error = await connectHub((options && { ...good, ...options }) as never).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'HubError', code: 'invalid-options', stage: 'options', retryable: false });
    expect((error as Error).message.startsWith(option), (error as Error).message).toBe(true);
    expect((error as Error).message).not.toMatch(NO_WORDS);
    // Nothing of a secret in it.
    expect(JSON.stringify([(error as Error).message, error])).not.toContain(KEY.slice(0, 20));
    expect(dials).toBe(0);
  });

  test.each(['mqttV5', 'MQTTV5', '', 'classic2'])('unsupported-profile: %j', async (connectionProfile) => {
    dials = 0;
    await expect(connectHub({ ...good, connectionProfile })).rejects.toMatchObject({
      name: 'HubError',
      code: 'unsupported-profile',
    });
    expect(dials).toBe(0);
  });

  test.each([undefined, null, 'classic'])('but dials a hub of profile %j', async (connectionProfile) => {
    const controller = new AbortController();
    const transport: Transport = {
      name: 'counted',
      dial: () => {
        controller.abort('dialled');
        throw new Error('dialled');
      },
    };
    await expect(connectHub({ ...good, transport, connectionProfile, signal: controller.signal })).rejects.toBe(
      'dialled',
    );
  });
});

describe('a device refuses, and sends nothing', () => {
  let server: LoopbackServer;
  let device: HubDevice;
  beforeAll(async () => {
    server = await LoopbackServer.listen();
    device = await connectHub({ ...good, transport: tcpTransport, endpoint: `127.0.0.1:${server.port}` });
    return async () => {
      await device.close({ drainMs: 0 });
      await server[Symbol.asyncDispose]();
    };
  });

  const loop: Record<string, unknown> = {};
  loop['loop'] = loop;
  const deep = (levels: number): Record<string, unknown> => (levels > 1 ? { a: deep(levels - 1) } : {});
  const large = 'too-large';
  const invalid = 'invalid-options';

  test.each<[code: string, option: string, call: (device: HubDevice) => unknown, fields?: object]>([
    [large, 'body', (one) => one.send('x'.repeat(262_145)), { limit: 262_144, size: 262_145 }],
    [large, 'body', (one) => one.send(new Uint8Array(262_144), { properties: { a: '1' } }), { limit: 262_144 }],
    [large, 'properties', (one) => one.send('', { properties: { a: 'x'.repeat(65_536) } }), { limit: 65_535 }],
    [invalid, 'body', (one) => one.send(undefined)],
    [invalid, 'body', (one) => one.send(() => {})],
    [invalid, 'body', (one) => one.send(loop)],
    [invalid, 'body', (one) => one.send(1n)],
    [invalid, 'body', (one) => one.send(new Map())],
    [invalid, 'body', (one) => one.send('\ud800')],
    [invalid, 'qos', (one) => one.send('x', { qos: 2 as never })],
    [invalid, 'qos', (one) => one.send('x', { qos: -1 as never })],
    [invalid, 'properties.$.mid', (one) => one.send('x', { properties: { '$.mid': '1' } })],
    [invalid, 'properties.iothub-ack', (one) => one.send('x', { properties: { 'iothub-ack': '1' } })],
    [invalid, 'properties.', (one) => one.send('x', { properties: { '': '1' } })],
    [invalid, 'properties.n', (one) => one.send('x', { properties: { n: 1 as never } })],
    [invalid, 'properties', (one) => one.send('x', { properties: 'a' as never })],
    [invalid, 'messageId', (one) => one.send('x', { messageId: '' })],
    [invalid, 'messageId', (one) => one.send('x', { messageId: 'x'.repeat(129) })],
    [invalid, 'messageId', (one) => one.send('x', { messageId: 'a b' })],
    [invalid, 'correlationId', (one) => one.send('x', { correlationId: 7 as never })],
    [invalid, 'contentType', (one) => one.send('x', { contentType: '\ud800' })],
    [invalid, 'contentEncoding', (one) => one.send('x', { contentEncoding: {} as never })],
    [invalid, 'creationTime', (one) => one.send('x', { creationTime: 'yesterday' })],
    [invalid, 'creationTime', (one) => one.send('x', { creationTime: new Date(Number.NaN) })],
    [invalid, 'component', (one) => one.send('x', { component: null as never })],
    [invalid, 'retain', (one) => one.send('x', { retain: 'yes' as never })],
    [invalid, 'timeoutMs', (one) => one.send('x', { timeoutMs: -1 })],
    [invalid, 'signal', (one) => one.send('x', { signal: {} as never })],
    [invalid, 'messageID: no such option; is messageId meant?', (one) => one.send('x', { messageID: 'x' } as never)],
    [invalid, 'maxBytes', (one) => one.batch({ maxBytes: 1 })],
    [invalid, 'maxDelayMs', (one) => one.batch({ maxDelayMs: -1 })],
    [invalid, 'value', (one) => one.batch().send(undefined)],
    [large, 'body', (one) => one.batch().send('x'.repeat(262_144))],
    [invalid, 'signal', (one) => one.messages({ signal: 1 as never })],
    [invalid, 'name', (one) => one.onMethod('', () => {})],
    [invalid, 'handler', (one) => one.onMethod('m', {} as never)],
    [invalid, 'timeoutMs', (one) => one.twin.get({ timeoutMs: 0 })],
    [invalid, 'signal', (one) => one.twin.get({ signal: {} as never })],
    [invalid, 'patch', (one) => one.twin.report([] as never)],
    [invalid, 'patch', (one) => one.twin.report('x' as never)],
    [invalid, 'patch', (one) => one.twin.report(null as never)],
    [invalid, 'patch', (one) => one.twin.report(loop)],
    [invalid, 'patch.a b', (one) => one.twin.report({ 'a b': 1 })],
    [invalid, 'patch.x.a.b', (one) => one.twin.report({ x: { 'a.b': 1 } })],
    [invalid, 'patch.$version', (one) => one.twin.report({ $version: 1 })],
    [invalid, 'patch.a', (one) => one.twin.report({ a: 4_503_599_627_370_496 })],
    [invalid, 'patch.a', (one) => one.twin.report({ a: -4_503_599_627_370_497 })],
    [large, 'patch.a', (one) => one.twin.report({ a: 'x'.repeat(4097) }), { limit: 4096, size: 4097 }],
    [large, 'patch.', (one) => one.twin.report({ ['x'.repeat(1025)]: 1 }), { limit: 1024 }],
    [large, 'patch', (one) => one.twin.report(deep(11)), { limit: 10, size: 11 }],
    [
      large,
      'patch',
      (one) => one.twin.report(Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`k${n}`, 'x'.repeat(4000)]))),
      { limit: 32_768 },
    ],
    [invalid, 'drainMs', (one) => one.close({ drainMs: -1 })],
    [invalid, 'csr', (one) => one.renewCertificate({} as never)],
    [invalid, 'csr', (one) => one.renewCertificate(pem('PRIVATE KEY', Buffer.alloc(6)))],
    [invalid, 'csr', (one) => one.renewCertificate(`MI${'A'.repeat(800)}`)],
    [invalid, 'csr', (one) => one.renewCertificate(LARGE_REQUEST.subarray(8))],
    [large, 'csr', (one) => one.renewCertificate(LARGE_REQUEST), { limit: 8192 }],
    [large, 'csr', (one) => one.renewCertificate(LARGE_REQUEST.toString('base64')), { limit: 8192 }],
  ])('%s %s', async (code, option, call, fields = {}) => {
    const before = server.received.length;
    const error = await (async () => call(device))().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'HubError', code, ...fields });
    expect((error as Error).message.startsWith(option), (error as Error).message).toBe(true);
    expect((error as Error).message).not.toMatch(NO_WORDS);
    expect(device.state.type).toBe('online');
    expect(server.received.slice(before)).toEqual([]);
  });

  test('and takes what is exactly at the limit', async () => {
    await device.send(new Uint8Array(262_144));
    await device.send('', { messageId: 'x'.repeat(128) });
    const asked = device.twin.report({ ...deep(10), b: 'x'.repeat(4096), c: 4_503_599_627_370_495 }, { timeoutMs: 20 });
    await expect(asked).rejects.toMatchObject({ code: 'timed-out' });
  });
});
