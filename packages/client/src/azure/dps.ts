import { quietly } from '../values.ts';

// What a device and the provisioning service write to each other over MQTT: user name, topics and bodies.

/** The one of three paths of its WebSocket that the service documents, for its hubs. */
export const WEB_SOCKET_PATH = '/$iothub/websocket';

/** The host of the service for all of public Azure. */
export const GLOBAL_ENDPOINT = 'global.azure-devices-provisioning.net';

export interface RegisterBodyFields {
  readonly registrationId: string;
  readonly payload?: Readonly<Record<string, unknown>> | undefined;
  /** Base64 DER. */
  readonly csr?: string | undefined;
}

/** `{"registrationId":"{registrationId}","payload":{payload},"csr":"{csr}"}` */
export function registerBody({ registrationId, payload, csr }: RegisterBodyFields): string {
  return JSON.stringify({ registrationId, payload, csr });
}

/** Carries every answer of the service; the properties behind `?` are why it needs a wildcard. */
export const RESPONSE_FILTER = '$dps/registrations/res/#';

/** `$dps/registrations/PUT/iotdps-register/?$rid={requestId}` */
export function registerTopic(requestId: string): string {
  return `$dps/registrations/PUT/iotdps-register/?$rid=${requestId}`;
}

/** `$dps/registrations/GET/iotdps-get-operationstatus/?$rid={requestId}&operationId={operationId}` */
export function pollTopic(requestId: string, operationId: string): string {
  return `$dps/registrations/GET/iotdps-get-operationstatus/?$rid=${requestId}&operationId=${encodeURIComponent(operationId)}`;
}

export interface ResponseTopic {
  /** Three digits, as in HTTP. */
  readonly statusCode: number;
  readonly requestId: string;
  /** Seconds; undefined when absent or not a number of seconds. */
  readonly retryAfter: number | undefined;
}

/**
 * `$dps/registrations/res/{statusCode}/?$rid={requestId}&retry-after={seconds}`, properties in any order and
 * case, unknown ones ignored, a property given twice refused. Undefined for anything else.
 */
export function parseResponseTopic(topicName: string): ResponseTopic | undefined {
  const [, statusCode, query = ''] = /^\$dps\/registrations\/res\/([1-5]\d\d)\/\?(.*)$/s.exec(topicName) ?? [];
  const properties = new Map<string, string>();
  for (const property of query.split('&')) {
    // `+` stays: these are no form fields.
    const [name, value] = property.split(/=(.*)/s).map((part) => quietly(() => decodeURIComponent(part)));
    if (name === undefined || value === undefined) continue;
    const key = name.toLowerCase();
    if (properties.has(key)) return undefined;
    properties.set(key, value);
  }
  const requestId = properties.get('$rid');
  const retryAfter = properties.get('retry-after') ?? '';
  return requestId === undefined
    ? undefined
    : {
        statusCode: Number(statusCode),
        requestId,
        retryAfter: /^\d{1,15}$/.test(retryAfter) ? Number(retryAfter) : undefined,
      };
}

export interface UserNameFields {
  readonly idScope: string;
  readonly registrationId: string;
  readonly apiVersion?: string | undefined;
  /** Only this part is percent-encoded: the service takes the others literally. */
  readonly clientVersion?: string | undefined;
}

/** `{idScope}/registrations/{registrationId}/api-version={apiVersion}&ClientVersion={clientVersion}` */
export function userName({
  idScope,
  registrationId,
  apiVersion = '2019-03-31',
  clientVersion,
}: UserNameFields): string {
  const agent = clientVersion === undefined ? '' : `&ClientVersion=${encodeURIComponent(clientVersion)}`;
  return `${idScope}/registrations/${registrationId}/api-version=${apiVersion}${agent}`;
}
