import { readConnectionString } from '../azure/connection-string.ts';
import { isPublishableId } from '../azure/hub-identity.ts';
import { refuseHub } from '../hub/error.ts';
import { isEndpoint, isText, type Rules } from '../option-rules.ts';
import { wrong } from '../values.ts';
import type { HubOptionsBase } from './hub-options.ts';
import { checkByRules, HUB_LINK } from './hub-rules.ts';

const HUB: Rules<HubOptionsBase & { readonly transport?: unknown }> = {
  ...HUB_LINK,
  hostName: isEndpoint,
  deviceId: isPublishableId,
  moduleId: isPublishableId,
  connectionString: isText,
  connectionProfile: (value: unknown) => value === null || isText(value),
};

/**
 * Returns the options of `connectHub`, with the names that the connection string holds. Throws HubError `invalid-options` at the first that
 * is unknown, wrong or missing.
 */
export function checkHubOptions(
  options: HubOptionsBase,
): Readonly<HubOptionsBase & { hostName: string; deviceId: string }> {
  const given = checkByRules(options, HUB);
  const { connectionString, ...others } = given;
  let found = given;
  if (connectionString !== undefined) {
    const read = readConnectionString(connectionString) ?? refuseHub('connectionString', wrong(connectionString));
    for (const name of ['hostName', 'deviceId', 'moduleId'] as const)
      if (others[name] !== undefined && others[name] !== read[name])
        refuseHub(name, 'another than in connectionString');
    const { hostName, deviceId, moduleId, gatewayHostName } = read;
    found = checkByRules({ endpoint: gatewayHostName, ...given, hostName, deviceId, moduleId }, HUB);
  }
  const { hostName = refuseHub('hostName', 'missing'), deviceId = refuseHub('deviceId', 'missing') } = found;
  // A dot at the end is for DNS: user name, token and certificate have the name without it.
  return { ...found, hostName: hostName.replace(/\.$/, ''), deviceId };
}
