import { type Context, createContext, runInContext } from 'node:vm';

/** A context with what ECMAScript 5 has and no more, save that its typed arrays are Node's: of them, what every engine's can do. */
export function bareContext(): Context {
  const context = createContext({});
  runInContext(SCRIPT, context);
  return context;
}

const LATE = [
  ...[
    'Symbol',
    'Map',
    'Set',
    'WeakMap',
    'WeakSet',
    'WeakRef',
    'Promise',
    'Proxy',
    'Reflect',
    'DataView',
    'BigInt',
    'globalThis',
  ],
  ...['TextEncoder', 'WebAssembly', 'Atomics', 'SharedArrayBuffer', 'Intl', 'escape', 'unescape'],
  // These two ES5 has: the machines know no clock, and no code in text.
  ...['Date', 'eval'],
];

/** By the standard of 2011, Object.setPrototypeOf apart, which the engines with typed arrays have. */
const KEPT = {
  'Array.prototype':
    'constructor length concat join pop push reverse shift slice sort splice unshift indexOf lastIndexOf every some forEach map filter reduce reduceRight toString',
  Array: 'isArray length name prototype',
  'String.prototype':
    'constructor length charAt charCodeAt concat indexOf lastIndexOf match replace search slice split substr substring toLowerCase toUpperCase trim toString valueOf',
  String: 'fromCharCode length name prototype',
  Number: 'MAX_VALUE MIN_VALUE NaN NEGATIVE_INFINITY POSITIVE_INFINITY length name prototype',
  Object:
    'setPrototypeOf getPrototypeOf getOwnPropertyDescriptor getOwnPropertyNames create defineProperty defineProperties seal freeze preventExtensions isSealed isFrozen isExtensible keys length name prototype',
  Math: 'E LN10 LN2 LOG2E LOG10E PI SQRT1_2 SQRT2 abs acos asin atan atan2 ceil cos exp floor log max min pow round sin sqrt tan random',
  'Object.getPrototypeOf(Uint8Array.prototype)': 'constructor buffer byteLength byteOffset length set subarray',
  'Object.getPrototypeOf(Uint8Array)': 'prototype length name',
};

const SCRIPT = `
  for (const name of ${JSON.stringify(LATE)}) delete this[name];
  for (const [name, kept] of ${JSON.stringify(Object.entries(KEPT).reverse())}) {
    const object = (0, Function)('return ' + name)();
    for (const own of Object.getOwnPropertyNames(object)) if (kept.split(' ').indexOf(own) < 0) delete object[own];
  }
  delete this.Function;
`;
