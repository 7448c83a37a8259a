import { topicMatches } from '@mote/codec';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { topicTree } from '../../../packages/client/src/mqtt/topic-tree.ts';

afterEach(() => vi.restoreAllMocks());

const level = fc.constantFrom('a', 'b', '', '$SYS');
const name = fc.array(level, { minLength: 1, maxLength: 5 }).map((levels) => levels.join('/'));
const filter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { maxLength: 5 }), fc.boolean())
  // `#` may stand alone, and does not match `$SYS` then.
  .map(([levels, all]) => (all || !levels.length ? [...levels, '#'] : levels).join('/'));

test('finds what each filter matches by itself, whatever was added and deleted before [MQTT-4.7.1-2] [MQTT-4.7.2-1]', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(filter, fc.boolean()), { maxLength: 12 }), fc.array(name), (steps, names) => {
      const tree = topicTree<number>();
      const left = new Map<number, string>();
      steps.forEach(([text, stays], value) => {
        tree.add(text, value);
        left.set(value, text);
        if (stays) return;
        const [victim, of] = [...left][Math.floor(left.size / 2)]!;
        tree.delete(of, victim);
        left.delete(victim);
      });
      for (const topicName of names.filter((text) => text !== '')) {
        const wanted = [...left].filter(([, text]) => topicMatches(text, topicName)).map(([value]) => value);
        expect([...tree.match(topicName)].sort((one, other) => one - other)).toEqual(wanted);
      }
    }),
  );
});

/** How often a branch is looked for. */
function steps(work: () => void): number {
  const get = vi.spyOn(Map.prototype, 'get');
  work();
  const { length } = get.mock.calls;
  get.mockRestore();
  return length;
}

test.each([10, 1000, 100_000])('a look-up takes the same steps with %i filters that do not match', (count) => {
  const tree = topicTree<number>();
  for (let i = 0; i < count; i++) tree.add(`devices/${i}/+/state/#`, i);
  let found: readonly number[] = [];
  expect(steps(() => (found = tree.match('devices/7/door/state/open')))).toBe(15);
  expect(found).toEqual([7]);
});

test.each([10, 100, 1000, 30_000])('adding, finding and deleting take steps as there are levels: %i', (levels) => {
  const tree = topicTree<number>();
  const text = Array(levels).fill('a').join('/');
  expect(steps(() => tree.add(text, 1))).toBe(levels);
  expect(steps(() => tree.match(text))).toBeLessThanOrEqual(3 * levels + 1);
  expect(steps(() => tree.delete(text, 1))).toBe(levels);
  expect(tree.match(text)).toEqual([]);
});

test('what was deleted leaves no branch behind', () => {
  const tree = topicTree<number>();
  for (let i = 0; i < 1000; i++) {
    tree.add(`a/${i}/b`, i);
    tree.delete(`a/${i}/b`, i);
  }
  expect(steps(() => tree.match('a/7/b'))).toBe(3);
});

test('the same topic again takes no look-up, until a filter comes or goes', () => {
  const tree = topicTree<number>();
  tree.add('a/b', 1);
  expect(tree.match('a/b')).toEqual([1]);
  expect(steps(() => tree.match('a/b'))).toBe(0);
  tree.add('a/+', 2);
  expect([...tree.match('a/b')].sort()).toEqual([1, 2]);
  tree.delete('a/b', 1);
  expect(tree.match('a/b')).toEqual([2]);
});

test.each([
  ['another filter', 'x', 1],
  ['a level more', 'a/b/c', 1],
  ['a level less', 'a', 1],
  ['a wildcard in place of a level', 'a/+', 1],
  ['another value', 'a/b', 2],
])('deleting what was never added leaves the rest as it is: %s', (_, filter, value) => {
  const tree = topicTree<number>();
  tree.add('a/b', 1);
  tree.delete(filter, value);
  expect(tree.match('a/b')).toEqual([1]);
});
