import * as full from '@mote/client';
import * as lean from '@mote/client/lean';
import { expect, test, vi } from 'vitest';
import { CONNECT_RULES } from '../../packages/client/src/connect/check-connect-options.ts';
import { azure, OPENINGS, type Opening } from './given-entries.ts';
import { KEY } from './hub/at-emulator.ts';
import { complaintsDuring } from './memory.ts';
import { Promises, turn, virtualTime } from './turns.ts';

// The functions that an application gives may throw anything, reject, never answer, answer twice or answer with nonsense. Whatever they do:
// the call settles in its time, with an error of ours where it fails, nothing is unhandled, and no timer is left.

virtualTime();

const APPLICATION = 'of the application';
const WAYS: Readonly<Record<string, () => unknown>> = {
  'throws an Error': () => {
    throw new Error(APPLICATION);
  },
  'throws text': () => {
    throw APPLICATION;
  },
  'throws undefined': () => {
    throw undefined;
  },
  'throws a frozen Error': () => {
    throw Object.freeze(new Error(APPLICATION));
  },
  'throws an object without a prototype': () => {
    throw Object.create(null);
  },
  'throws an error of ours, of another call': () => {
    throw new full.MqttError('timed-out', 'online');
  },
  rejects: () => Promise.reject(new Error(APPLICATION)),
  'rejects with undefined': () => Promise.reject(undefined),
  'never answers': () => new Promise(() => {}),
  'answers 7': () => 7,
  'answers null': () => null,
  'answers undefined': () => undefined,
  // biome-ignore lint/suspicious/noThenProperty: what other libraries call a promise
  'answers twice': () => ({ then: (done: (value: unknown) => void) => [done(7), done(8)] }),
  'answers with a promise that cannot be read': () =>
    Object.defineProperty({}, 'then', {
      get() {
        throw new Error(APPLICATION);
      },
    }),
};

type Given = Readonly<Record<string, unknown>>;
type Place = readonly [name: string, give: (call: () => unknown) => Given];

const ownAttestation =
  (name: string) =>
  (call: () => unknown): full.Attestation =>
    ({ ...full.symmetricKey(KEY), [name]: call }) as never;
const attestation = (name: string): Place => [
  `attestation.${name}`,
  (call) => ({ attestation: ownAttestation(name)(call) }),
];
const plain = (name: string): Place => [name, (call) => ({ [name]: call })];
const inHub = ([name, give]: Place): Place => [
  `hub.${name}`,
  (call) => ({ hub: { retry: { baseMs: 1 }, ...give(call) } }),
];
const ofConnection = (name: string): Place => [
  `connection.${name}`,
  (call) => {
    const { dial } = azure();
    return {
      transport: { name: 'own', dial: (...given: Parameters<typeof dial>) => ({ ...dial(...given), [name]: call }) },
    };
  },
];
const TRANSPORT: Place[] = [
  ['transport.dial', (call) => ({ transport: { name: 'own', dial: call } })],
  ...['send', 'close', 'abort'].map(ofConnection),
];
const signer: Place = ['sasSigner', (call) => ({ attestation: full.sasSigner(call as never) })];
const store = (name: string): Place => [
  `store.${name}`,
  (call) => ({ cleanSession: false, store: { ...full.memoryStore(), [name]: call } }),
];
const cache = (name: string): Place => [`cache.${name}`, (call) => ({ cache: { load() {}, save() {}, [name]: call } })];
const ATTESTATION = ['check', 'sign', 'password', 'tls'].map(attestation);
const LINK = [...['tls', 'onState', 'onPacket'].map(plain), ...['load', 'put', 'delete', 'clear', 'close'].map(store)];

function placesOf({ name, rules }: Opening): Place[] {
  if (rules === CONNECT_RULES) return [...TRANSPORT, ...LINK, plain('credentials')];
  const common = [...TRANSPORT, ...ATTESTATION, signer, plain('onPacket')];
  if (name.endsWith('connectHub')) return [...common, ...LINK, plain('attestation')];
  if (!name.endsWith('openDevice')) return [...common, plain('onProgress')];
  const atHub = [...ATTESTATION, signer, ...LINK, plain('attestation')];
  return [...common, ...['load', 'save', 'clear'].map(cache), plain('onProgress'), ...atHub.map(inHub)];
}

test.each(OPENINGS.map((opening) => [opening.name, opening] as const))(
  '%s settles, whatever a function of the application does',
  async (_name, opening) => {
    const wrong: string[] = [];
    const complaints = await complaintsDuring(async () => {
      for (const [place, give] of placesOf(opening)) {
        const runs = Object.entries(WAYS).map(([way, call]) => {
          const promises = new Promises();
          void promises.add((async () => opening.open({ ...opening.good(), timeoutMs: 60, ...give(call) } as never))());
          return { way, promises };
        });
        for (let turns = 0; turns < 300 && runs.some(({ promises }) => promises.pending); turns++) await turn();
        for (const { way, promises } of runs) {
          const [outcome] = promises.outcomes;
          const isOurs = outcome === 'done' || /^(Provisioning|Mqtt|Hub)Error$/.test(Object(outcome).name);
          // What a store fails with, its message rejects with.
          if (promises.pending || !(isOurs || place.includes('store.')))
            wrong.push(`${place} ${way}: ${String(outcome)}`);
        }
      }
      // A cache has five seconds to answer.
      vi.advanceTimersByTime(5000);
      await turn();
    });
    expect([...wrong, ...complaints]).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  },
);

test.each([full.ecma419Transport, lean.ecma419Transport])(
  'an ECMA-419 socket that throws when it is read or written ends its connection, and not the process',
  async (transportOf) => {
    for (const name of ['read', 'write']) {
      let turns = 0;
      const transport = transportOf((_target, { onReadable, onWritable }) => {
        setImmediate(() => onWritable(1000));
        setImmediate(() => setImmediate(() => onReadable(4)));
        const socket = { read: () => undefined, write() {}, close: () => void turns++ };
        return { ...socket, [name]: WAYS['throws an Error'] } as never;
      });
      const promises = new Promises();
      const complaints = await complaintsDuring(async () => {
        const options = { host: 'h', clientId: 'c', transport, timeoutMs: 300, retry: { attempts: 0 } };
        void promises.add(full.connect(options));
        await promises.settled();
      });
      expect([...promises.outcomes, ...complaints]).toEqual([
        expect.objectContaining({ name: 'MqttError', code: 'connection-lost' }),
      ]);
      expect(turns).toBe(1);
    }
  },
);

test.each([full.provision, lean.provision])(
  'an attestation made by another copy of the package, as each bundled entry is one, refuses its key in its own words',
  async (provision) => {
    const refusal = Object.assign(new Error('key: base64 of 16 to 64 bytes, not 2 characters'), {
      name: 'ProvisioningError',
      code: 'invalid-options',
      stage: 'options',
    });
    const attestation = ownAttestation('check')(() => {
      throw refusal;
    });

    await expect(
      provision({ idScope: '0ne00ABCDEF', registrationId: 'dev', attestation, transport: azure() } as never),
    ).rejects.toBe(refusal);
  },
);
