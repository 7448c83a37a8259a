import { type HubUserName, readHubUserName } from '@mote/client/azure';

/** `{hub}.device.azure-devices.net` is another way to the same hub. A port may stand behind a hub that is emulated. */
export const canonicalHost = (host: string): string =>
  host
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/\.device\.(azure-devices\.)/, '.$1');

/** Undefined for a user name of DPS, whose first part is an id scope and no host, and for one that is neither. */
export function parseHubUserName(text: string): HubUserName | undefined {
  const name = readHubUserName(text);
  if (name === undefined) return undefined;
  const host = canonicalHost(name.hostName);
  return host.includes('.') || host === 'localhost' ? name : undefined;
}
