import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--allow-natives-syntax');

const haveSameMap = new Function('one', 'other', 'return %HaveSameMap(one, other)') as (
  one: object,
  other: object,
) => boolean;

/**
 * How many of these have another hidden class than the first, themselves or in what they hold. A codec that reads a thousand
 * shapes is slow for that alone. What a peer's own constructors make is left as it is: its users get the same.
 */
export function otherClasses(inputs: readonly unknown[]): number {
  return inputs.filter((input) => !sameShape(input, inputs[0])).length;
}

function sameShape(one: unknown, other: unknown): boolean {
  if (!isPlain(one) || !isPlain(other)) return isPlain(one) === isPlain(other);
  const others = Object.values(other);
  return haveSameMap(one, other) && Object.values(one).every((value, n) => sameShape(value, others[n]));
}

function isPlain(value: unknown): value is object {
  return Array.isArray(value) || (value instanceof Object && Object.getPrototypeOf(value) === Object.prototype);
}
