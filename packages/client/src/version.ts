/** The version in package.json, which is not part of a bundle. */
export const VERSION = '0.1.0';
