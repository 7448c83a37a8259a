const packageUrl = new URL('../../../packages/client/', import.meta.url);

/** What Node loads of the published package for these entries; `pnpm build` makes it. */
export const publishedClient: string = new URL('dist/node/client.js', packageUrl).href;
export const publishedLean: string = new URL('dist/node/lean.js', packageUrl).href;
