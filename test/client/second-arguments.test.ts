import { checkStore, fileCache, journalStore, memoryStore } from '@mote/client';
import { explain } from '@mote/client/explain';
import { expect, test } from 'vitest';

// What is no option object, no store and no error of ours: each function says so in its own words, in place of the engine's.

const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const wrong: Readonly<Record<string, unknown>> = {
  null: null,
  'a number': 5,
  'a text': 'x',
  'a symbol': Symbol('x'),
  'a list': [],
  'a function': () => {},
  'a promise': Promise.resolve({}),
  'a proxy that was revoked': revoked(),
};

test.each(Object.entries(wrong))('options that are %s are refused before a file is touched', (_what, options) => {
  expect(() => fileCache('/nowhere/cache', options as never)).toThrow(
    new TypeError('fileCache: options are an object'),
  );
  expect(() => journalStore('/nowhere/file', options as never)).toThrow(
    new TypeError('journalStore: options are an object'),
  );
});

test('an observer of a cache that is no function is refused', () => {
  expect(() => fileCache('/nowhere/cache', { onProblem: 'log' as never })).toThrow('onProblem is a function');
});

test.each(Object.entries(wrong))(
  'checkStore of %s, and of a function that gives it, says what is missing',
  async (what, value) => {
    if (what !== 'a function')
      await expect(checkStore(value as never)).rejects.toThrow('checkStore: a function is needed');
    // A promise is waited for: it gives an object without methods.
    if (what !== 'a proxy that was revoked')
      await expect(checkStore(() => value as never)).rejects.toThrow('breaks a rule: it has the method load()');
  },
);

test.each(['load', 'put', 'delete', 'clear'] as const)('checkStore names %s when it is missing', async (name) => {
  const store = { ...memoryStore(), [name]: undefined };
  await expect(checkStore(() => store as never)).rejects.toThrow(`it has the method ${name}()`);
});

test.each(Object.entries(wrong).slice(0, -1))('explain of %s has words', (_what, error) => {
  expect(explain(error as never)).toEqual({ message: 'something was thrown that is no error' });
});

test('explain takes any error, and a setting that is null', () => {
  expect(explain(new RangeError('boom') as never)).toEqual({ message: 'boom' });
  expect(explain({ code: 'unauthorized', stage: 'register', message: 'no' }, null as never)).toMatchObject({
    hint: expect.stringContaining('clock'),
  });
});
