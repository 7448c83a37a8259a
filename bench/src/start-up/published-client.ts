/** The one file that `exports` of the published package names; `pnpm build` makes it. */
export const publishedClient: string = new URL('../../../packages/client/dist/mote-client.js', import.meta.url).href;
