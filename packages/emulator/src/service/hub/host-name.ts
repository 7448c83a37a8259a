import { type HubUserName, readHubUserName } from '@mote/client/azure';

/** The canonical name of a hub. `{hub}.device.azure-devices.net` is another name of the same hub; an emulated hub may have a port. */
export const canonicalHost = (host: string): string =>
  host
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/\.device\.(azure-devices\.)/, '.$1');

/** The hub's host in a user name. Undefined for a user name of DPS, whose first part is an id scope, and for any other. */
export function parseHubUserName(text: string): HubUserName | undefined {
  const name = readHubUserName(text);
  if (name === undefined) return undefined;
  const host = canonicalHost(name.hostName);
  return host.includes('.') || host === 'localhost' ? name : undefined;
}
