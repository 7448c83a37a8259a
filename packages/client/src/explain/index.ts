// Words for people, made from what the machines and the service say. Nothing here needs a platform.

export { escaped, jsonText, printable } from './printable.ts';
