import { createRequire } from 'node:module';

const load = /* @__PURE__ */ createRequire('/');

// Modules of Node, each loaded by its first use, so that a program that only imports the package does not pay for them. Loading
// `node:tls` takes a quarter as long as Node 20.20 takes to start, `node:crypto` a sixth.
export const crypto = (): typeof import('node:crypto') => load('node:crypto');
export const diagnostics = (): typeof import('node:diagnostics_channel') => load('node:diagnostics_channel');
export const fs = (): typeof import('node:fs') => load('node:fs');
export const dns = (): typeof import('node:dns') => load('node:dns');
export const events = (): typeof import('node:events') => load('node:events');
export const net = (): typeof import('node:net') => load('node:net');
export const path = (): typeof import('node:path') => load('node:path');
export const tls = (): typeof import('node:tls') => load('node:tls');
export const util = (): typeof import('node:util') => load('node:util');
