import { createRequire } from 'node:module';

const load = /* @__PURE__ */ createRequire('/');

// Node's sockets, loaded by the first dial: `node:tls` costs a tenth of starting Node, and a program that only imports the
// package should not pay it.
export const net = (): typeof import('node:net') => load('node:net');
export const tls = (): typeof import('node:tls') => load('node:tls');
