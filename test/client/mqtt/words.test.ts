import { createServer } from 'node:net';
import {
  type ConnectOptions,
  connect,
  connectHub,
  type HubOptions,
  type MqttError,
  type MqttErrorCode,
  symmetricKey,
} from '@mote/client';
import { explainMqtt, inFlags, MQTT_FLAGS, type MqttFailure } from '@mote/client/explain';
import { connect as leanConnect, tcpTransport } from '@mote/client/lean';
import { afterEach, describe, expect, test } from 'vitest';
import { MQTT_FLAGS as FLAGS_OF_MOTE } from '../../../packages/cli/src/mqtt/flags.ts';
import { LoopbackServer } from './server.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const node = (code: string): Error => Object.assign(new Error(`${code} of Node`), { code });
const FAILURES: readonly MqttFailure[] = [
  { code: 'connect-failed', stage: 'dns', cause: { kind: 'dns', cause: node('ENOTFOUND') } },
  { code: 'connect-failed', stage: 'tcp', cause: { kind: 'tcp', cause: node('ECONNREFUSED') } },
  { code: 'connect-failed', stage: 'tcp', cause: node('ETIMEDOUT') },
  { code: 'tls-failed', stage: 'tls', cause: { kind: 'tls', cause: node('SELF_SIGNED_CERT_IN_CHAIN') } },
  { code: 'tls-failed', stage: 'tls', cause: node('ERR_SSL_WRONG_VERSION_NUMBER') },
  { code: 'tls-failed', stage: 'tls', cause: node('ERR_TLS_CERT_ALTNAME_INVALID') },
  { code: 'client-certificate-rejected', stage: 'tls', cause: node('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA') },
  { code: 'proxy-failed', stage: 'proxy', statusCode: 407, cause: new Error('the proxy answered') },
  { code: 'proxy-failed', stage: 'proxy', cause: new Error('the proxy closed the connection') },
  { code: 'websocket-failed', stage: 'upgrade', statusCode: 404, cause: new Error('the upgrade was answered') },
  ...[1, 2, 3, 4, 5].map((returnCode): MqttFailure => ({ code: 'connection-refused', stage: 'connect', returnCode })),
  { code: 'connection-lost', stage: 'online' },
  { code: 'connection-lost', stage: 'online', reason: 'no-pingresp' },
  { code: 'connection-lost', stage: 'subscribe', reason: 'no-suback' },
  { code: 'connection-lost', stage: 'connect' },
  { code: 'connection-lost', stage: 'tls', reason: 'ECONNRESET' },
  {
    code: 'protocol-violation',
    stage: 'connect',
    reason: 'malformed-packet',
    cause: { packetType: 4, message: 'bad' },
  },
  { code: 'protocol-violation', stage: 'online', reason: 'unknown-packet-id', packetId: 7 },
  { code: 'subscribe-refused', stage: 'subscribe', returnCode: 0x80 },
  { code: 'queue-full', stage: 'publish' },
  { code: 'expired', stage: 'publish' },
  { code: 'timed-out', stage: 'connect' },
  { code: 'timed-out', stage: 'publish' },
  { code: 'session-lost', stage: 'connect' },
  { code: 'session-lost', stage: 'store', reason: 'store-failed', cause: node('ENOSPC') },
  { code: 'closed', stage: 'disconnect' },
];

describe('a proxy URL or TLS option that the transport refuses is named', () => {
  test.each<[string, Partial<ConnectOptions>, string]>([
    ['another scheme', { proxy: 'ftp://p:1' }, 'proxy: http://user:password@host:port'],
    ['https', { proxy: 'https://p:1' }, 'proxy: http://user:password@host:port; another scheme is not spoken here'],
    ['a path', { proxy: 'http://p:1/x' }, 'proxy: http://user:password@host:port, other characters percent-encoded'],
    ['a backslash', { proxy: 'http://A\\b:c@p:1' }, 'a backslash in the user name is written %5C'],
    ['no scheme', { proxy: 'p:1' }, 'proxy: http://user:password@host:port'],
    ['ciphers that there are not', { tls: { ciphers: 'nonsense' } }, 'tls: ERR_SSL_NO_CIPHER_MATCH'],
    ['a certificate that is none', { tls: { cert: 'x', key: 'y' } }, 'tls.cert: PEM'],
  ])('%s', async (_what, options, message) => {
    const refused = expect.objectContaining({ code: 'invalid-options', message: expect.stringContaining(message) });
    await expect(connect({ host: 'h', clientId: 'c', ...options })).rejects.toThrow(refused);
    const attestation = symmetricKey(Buffer.alloc(32).toString('base64'));
    await expect(connectHub({ hostName: 'h', deviceId: 'c', attestation, ...options } as HubOptions)).rejects.toThrow(
      refused,
    );
  });
});

describe('words of an MqttError', () => {
  test.each(FAILURES)('$code at $stage $returnCode $reason: a sentence, and no bare code', (failure) => {
    const { message } = explainMqtt(failure, { host: 'broker.example', port: 8883, transport: 'tls' });
    expect(message).not.toBe(failure.code);
    expect(message.length).toBeGreaterThan(10);
    expect(message).not.toMatch(/undefined|\[object|NaN/);
    const dialled = ['dns', 'tcp', 'proxy', 'tls', 'upgrade', 'connect', 'online'].includes(failure.stage!);
    expect(message.startsWith('broker.example:8883: ')).toBe(dialled);
  });

  test('every code has a case here', () => {
    const codes: Readonly<Record<Exclude<MqttErrorCode, 'invalid-options'>, true>> = {
      'connect-failed': true,
      'proxy-failed': true,
      'tls-failed': true,
      'client-certificate-rejected': true,
      'websocket-failed': true,
      'connection-refused': true,
      'connection-lost': true,
      'protocol-violation': true,
      'subscribe-refused': true,
      'timed-out': true,
      'queue-full': true,
      expired: true,
      'session-lost': true,
      closed: true,
    };
    expect(new Set(FAILURES.map(({ code }) => code))).toEqual(new Set(Object.keys(codes)));
  });

  test.each([
    ['connection-lost', 1883, 'Does the server speak TLS at `--port`? Without TLS: `--transport tcp`.'],
    ['timed-out', 1883, 'Does the server speak TLS at `--port`? Without TLS: `--transport tcp`.'],
    ['connection-lost', 8883, 'Behind a firewall, try `--transport auto` or `--proxy URL`.'],
    ['timed-out', undefined, 'Behind a firewall, try `--transport auto` or `--proxy URL`.'],
  ] as const)('%s in the TLS handshake at port %s: %s', (code, port, hint) => {
    const words = explainMqtt({ code, stage: 'tls' }, { host: 'h', port, transport: 'tls' });
    expect(inFlags(words, MQTT_FLAGS).hint).toBe(hint);
  });

  test('a hint names options of connect alone, and in the command a flag that there is', () => {
    const flags = FLAGS_OF_MOTE.map(({ name }) => `--${name}`);
    const named = FAILURES.flatMap((failure) =>
      ['tls', 'websocket', 'auto', 'tcp'].flatMap((transport) => {
        const words = explainMqtt(failure, { host: 'h', port: 1883, transport, proxy: transport === 'auto' });
        const options = [...(words.hint ?? '').matchAll(/`([^`]+)`/g)].map(([, option]) => option!);
        const inHint = [...(inFlags(words, MQTT_FLAGS).hint ?? '').matchAll(/--[\w-]+/g)].map(([flag]) => flag);
        for (const flag of inHint) expect(flags).toContain(flag);
        return options;
      }),
    );
    const library = [...MQTT_FLAGS.keys(), 'queue', 'expiresAfterMs'];
    expect([...new Set(named)].filter((option) => !library.includes(option))).toEqual([]);
    expect(named.length).toBeGreaterThan(20);
  });

  test('an IPv6 address stands in brackets', () => {
    expect(explainMqtt({ code: 'timed-out', stage: 'tcp' }, { host: '::1', port: 1883 }).message).toContain(
      '[::1]:1883',
    );
  });
});

describe('connect', () => {
  const nobody = async (): Promise<number> => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    return port;
  };
  const options = (port: number) => ({ host: '127.0.0.1', port, clientId: 'device', retry: { attempts: 0 } }) as const;

  test('says where it went, what was met and which option to look at; in lean, code and reason', async () => {
    const port = await nobody();
    const causes: unknown[] = [];
    const error: MqttError = await connect({
      ...options(port),
      transport: 'tcp',
      onState: (state) => state.type === 'stopped' && causes.push(state.error),
    }).catch((e) => e);
    expect(error.message).toMatch(new RegExp(`^127\\.0\\.0\\.1:${port}: .*ECONNREFUSED`));
    expect(error.hint).toBe('Nothing listens there. Is the `port` right?');
    expect(error.stack).toContain(error.message);
    expect(causes).toEqual([error]);
    const bare: MqttError = await leanConnect({ ...options(port), transport: tcpTransport }).catch((e) => e);
    expect([bare.message, bare.hint]).toEqual(['connect-failed ECONNREFUSED', undefined]);
  });

  test('publish, subscribe and ready reject with words, too', async () => {
    const server = await LoopbackServer.listen((packet, peer) => {
      if (packet.cmd !== 'subscribe') return packet.cmd === 'publish';
      peer.say({ cmd: 'suback', messageId: packet.messageId!, granted: [128] });
      return true;
    });
    closing.push(() => server[Symbol.asyncDispose]());
    const client = await connect({ ...options(server.port), transport: 'tcp' });
    await expect(client.subscribe('a').granted).rejects.toMatchObject({
      message: 'the server refused the subscription: SUBACK 0x80',
      hint: expect.stringContaining('access list'),
    });
    await expect(client.publish('a', 'x', { qos: 1, timeoutMs: 20 })).rejects.toMatchObject({
      code: 'timed-out',
      hint: 'Allow it more time: `timeoutMs`.',
    });
    await client.close({ drainMs: 0 });
    await expect(client.ready).rejects.toMatchObject({ message: 'the client was closed' });
    await expect(client.publish('a', 'x')).rejects.toMatchObject({ message: 'the client was closed' });
  });
});
