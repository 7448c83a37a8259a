import type { Rule } from '../../packages/client/src/option-rules.ts';

// Values of every kind that an option may get by mistake, and the options of a set of rules.

/** Memory that was transferred to another thread: views of it throw. */
function transferred<Memory>(view: (memory: ArrayBuffer) => Memory): Memory {
  const memory = new ArrayBuffer(8);
  const kept = view(memory);
  structuredClone(memory, { transfer: [memory] });
  return kept;
}

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

const fail = (): never => {
  throw new Error('cannot be read');
};
/** An object of which nothing can be read. */
const unreadable = (): unknown => {
  const names = ['toString', 'valueOf', 'check', 'dial', 'load', 'aborted', 'then'];
  const object = Object.fromEntries(names.map((name) => [name, undefined]));
  for (const name of [...names, Symbol.toStringTag]) Object.defineProperty(object, name, { get: fail });
  return object;
};

/** Objects without members of their own: taken for options, they would be none. */
export const EMPTY_OBJECTS: Readonly<Record<string, () => unknown>> = {
  'a list': () => [],
  'a Date': () => new Date(0),
  'a Promise': () => Promise.resolve('x'),
  'a Promise that never settles': () => new Promise(() => {}),
  'a Map': () => new Map([['a', 'b']]),
  'an Error': () => new Error('x'),
  'a regular expression': () => /x/g,
  'an ArrayBuffer that was transferred': () => transferred((memory) => memory),
  'a view that was transferred': () => transferred((memory) => new Uint8Array(memory)),
  'a SharedArrayBuffer': () => new SharedArrayBuffer(8),
  'a DataView': () => new DataView(new ArrayBuffer(2)),
  'a proxy that was revoked': () => revoked({}),
};

export const KINDS: Readonly<Record<string, () => unknown>> = {
  ...EMPTY_OBJECTS,
  null: () => null,
  'a number': () => 7,
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  '-1': () => -1,
  'an empty text': () => '',
  'a space': () => ' ',
  'a symbol': () => Symbol('s'),
  'a BigInt': () => 7n,
  true: () => true,
  false: () => false,
  'a function': () => () => {},
  'a class': () => class {},
  'a list with null': () => [null],
  'a Date that is none': () => new Date(Number.NaN),
  'a view of shared memory': () => new Uint8Array(new SharedArrayBuffer(8)),
  'numbers with a fraction': () => new Float64Array(2),
  'a function that was revoked': () => revoked(() => {}),
  'an object without a prototype': () => Object.create(null),
  'an empty object': () => ({}),
  'boxed text': () => Object('x'),
  'half a surrogate pair': () => '\ud800',
  'text with U+0000': () => 'a\0b',
  '70,000 characters': () => 'x'.repeat(70_000),
  'an object that cannot be read': unreadable,
};

/** The names of all options, those in others with a dot between them. */
export function namesIn(rules: Readonly<Record<string, Rule>>, prefix = ''): string[] {
  return Object.entries(rules).flatMap(([name, rule]) => {
    const inner = membersOf(rule);
    return [prefix + name, ...(inner ? namesIn(inner, `${prefix}${name}.`) : [])];
  });
}

/** The rules of an option's members; undefined if it has none. */
export function membersOf(rule: Rule): Readonly<Record<string, Rule>> | undefined {
  const test: unknown = Array.isArray(rule) ? rule[0] : rule;
  return typeof test === 'object' && !(test instanceof RegExp) ? (test as Readonly<Record<string, Rule>>) : undefined;
}
