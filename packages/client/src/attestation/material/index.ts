export type { Dressed } from '../dress.ts';
export { commonNames, unusableKey } from '../x509.ts';
export { textOf } from './blocks.ts';
export { inWords, type Kind, kindsOf } from './kind.ts';
export { MaterialError, type Slot } from './material-error.ts';
export * from './read.ts';
