import type { Setting } from '@mote/client/explain';

/** Whether a proxy is used, and whether its URL holds a user: hints look at it. */
export function proxySetting(url: string | undefined): Setting['proxy'] {
  if (url === undefined) return undefined;
  return url.includes('@') ? 'with-login' : 'open';
}
