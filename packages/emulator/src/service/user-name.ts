import { percentDecode, splitQuery } from './percent-decode.ts';

/** What a device says in its user name. */
export interface UserName {
  readonly idScope: string;
  readonly registrationId: string;
  /** `2019-03-31`, `2025-07-01-preview` */
  readonly apiVersion: string;
  readonly clientVersion: string | undefined;
}

// Letters, digits and - . _ : with a letter or digit at the start, and one or a hyphen at the end.
const REGISTRATION_ID = /^[A-Za-z0-9](?:[A-Za-z0-9\-._:]{0,126}[A-Za-z0-9-])?$/;
const API_VERSION = /^\d{4}-\d{2}-\d{2}(?:-preview)?$/;

/** Reads `{idScope}/registrations/{registrationId}/api-version={version}&ClientVersion={percent-encoded}`. */
export function parseUserName(text: string): UserName | undefined {
  // A client that leaves ClientVersion unencoded may put slashes there.
  const [idScope = '', registrations, registrationId = '', ...query] = text.split('/');
  if (idScope === '' || registrations !== 'registrations') return undefined;
  const pairs = new Map(splitQuery(query.join('/')).map(([key, value]) => [key.toLowerCase(), value]));
  const apiVersion = pairs.get('api-version') ?? '';
  if (!API_VERSION.test(apiVersion)) return undefined;
  const clientVersion = pairs.get('clientversion');
  return {
    idScope,
    registrationId,
    apiVersion,
    clientVersion: clientVersion === undefined ? undefined : (percentDecode(clientVersion) ?? clientVersion),
  };
}

export const isRegistrationId = (text: string): boolean => REGISTRATION_ID.test(text);
