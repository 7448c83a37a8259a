import { getEventListeners } from 'node:events';
import { runInNewContext } from 'node:vm';
import { provision } from '@mote/client';
import { expect, test } from 'vitest';
import { refusal } from './loopback.ts';
import { complaintsDuring, inMemory } from './memory.ts';

const deaf = { name: 'deaf', dial: () => ({ send() {}, close() {} }) };

/** A signal made by hand, with what differs. */
function signal(parts: object = {}): AbortSignal {
  return { aborted: false, reason: 'why', addEventListener() {}, removeEventListener() {}, ...parts } as never;
}

const fail = (): never => {
  throw new Error('not here');
};

test.each<[string, AbortSignal]>([
  ['without removeEventListener', signal({ removeEventListener: undefined })],
  ['whose removeEventListener throws', signal({ removeEventListener: fail })],
  ['whose reason cannot be read', Object.defineProperty(signal(), 'reason', { get: fail })],
  ['that can do nothing but add a listener', { aborted: false, addEventListener() {} } as never],
  ['that is frozen', Object.freeze(signal())],
])('a signal %s does not keep a provisioning from its end', async (_what, given) => {
  const complaints = await complaintsDuring(async () => {
    await expect(provision(inMemory({ signal: given }))).resolves.toMatchObject({ deviceId: 'device' });
    const options = inMemory({ signal: given, transport: deaf, timeoutMs: 30 });
    expect(await refusal(provision(options))).toMatchObject({ code: 'timed-out' });
  });
  expect(complaints).toEqual([]);
});

test.each<[string, unknown]>([
  ['an empty object', {}],
  ['an object that says it is not aborted', { aborted: false }],
  ['aborted that is no boolean', signal({ aborted: 'no' })],
  ['aborted that cannot be read', Object.defineProperty(signal(), 'aborted', { get: fail })],
  ['an addEventListener that throws', signal({ addEventListener: fail })],
  ['null', null],
  ['text', 'now'],
  ['a controller', new AbortController()],
  ['a function', () => {}],
])('%s is no signal', async (_what, given) => {
  expect(await refusal(provision(inMemory({ signal: given as never })))).toMatchObject({
    code: 'invalid-options',
    message: expect.stringContaining('signal'),
  });
});

test.each<[string, () => AbortSignal]>([
  ['aborted before', () => AbortSignal.abort('why')],
  ['made by hand and aborted before', () => signal({ aborted: true })],
  [
    'that aborts while a listener is added',
    () =>
      signal({
        addEventListener(_name: string, listener: () => void) {
          listener();
        },
      }),
  ],
  [
    'that is aborted when the listener is added, and calls nobody',
    () => {
      const given: { aborted: boolean } = signal({
        addEventListener() {
          given.aborted = true;
        },
      }) as never;
      return given as never;
    },
  ],
  ['of another realm', () => runInNewContext('signal', { signal: AbortSignal.abort('why') })],
])('a signal %s rejects with its reason, and nothing is dialled', async (_what, make) => {
  let dials = 0;
  const transport = {
    name: 'counted',
    dial: () => {
      dials++;
      return { send() {}, close() {} };
    },
  };
  await expect(provision(inMemory({ signal: make(), transport }))).rejects.toBe('why');
  expect(dials).toBe(0);
});

test('a signal that has no reason rejects with an AbortError', async () => {
  const given = signal({ aborted: true, reason: undefined });
  await expect(provision(inMemory({ signal: given }))).rejects.toMatchObject({ name: 'AbortError' });
});

test('a hundred provisionings on one signal warn of nothing, and leave no listener behind', async () => {
  const { signal: shared } = new AbortController();
  const complaints = await complaintsDuring(() =>
    Promise.all(Array.from({ length: 100 }, () => provision(inMemory({ signal: shared })))),
  );
  expect(complaints).toEqual([]);
  expect(getEventListeners(shared, 'abort')).toEqual([]);
});
