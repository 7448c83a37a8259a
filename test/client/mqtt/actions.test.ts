import { expect, test } from 'vitest';
import { Actions } from '../../../packages/client/src/mqtt/actions.ts';

// What every machine asks of its driver goes through this: the order of actions, and how often the timer is set.

test('what was collected is given out once, in its order', () => {
  const actions = new Actions<string>();
  expect(actions.take(Infinity)).toEqual([]);
  actions.push('a');
  actions.push('b');
  expect(actions.take(Infinity)).toEqual(['a', 'b']);
  expect(actions.take(Infinity)).toEqual([]);
});

test('the timer is set where there is none, or where it comes too late; the same time, or a later one, is not asked for', () => {
  const actions = new Actions<never>();
  const wait = (until: number): unknown => ({ type: 'wait', until });
  expect(actions.take(100)).toEqual([wait(100)]);
  expect(actions.take(100)).toEqual([]);
  expect(actions.take(200)).toEqual([]);
  expect(actions.take(99)).toEqual([wait(99)]);
});

test('when the timer has gone off it is set again, to the same time too', () => {
  const actions = new Actions<never>();
  actions.take(100);
  actions.woken();
  expect(actions.take(100)).toEqual([{ type: 'wait', until: 100 }]);
});
