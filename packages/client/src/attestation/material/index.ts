export type { Dressed } from '../dress.ts';
export { commonNames } from '../x509.ts';
export { textOf } from './blocks.ts';
export { inWords, type Kind, kindsOf } from './kind.ts';
export { MaterialError, type Slot } from './material-error.ts';
export * from './read.ts';
