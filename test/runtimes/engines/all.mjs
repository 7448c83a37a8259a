import { DEBIAN_ENGINES } from './from-debian.mjs';
import { NPM_ENGINES } from './from-npm.mjs';
import { XS } from './xs.mjs';

export const ENGINES = [...NPM_ENGINES, XS, ...DEBIAN_ENGINES];
