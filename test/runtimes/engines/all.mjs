import { DEBIAN_ENGINES } from './from-debian.mjs';
import { NPM_ENGINES } from './from-npm.mjs';
import { QJS } from './qjs.mjs';
import { XS } from './xs.mjs';

export const ENGINES = [...NPM_ENGINES, QJS, XS, ...DEBIAN_ENGINES];
