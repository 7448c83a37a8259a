import { runInNewContext } from 'node:vm';
import { createSasToken, ProvisioningError, provision, sasSigner } from '@mote/client';
import { expect, test } from 'vitest';
import { errorFrom } from '../../packages/client/src/dps/error.ts';
import { MemoryServer } from './hostile/in-memory.ts';
import { ASSIGNED } from './hostile/script.ts';
import { refusal } from './loopback.ts';
import { inMemory } from './memory.ts';

// Values of a vm context, as Node-RED's functions, Jest's sandboxes and plugins give them: `instanceof` fails for each.

const foreign = (code: string, given: object = {}): never => runInNewContext(code, given) as never;
const REQUEST = { idScope: '0ne00ABCDEF', registrationId: 'device', expiry: 1 };

test.each([
  ['a Uint8Array', '() => new Uint8Array(32)'],
  ['an ArrayBuffer', '() => new ArrayBuffer(32)'],
  ['a DataView', '() => new DataView(new ArrayBuffer(32))'],
  ['a part of a larger array', '() => new Uint8Array(100).subarray(5, 37)'],
  ['a promise of a Uint8Array', '() => Promise.resolve(new Uint8Array(32))'],
  ['a promise of an ArrayBuffer', 'async () => new ArrayBuffer(32)'],
])('a signer of another realm may return %s', async (_what, code) => {
  const own = await createSasToken({ ...REQUEST, sign: () => new Uint8Array(32) });
  expect(await createSasToken({ ...REQUEST, sign: foreign(code) })).toBe(own);
  await expect(provision(inMemory({ attestation: sasSigner(foreign(code)) }))).resolves.toBeDefined();
});

test.each([
  ['31 bytes', '() => new Uint8Array(31)'],
  ['32 numbers', '() => Array(32).fill(0)'],
  ['text', '() => "x".repeat(32)'],
  ['an object with a length', '() => ({ length: 32, byteLength: 32 })'],
])('%s of another realm are no signature', async (_what, code) => {
  expect(await refusal(createSasToken({ ...REQUEST, sign: foreign(code) }))).toMatchObject({ code: 'invalid-options' });
});

test.each([
  ['a Uint8Array', 'Uint8Array.from(bytes)'],
  ['an ArrayBuffer', 'Uint8Array.from(bytes).buffer'],
])('what a transport of another realm hands over may be %s', async (_what, code) => {
  const server = new MemoryServer({ answer: () => ({ status: 200, body: ASSIGNED }) });
  const transport = {
    name: 'foreign',
    dial: (...[target, events]: Parameters<MemoryServer['dial']>) =>
      server.dial(target, {
        stage() {},
        connected: events.connected,
        closed: events.closed,
        data: (bytes) => events.data(foreign(code, { bytes: [...bytes] })),
      }),
  };
  await expect(provision(inMemory({ transport }))).resolves.toMatchObject({ deviceId: 'device' });
});

test.each([
  ['an Error', 'new Error("no carrier")'],
  ['a TypeError', 'new TypeError("no carrier")'],
  ['an object with a message', '({ message: "no carrier" })'],
])('%s of another realm keeps its words', async (_what, code) => {
  const cause = foreign(code);
  expect(errorFrom(cause, 'connect', true)).toMatchObject({ message: 'no carrier', cause });
  const transport = {
    name: 'failing',
    dial() {
      throw cause;
    },
  };
  const error = await refusal(provision(inMemory({ transport })));
  expect(error).toMatchObject({ code: 'connect-failed', message: 'no carrier' });
  expect(error['cause']).toBe(cause);
  expect(JSON.parse(JSON.stringify(error))).toMatchObject({ cause: { message: 'no carrier' } });
});

test('options, payload and observers may be of another realm', async () => {
  const payload = foreign('({ a: [1, { b: null }] })');
  const options = foreign('({ ...options, payload })', { options: inMemory(), payload }) as ReturnType<typeof inMemory>;
  await expect(provision(options)).resolves.toMatchObject({ deviceId: 'device' });
  const seen: unknown[] = [];
  await provision(inMemory({ onProgress: foreign('(event) => void seen.push(event)', { seen }) }));
  expect(seen.length).toBeGreaterThan(3);
});

test('a signal of another realm aborts', async () => {
  const listeners: (() => void)[] = [];
  const signal = foreign(
    '({ aborted: false, reason: "enough", addEventListener(_name, listener) { listeners.push(listener); }, removeEventListener() {} })',
    { listeners },
  );
  const running = provision(inMemory({ signal, transport: { name: 'deaf', dial: () => ({ send() {}, close() {} }) } }));
  for (const listener of listeners) listener();
  await expect(running).rejects.toBe('enough');
  expect(new ProvisioningError('timed-out', 'tcp', '')).toBeInstanceOf(Error);
});
