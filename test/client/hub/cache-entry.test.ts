import { createHmac, generateKeyPairSync, X509Certificate } from 'node:crypto';
import {
  type AssignmentCache,
  type Attestation,
  type CachedAssignment,
  groupKey,
  type OpenDeviceOptions,
  openDevice,
  sasSigner,
  symmetricKey,
  x509,
} from '@mote/client';
import { type Emulator, startEmulator } from '@mote/emulator';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openDeviceOver } from '../../../packages/client/src/device/device-over.ts';
import { answering } from '../../../packages/client/src/device/known-certificate.ts';
import { signingRequest } from '../../emulator/signing-request.ts';
import { eventsOf, KEY, kept } from './at-emulator.ts';
import { World } from './environment.ts';

// A cached assignment counts for the credential with which the device registered, and until its certificate ends. A cache that is slow,
// or never answers, stops nothing.

const OTHER = Buffer.alloc(32, 8).toString('base64');
const GROUP = Buffer.alloc(32, 9).toString('base64');
const derived = createHmac('sha256', Buffer.from(GROUP, 'base64')).update('grouped').digest('base64');
const hmac = (key: string) => (bytes: Uint8Array) =>
  createHmac('sha256', Buffer.from(key, 'base64')).update(bytes).digest();

class Memory implements AssignmentCache {
  entry: CachedAssignment | undefined;
  load = () => this.entry;
  save(entry: CachedAssignment): void {
    this.entry = entry;
  }
}

async function service(): Promise<Emulator> {
  const symmetric = { primaryKey: KEY, secondaryKey: OTHER };
  return kept(
    await startEmulator({
      iotHubs: ['hub-1.example.net'],
      pollsBeforeAssigned: 0,
      individualEnrollments: [
        { registrationId: 'dev', attestation: { type: 'symmetricKey', symmetricKey: symmetric } },
      ],
      enrollmentGroups: [
        {
          enrollmentGroupId: 'keys',
          attestation: { type: 'symmetricKey', symmetricKey: { primaryKey: GROUP, secondaryKey: GROUP } },
        },
        { enrollmentGroupId: 'certificates', attestation: { type: 'x509' } },
      ],
    }),
  );
}

/** Opens the device and closes it. True when the service was asked. */
async function asks(
  azure: Emulator,
  cache: AssignmentCache,
  attestation: Attestation,
  options: Partial<OpenDeviceOptions> = {},
): Promise<boolean> {
  const events = eventsOf(azure);
  const device = await openDevice({
    idScope: azure.idScope,
    registrationId: 'dev',
    attestation,
    endpoint: `127.0.0.1:${azure.port}`,
    tls: { ca: azure.ca },
    cache,
    ...options,
    hub: { endpoint: `127.0.0.1:${azure.port}`, ...options.hub },
  });
  const registered = () => events.filter(({ type }) => type === 'register').length;
  const before = registrations.get(azure) ?? 0;
  await device.twin.get();
  await device.close();
  registrations.set(azure, registered());
  return registered() > before;
}
const registrations = new WeakMap<Emulator, number>();

describe('by a key', () => {
  test('the entry has a fingerprint of it, and nothing of the key; the same key is the same credential', async () => {
    const azure = await service();
    const cache = new Memory();
    expect(await asks(azure, cache, symmetricKey(KEY))).toBe(true);
    const { keyFingerprint = '' } = cache.entry!;
    expect(keyFingerprint).toMatch(/^[\w+/]{12}$/);
    expect(JSON.stringify(cache.entry)).not.toContain(KEY.slice(0, 8));
    expect(cache.entry!.certificateNotAfter).toBeUndefined();
    expect(await asks(azure, cache, symmetricKey(KEY, { secondaryKey: OTHER }))).toBe(false);
  });

  test('another key is another credential: the service is asked, and the entry replaced', async () => {
    const azure = await service();
    const cache = new Memory();
    await asks(azure, cache, symmetricKey(KEY));
    const before = cache.entry!.keyFingerprint;
    expect(await asks(azure, cache, symmetricKey(OTHER))).toBe(true);
    expect(cache.entry!.keyFingerprint).not.toBe(before);
    expect(await asks(azure, cache, symmetricKey(OTHER))).toBe(false);
  });

  test('of a group: it is that of the derived key', async () => {
    const azure = await service();
    const cache = new Memory();
    const options = { registrationId: 'grouped' };
    await asks(azure, cache, groupKey(GROUP), options);
    expect(await asks(azure, cache, symmetricKey(derived), options)).toBe(false);
  });

  test('an entry of an earlier version, without a fingerprint, counts', async () => {
    const azure = await service();
    const cache = new Memory();
    await asks(azure, cache, symmetricKey(KEY));
    const { keyFingerprint: _, ...entry } = cache.entry!;
    cache.entry = entry;
    expect(await asks(azure, cache, symmetricKey(OTHER))).toBe(false);
  });

  test('that is held elsewhere signs tokens and nothing else, and has no fingerprint', async () => {
    const azure = await service();
    const cache = new Memory();
    const signed: string[] = [];
    const sign = (bytes: Uint8Array) => {
      signed.push(Buffer.from(bytes).toString());
      return hmac(KEY)(bytes);
    };
    expect(await asks(azure, cache, sasSigner(sign))).toBe(true);
    expect(signed).toHaveLength(2);
    for (const text of signed) expect(text).toMatch(/\n\d+$/);
    expect(cache.entry!.keyFingerprint).toBe('');
    expect(await asks(azure, cache, sasSigner(sign))).toBe(false);
    // From a key to a key that is held elsewhere: another credential, as far as can be told.
    await asks(azure, cache, symmetricKey(OTHER));
    cache.entry = { ...cache.entry!, keyFingerprint: 'ofAnotherKey' };
    expect(await asks(azure, cache, sasSigner(sign))).toBe(true);
  });

  test('a certificate that was issued with the assignment: the entry ends with it', async () => {
    const azure = await service();
    const cache = new Memory();
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const csr = signingRequest('dev', publicKey, privateKey).toString('base64');
    await asks(azure, cache, symmetricKey(KEY), { csr });
    const end = Date.parse(cache.entry!.certificateNotAfter!);
    expect(end).toBeGreaterThan(Date.now());
    expect(cache.entry!.certificateNotAfter).toBe(new Date(end).toISOString());
    expect(await asks(azure, cache, symmetricKey(KEY), { csr })).toBe(false);
    cache.entry = { ...cache.entry!, certificateNotAfter: new Date(Date.now() - 1000).toISOString() };
    expect(await asks(azure, cache, symmetricKey(KEY), { csr })).toBe(true);
    expect(cache.entry!.certificateNotAfter).not.toBe(new Date(end - 1000).toISOString());
  });
});

describe('by a certificate', () => {
  test('the entry has its fingerprint and its end; another one is another credential', async () => {
    const azure = await service();
    const cache = new Memory();
    const options = { registrationId: 'machine' };
    const [first, second] = [1, 2].map(() => azure.issueDeviceCertificate('machine'));
    const { fingerprint256, validTo } = new X509Certificate(first!.cert);
    expect(await asks(azure, cache, x509(first!), options)).toBe(true);
    expect(cache.entry).toMatchObject({
      keyFingerprint: fingerprint256,
      certificateNotAfter: new Date(validTo).toISOString(),
    });
    expect(await asks(azure, cache, x509(first!), options)).toBe(false);
    expect(await asks(azure, cache, x509(second!), options)).toBe(true);
    expect(cache.entry!.keyFingerprint).not.toBe(fingerprint256);
  });

  test.each<[what: string, end: unknown, asked: boolean]>([
    ['that has ended', new Date(Date.now() - 1000).toISOString(), true],
    ['that ends later', new Date(Date.now() + 60_000).toISOString(), false],
    ['whose end is no time', 'soon', false],
    ['whose end is null', null, false],
    ['whose end is a number of long ago', 5, true],
  ])('%s', async (_what, certificateNotAfter, asked) => {
    const azure = await service();
    const cache = new Memory();
    await asks(azure, cache, symmetricKey(KEY));
    cache.entry = { ...cache.entry!, certificateNotAfter: certificateNotAfter as string };
    expect(await asks(azure, cache, symmetricKey(KEY))).toBe(asked);
  });
});

describe('a cache that does not answer', () => {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'Date', 'performance'],
    });
  });
  afterEach(() => vi.useRealTimers());

  const never = () => new Promise<never>(() => {});
  const open = (world: World, cache: AssignmentCache, options: { timeoutMs?: number; signal?: AbortSignal } = {}) =>
    openDeviceOver(
      {
        idScope: '0ne00ABCDEF',
        registrationId: 'dev',
        attestation: symmetricKey(KEY),
        cache: answering(cache),
        ...options,
      },
      () => world.provision(),
      () => [world.transport],
    );

  test('to load: after five seconds it counts as empty', async () => {
    const world = new World();
    const opening = open(world, { load: never, save: () => {} });
    await vi.advanceTimersByTimeAsync(4900);
    expect(world.asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    const device = await opening;
    expect([device.state.type, world.asked.length]).toEqual(['online', 1]);
    await Promise.all([device.close({ drainMs: 0 }), vi.advanceTimersByTimeAsync(1000)]);
  });

  test('to load: the time limit and the signal hold, and nothing is asked behind them', async () => {
    const world = new World();
    const late = open(world, { load: never, save: () => {} }, { timeoutMs: 50 }).catch((error: unknown) => error);
    const reason = new Error('enough');
    const ended = new AbortController();
    const aborted = open(world, { load: never, save: () => {} }, { signal: ended.signal }).catch(
      (error: unknown) => error,
    );
    ended.abort(reason);
    await vi.advanceTimersByTimeAsync(100);
    expect(await late).toMatchObject({ name: 'HubError', code: 'timed-out' });
    expect(await aborted).toBe(reason);
    await vi.advanceTimersByTimeAsync(20_000);
    expect([world.asked, world.dials]).toEqual([[], []]);
  });

  test('without words, too: the time limit and the signal hold', async () => {
    const world = new World();
    const late = openDeviceOver(
      {
        idScope: '0ne00ABCDEF',
        registrationId: 'dev',
        attestation: symmetricKey(KEY),
        cache: { load: never, save: () => {} },
        timeoutMs: 50,
      },
      () => world.provision(),
      () => [world.transport],
    ).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(100);
    expect(await late).toMatchObject({ name: 'HubError', code: 'timed-out' });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('to save: after five seconds the hub is dialled', async () => {
    const world = new World();
    const opening = open(world, { load: () => undefined, save: never });
    await vi.advanceTimersByTimeAsync(4900);
    expect(world.dials).toEqual([]);
    await vi.advanceTimersByTimeAsync(500);
    const device = await opening;
    expect(device.state.type).toBe('online');
    await Promise.all([device.close({ drainMs: 0 }), vi.advanceTimersByTimeAsync(1000)]);
  });
});
