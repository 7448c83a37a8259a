import { isApiVersion, pairsOf, percentDecode } from '@mote/client/azure';
import { ownText } from '../values/bytes.ts';

/** The fields of a user name at DPS. */
export interface UserName {
  readonly idScope: string;
  readonly registrationId: string;
  /** For example `2019-03-31` or `2025-07-01-preview`. */
  readonly apiVersion: string;
  readonly clientVersion: string | undefined;
}

/** Reads `{idScope}/registrations/{registrationId}/api-version={version}&ClientVersion={percent-encoded}`. */
export function parseUserName(text: string): UserName | undefined {
  // A client that leaves ClientVersion unencoded may put slashes there.
  const [idScope = '', registrations, registrationId = '', ...query] = text.split('/');
  if (idScope === '' || registrations !== 'registrations') return undefined;
  const pairs = new Map(pairsOf(query.join('/')).map(([key, value]) => [key.toLowerCase(), value ?? '']));
  const apiVersion = pairs.get('api-version') ?? '';
  if (!isApiVersion(apiVersion.toLowerCase())) return undefined;
  const clientVersion = pairs.get('clientversion');
  return {
    idScope: ownText(idScope),
    registrationId: ownText(registrationId),
    apiVersion: ownText(apiVersion),
    clientVersion: clientVersion === undefined ? undefined : (percentDecode(clientVersion) ?? clientVersion),
  };
}
