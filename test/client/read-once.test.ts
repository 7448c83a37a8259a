import { memoryStore, x509 } from '@mote/client';
import * as lean from '@mote/client/lean';
import { expect, test } from 'vitest';
import { CONNECT_RULES } from '../../packages/client/src/connect/check-connect-options.ts';
import { HUB_LINK } from '../../packages/client/src/device/hub-rules.ts';
import { PROVISION_RULES } from '../../packages/client/src/provision/check-options.ts';
import { signingRequest } from './attestation/made.ts';
import { OPENINGS, type Opening } from './given-entries.ts';
import { KEY } from './hub/at-emulator.ts';
import { Promises, virtualTime } from './turns.ts';

// Options may be an object with getters, or a proxy, and answer otherwise when they are asked again. Each is read once, members of others
// too: what was checked is what is used.

virtualTime();

const TLS = {
  servername: 'name.test',
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  family: 4,
  ciphers: 'HIGH',
  lookup() {},
};
const LINK = {
  tls: TLS,
  proxy: 'http://proxy.test:1',
  cleanSession: true,
  window: 3,
  queue: { maxMessages: 10, maxBytes: 10_000, whenFull: 'reject' },
  retry: { attempts: 0, baseMs: 1, capMs: 1, standMs: 1, silenceMs: 100 },
  onSessionLost: 'resume',
  maxPacketSize: 10_000,
  timeoutMs: 300,
  onState() {},
  onPacket() {},
  keepAlive: 60,
};
const WILL = {
  body: 'x',
  qos: 0,
  properties: { a: 'b' },
  contentType: 'text',
  messageId: 'm',
  creationTime: '2026-01-01',
};
const HUB = {
  ...LINK,
  will: WILL,
  endpoint: 'hub.test:1',
  apiVersion: '2021-04-12',
  modelId: 'dtmi:a;1',
  clientVersion: 'x',
  tokenSeconds: 100,
};
const csr = signingRequest().toString('base64');
const SERVICE = {
  endpoint: 'dps.test:1',
  tls: TLS,
  proxy: 'http://proxy.test:1',
  csr,
  apiVersion: '2025-07-01-preview',
  clientVersion: 'x',
  keepAlive: 60,
  timeoutMs: 300,
  retry: { attempts: 0, baseMs: 1, capMs: 1, silenceMs: 100 },
  onProgress() {},
  onPacket() {},
};

/** All options of an entry, but those that it has by default here, and those that are objects of ours. */
function allOptions({ good, rules }: Opening): object {
  const signal = new AbortController().signal;
  const store = memoryStore();
  if (rules === CONNECT_RULES) {
    const credentials = { userName: 'u', password: 'p' };
    const will = { topicName: 'a', payload: 'x', qos: 0, retain: false };
    return { ...good(), ...LINK, port: 1, path: '/x', credentials, will, signal, store };
  }
  if (rules === PROVISION_RULES) return { ...good(), ...SERVICE, signal };
  if ('hub' in rules) return { ...good(), ...SERVICE, signal, hub: { ...HUB, store } };
  return { ...good(), ...HUB, signal, store, moduleId: 'm', connectionProfile: null };
}

/** The same options, which count how often each is read. */
function counting<Options extends object>(options: Options, reads: Map<string, number>, prefix = ''): Options {
  const inner = Object.entries(options).map(([name, value]) => {
    const isOwn = ['tls', 'queue', 'retry', 'will', 'credentials', 'hub', 'properties'].includes(name);
    return [name, isOwn ? counting(value, reads, `${prefix}${name}.`) : value];
  });
  return new Proxy(Object.fromEntries(inner), {
    get(target, name) {
      if (typeof name === 'string') reads.set(prefix + name, (reads.get(prefix + name) ?? 0) + 1);
      return Reflect.get(target, name);
    },
  });
}

test.each(OPENINGS.map((opening) => [opening.name, opening] as const))(
  '%s reads each of its options once',
  async (_name, opening) => {
    const reads = new Map<string, number>();
    const options = allOptions(opening);
    const promises = new Promises();
    void promises.add(opening.open(counting(options, reads) as never));
    await promises.settled();
    expect(promises.outcomes).toEqual(['done']);
    expect([...reads].filter(([, count]) => count !== 1)).toEqual([]);
    // Only an option that is read counts here.
    expect(Object.keys(options).filter((name) => !reads.has(name))).toEqual([]);
    if ('hub' in opening.rules) expect(Object.keys(HUB).filter((name) => !reads.has(`hub.${name}`))).toEqual([]);
    expect(Object.keys(HUB_LINK)).toEqual(expect.arrayContaining(Object.keys(HUB)));
  },
);

test.each([
  ['full', x509],
  ['lean', lean.x509],
])('%s: x509 reads each of its options once, at the call', (_name, make) => {
  const reads = new Map<string, number>();
  const attestation = make(counting({ cert: 'x', key: 'y', passphrase: 'z', ca: 'w' }, reads));
  const before = [...reads];
  for (let times = 0; times < 3; times++) expect(() => attestation.check('dev')).toThrow(/^x509/);
  expect([...reads]).toEqual(before);
  expect(before.map(([, count]) => count)).toEqual([1, 1, 1, 1]);
});

test('createSasToken reads each of its options once', () => {
  const reads = new Map<string, number>();
  lean.createSasToken(counting({ idScope: '0ne00ABCDEF', registrationId: 'dev', expiry: 1, key: KEY }, reads));
  expect([...reads].filter(([name, count]) => count !== 1 && name !== 'sign')).toEqual([]);
});
