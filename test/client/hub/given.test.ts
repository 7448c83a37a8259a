import {
  type Attestation,
  connectHub,
  groupKey,
  type HubDevice,
  type HubOptions,
  openDevice,
  sasSigner,
  symmetricKey,
  x509,
} from '@mote/client';
import * as lean from '@mote/client/lean';
import { describe, expect, test, vi } from 'vitest';
import { message } from '../mqtt/server.ts';
import { Promises, TurnServer, turn, virtualTime } from '../turns.ts';
import { KEY } from './at-emulator.ts';
import { atHub } from './at-turns.ts';

// What a device is given: what is checked is what is used, and what cannot be right is refused before anything is dialled or sent.

virtualTime();

async function outcomeOf(promise: Promise<unknown>, turns = 400): Promise<unknown> {
  const promises = new Promises();
  const value = promises.add(promise);
  await promises.settled(turns);
  if (promises.pending) return 'pending';
  return promises.outcomes[0] === 'done' ? value : promises.outcomes[0];
}

async function online(server: TurnServer, options: Partial<HubOptions> = {}): Promise<HubDevice> {
  return (await outcomeOf(connectHub(atHub(server, options)))) as HubDevice;
}

/** A hub that answers every request for the twin. */
function hub(): TurnServer {
  const server = new TurnServer();
  server.reply = (packet, { say }) => {
    if (packet.cmd !== 'publish' || packet.qos > 0) return false;
    const rid = /\$rid=([^&]+)/.exec(packet.topic)?.[1];
    if (packet.topic.startsWith('$iothub/twin/'))
      say(message(`$iothub/twin/res/200/?$rid=${rid}`, '{"desired":{"$version":1},"reported":{"$version":1}}'));
    return true;
  };
  return server;
}

describe('options of a call', () => {
  type Call = (device: HubDevice, options: never) => unknown;
  const CALLS: [what: string, options: object, call: Call][] = [
    [
      'send',
      {
        properties: { a: 'b' },
        contentType: 'text',
        messageId: 'm',
        qos: 1,
        timeoutMs: 100,
        creationTime: '2026-01-01',
      },
      (device, options) => device.send('x', options),
    ],
    ['twin.get', { timeoutMs: 100 }, ({ twin }, options) => twin.get(options)],
    ['twin.report', { timeoutMs: 100 }, ({ twin }, options) => twin.report({ a: 1 }, options)],
    ['renewCertificate', { timeoutMs: 1 }, (device, options) => device.renewCertificate(CSR, options)],
    [
      'batch',
      { maxBytes: 100, maxDelayMs: 0, properties: { a: 'b' }, qos: 1 },
      (device, options) => device.batch(options).send(1),
    ],
    ['messages', { signal: new AbortController().signal }, (device, options) => device.messages(options).return()],
    ['close', { drainMs: 1 }, (device, options) => device.close(options)],
  ];
  /** The beginning of a certificate request is enough: nobody here reads it. */
  const CSR = Buffer.from('308110300e02010030003003020100a000', 'hex').toString('base64');

  test.each(CALLS)('of %s are read once', async (_what, options, call) => {
    const device = await online(hub());
    const reads: Record<string, number> = {};
    const counting = new Proxy(options, {
      get(target, name) {
        reads[String(name)] = (reads[String(name)] ?? 0) + 1;
        return Reflect.get(target, name);
      },
    });
    await outcomeOf(Promise.resolve(call(device, counting as never)));
    expect(reads).toEqual(Object.fromEntries(Object.keys(options).map((name) => [name, 1])));
    await outcomeOf(device.close({ drainMs: 0 }));
  });

  test.each(CALLS)('of %s that nobody has checked are not used: those of a prototype', async (_what, options, call) => {
    const device = await online(hub());
    const inherited = Object.create(
      Object.fromEntries(Object.keys(options).map((name) => [name, Symbol('unchecked')])),
    );
    const outcome = await outcomeOf(
      Promise.resolve().then(() => call(device, inherited as never)),
      20,
    );
    expect(outcome === 'pending' || !(outcome instanceof TypeError)).toBe(true);
    await outcomeOf(device.close({ drainMs: 0 }));
  });

  test.each(CALLS)(
    'of %s that are no object are refused by the name of what is wrong',
    async (_what, _options, call) => {
      const device = await online(hub());
      for (const wrong of [null, 5, 'text', () => {}, Symbol('x')])
        expect(await outcomeOf((async () => call(device, wrong as never))())).toMatchObject({
          name: 'HubError',
          code: 'invalid-options',
          stage: 'options',
        });
      await outcomeOf(device.close({ drainMs: 0 }));
    },
  );

  test('of renewCertificate: an undefined timeoutMs is the one of certificates, five minutes', async () => {
    const device = await online(hub(), { keepAlive: 0 });
    const promises = new Promises();
    void promises.add(device.renewCertificate(CSR, { timeoutMs: undefined }));
    for (let seconds = 0; seconds < 299; seconds++) {
      vi.advanceTimersByTime(1000);
      if (seconds % 50 === 0) await turn();
    }
    expect([promises.pending, ...promises.outcomes]).toEqual([1]);
    vi.advanceTimersByTime(2000);
    await promises.settled();
    expect(promises.outcomes).toMatchObject([{ code: 'timed-out', stage: 'credentials' }]);
    await outcomeOf(device.close({ drainMs: 0 }));
  });
});

describe('what proves the device', () => {
  const WRONG: [what: string, attestation: unknown, option: RegExp][] = [
    ['a key that is none', symmetricKey('no key!'), /^key: /],
    ['a group key that is none', groupKey('no key!'), /^key: /],
    ['a certificate that is none', x509({ cert: 'none' }), /^x509\.cert: /],
    ['a signer that is no function', sasSigner(5 as never), /^sasSigner: /],
    ['a signer that gives no signature', sasSigner(() => new Uint8Array(3)), /the signer did not return the 32 bytes/],
    ['a function that gives nothing', () => undefined, /^attestation: symmetricKey, .* \(given: undefined\)/],
    ['a function that gives null', async () => null, /^attestation: .* \(given: null\)/],
    ['a function that gives a text', () => KEY, /^attestation: .* \(given: string\)/],
    ['a function that gives another object', () => ({ key: KEY }), /^attestation: .* \(given: object\)/],
    ['a function that gives a key that is none', () => symmetricKey('no key!'), /^key: /],
  ];
  const opened: Record<string, (server: TurnServer, attestation: Attestation) => Promise<unknown>> = {
    connectHub: (server, attestation) => connectHub(atHub(server, { attestation })),
    'openDevice, from its cache': (server, attestation) =>
      openDevice({
        idScope: '0ne00ABCDEF',
        registrationId: 'dev',
        attestation: symmetricKey(KEY),
        transport: server,
        timeoutMs: 300,
        cache: {
          load: () => ({
            idScope: '0ne00ABCDEF',
            registrationId: 'dev',
            assignedHub: 'hub-1.test',
            deviceId: 'dev',
            savedAt: '',
          }),
          save() {},
        },
        hub: { attestation },
      }),
  };

  test.each(
    Object.keys(opened).flatMap((name) =>
      WRONG.map(([what, attestation, option]) => [name, what, attestation, option] as const),
    ),
  )(
    '%s with %s: refused at once, with the name of what is wrong; nothing is dialled',
    async (name, _what, attestation, option) => {
      const server = hub();
      const began = performance.now();
      const error = await outcomeOf(opened[name]!(server, attestation as Attestation));
      expect(error).toMatchObject({ name: 'HubError', code: 'invalid-options', stage: 'options', retryable: false });
      expect((error as Error).message).toMatch(option);
      expect(String((error as Error).stack)).not.toContain(KEY);
      expect(performance.now() - began).toBeLessThan(20);
      expect(server.peers).toEqual([]);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  test.each<[string, () => never | Promise<never>]>([
    [
      'a function that throws',
      () => {
        throw new Error('the TPM is busy');
      },
    ],
    ['a function that rejects', () => Promise.reject(new Error('the TPM is busy'))],
  ])('%s is an outage: tried again, and told as what it is', async (_what, fail) => {
    for (const attestation of [fail, sasSigner(fail)]) {
      const server = hub();
      const states: string[] = [];
      const error = await outcomeOf(
        connectHub(atHub(server, { attestation, onState: ({ type }) => states.push(type) })),
      );
      expect(error).toMatchObject({
        code: 'connect-failed',
        stage: 'options',
        retryable: true,
        message: 'attestation, tls or the transport failed: the TPM is busy',
        hint: expect.stringContaining('`attestation` or `tls`'),
      });
      expect(states.filter((type) => type === 'waiting').length).toBeGreaterThan(2);
      expect(server.peers).toEqual([]);
    }
  });

  test('a function is asked once for each dial', async () => {
    const server = hub();
    const asked: number[] = [];
    const device = await online(server, {
      attestation: () => {
        asked.push(server.peers.length);
        return symmetricKey(KEY);
      },
    });
    server.peers[0]!.socket.destroy();
    for (let turns = 40; turns > 0 && server.peers.length < 2; turns--) await turn();
    expect(asked).toEqual([0, 1]);
    await outcomeOf(device.close({ drainMs: 0 }));
  });

  test.each([openDevice, lean.openDevice])(
    'a key that never signs holds no openDevice longer than its limit of time',
    async (open) => {
      const server = hub();
      const cache = { load: () => undefined, save() {} };
      const attestation: Attestation = { ...symmetricKey(KEY), sign: () => new Promise(() => {}) };
      const given = { idScope: '0ne00ABCDEF', registrationId: 'dev', attestation, transport: server, timeoutMs: 50 };
      for (const options of [given, { ...given, cache }])
        expect(await outcomeOf(open(options))).toMatchObject({ name: 'HubError', code: 'timed-out' });
    },
  );

  test.each([openDevice, lean.openDevice])('options of openDevice that are no object are refused', async (open) => {
    for (const wrong of [null, undefined, 5])
      expect(await outcomeOf(open(wrong as never))).toMatchObject({ name: 'HubError', code: 'invalid-options' });
  });
});

test('a cache that never answers keeps no process from its end once the device is given up', async () => {
  vi.useRealTimers();
  const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  const before = timers();
  const error = await openDevice({
    idScope: '0ne00ABCDEF',
    registrationId: 'dev',
    attestation: symmetricKey(KEY),
    transport: hub(),
    timeoutMs: 20,
    cache: { load: () => new Promise(() => {}), save() {} },
  }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'timed-out' });
  expect(timers()).toBeLessThanOrEqual(before);
});
