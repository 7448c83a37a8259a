export interface UserNameFields {
  readonly idScope: string;
  readonly registrationId: string;
  readonly apiVersion?: string | undefined;
  /** Only this part is percent-encoded: the service takes the others literally. */
  readonly clientVersion?: string | undefined;
}

export const DEFAULT_API_VERSION = '2019-03-31';

/** `{idScope}/registrations/{registrationId}/api-version={apiVersion}&ClientVersion={clientVersion}` */
export function userName({
  idScope,
  registrationId,
  apiVersion = DEFAULT_API_VERSION,
  clientVersion,
}: UserNameFields): string {
  const agent = clientVersion === undefined ? '' : `&ClientVersion=${encodeURIComponent(clientVersion)}`;
  return `${idScope}/registrations/${registrationId}/api-version=${apiVersion}${agent}`;
}
