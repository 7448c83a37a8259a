export type { FileContent } from '../attestation.ts';
export { textOf } from './blocks.ts';
export { commonNames, unusableKey } from './common-names.ts';
export { inWords, type Kind, kindsOf } from './kind.ts';
export { MaterialError, type Slot } from './material-error.ts';
export * from './read.ts';
export { readSharedKey } from './read-shared-key.ts';
