import { type Connection, provision, type TransportEvents } from '@mote/client';
import { expect, test } from 'vitest';
import { MemoryServer } from './hostile/in-memory.ts';
import { ASSIGNED } from './hostile/script.ts';
import { refusal } from './loopback.ts';
import { complaintsDuring, inMemory } from './memory.ts';

/** A good server, with what `change` makes of its connection. */
function changed(change: (connection: Connection, events: TransportEvents) => Partial<Connection>) {
  const server = new MemoryServer({ answer: () => ({ status: 200, body: ASSIGNED }) });
  return {
    name: 'changed',
    dial(...[target, events]: Parameters<MemoryServer['dial']>) {
      const inner = server.dial(target, events);
      const { send, close } = { send: inner.send.bind(inner), close: inner.close.bind(inner) };
      return { send, close, ...change({ send, close }, events) };
    },
  };
}

const detach = ({ buffer }: Uint8Array): void => void structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
const HARMLESS: readonly (readonly [what: string, change: Parameters<typeof changed>[0]])[] = [
  [
    'transfers the bytes at once',
    ({ send }) => ({
      send: (bytes) => {
        send(bytes);
        detach(bytes);
      },
    }),
  ],
  [
    'transfers the bytes, and says at once that they are written',
    ({ send }) => ({
      send: (bytes, written) => {
        send(bytes);
        detach(bytes);
        written?.();
      },
    }),
  ],
  [
    'transfers the bytes, and says later that they are written',
    ({ send }) => ({
      send: (bytes, written) => {
        send(bytes);
        detach(bytes);
        setImmediate(() => written?.());
      },
    }),
  ],
  [
    'transfers the bytes later',
    ({ send }) => ({
      send: (bytes) => {
        send(bytes);
        setImmediate(detach, bytes);
      },
    }),
  ],
  [
    'says again and again that bytes are written',
    ({ send }) => ({
      send(bytes, written) {
        send(bytes);
        for (let time = 0; time < 5; time++) setImmediate(() => written?.());
        written?.();
        written?.();
      },
    }),
  ],
  ['never says that bytes are written', ({ send }) => ({ send: (bytes) => send(bytes) })],
  ['returns a promise from send', ({ send }) => ({ send: async (bytes: Uint8Array) => send(bytes) })],
  [
    'returns true from send',
    ({ send }) => ({
      send: (bytes) => {
        send(bytes);
        return true as never;
      },
    }),
  ],
  [
    'returns a promise from close that rejects',
    ({ close }) => ({
      close: () => {
        close();
        return Promise.reject(1) as never;
      },
    }),
  ],
  [
    'throws in close',
    () => ({
      close() {
        throw new Error('close');
      },
    }),
  ],
];

test.each(HARMLESS)('a transport that %s carries a provisioning', async (_what, change) => {
  const complaints = await complaintsDuring(() =>
    expect(provision(inMemory({ transport: changed(change) }))).resolves.toMatchObject({ deviceId: 'device' }),
  );
  expect(complaints).toEqual([]);
});

test('each write is memory of its own, which nobody else has a view of', async () => {
  const buffers: ArrayBufferLike[] = [];
  const transport = changed(({ send }) => ({
    send(bytes) {
      buffers.push(bytes.buffer);
      expect(bytes.byteLength).toBe(bytes.buffer.byteLength);
      send(bytes);
    },
  }));
  await provision(inMemory({ transport }));
  expect(new Set(buffers).size).toBe(buffers.length);
  expect(buffers.length).toBeGreaterThan(2);
});

test.each<[string, object]>([
  ['is rejected by a promise from send', { send: () => Promise.reject(new Error('no carrier')) }],
  [
    'throws in send',
    {
      send() {
        throw new Error('no carrier');
      },
    },
  ],
])('a transport that %s has lost the connection', async (_what, parts) => {
  const complaints = await complaintsDuring(async () =>
    expect(await refusal(provision(inMemory({ transport: changed(() => parts) })))).toMatchObject({
      code: 'connection-lost',
      cause: { message: 'no carrier' },
    }),
  );
  expect(complaints).toEqual([]);
});

test.each<[string, () => unknown]>([
  ['nothing', () => undefined],
  ['a promise', () => Promise.reject(new Error('async'))],
  ['an object that cannot send', () => ({ close() {} })],
])('a transport that gives %s for a connection is a failed dial', async (_what, dial) => {
  const transport = { name: 'odd', dial: dial as never };
  const complaints = await complaintsDuring(async () =>
    expect(await refusal(provision(inMemory({ transport })))).toMatchObject({ code: 'connect-failed' }),
  );
  expect(complaints).toEqual([]);
});

test.each<[string, (bytes: Uint8Array) => unknown]>([
  ['an ArrayBuffer', (bytes) => Uint8Array.from(bytes).buffer],
  ['a DataView', (bytes) => new DataView(Uint8Array.from(bytes).buffer)],
  ['a Buffer', (bytes) => Buffer.from(bytes)],
])('what comes may be %s', async (_what, form) => {
  const server = new MemoryServer({ answer: () => ({ status: 200, body: ASSIGNED }) });
  const transport = {
    name: 'forms',
    dial: (...[target, events]: Parameters<MemoryServer['dial']>) =>
      server.dial(target, {
        stage() {},
        connected: events.connected,
        closed: events.closed,
        data: (bytes) => events.data(form(bytes) as never),
      }),
  };
  await expect(provision(inMemory({ transport }))).resolves.toMatchObject({ deviceId: 'device' });
});

test.each(['text', 7, null, {}])('%j is no bytes, and loses the connection', async (given) => {
  const transport = changed((_connection, events) => ({ send: () => events.data(given as never) }));
  expect(await refusal(provision(inMemory({ transport })))).toMatchObject({ code: 'connection-lost' });
});
