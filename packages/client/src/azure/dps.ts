import { percentDecode } from './percent.ts';

// User names, topics and bodies of the Device Provisioning Service over MQTT, written and read.

/** Path of the WebSocket. The service takes three paths; this one is documented, for hubs. */
export const WEB_SOCKET_PATH = '/$iothub/websocket';

/** Host name of the service for public Azure. */
export const GLOBAL_ENDPOINT = 'global.azure-devices-provisioning.net';

/** The parts of a register request. */
export interface RegisterBodyFields {
  readonly registrationId: string;
  readonly payload?: Readonly<Record<string, unknown>> | undefined;
  /** Certificate signing request, base64 DER. */
  readonly csr?: string | undefined;
}

/**
 * Body of a register request: `{"registrationId":"{registrationId}","payload":{payload},"csr":"{csr}"}`.
 *
 * @example
 * registerBody({ registrationId: 'sensor-17' }); // '{"registrationId":"sensor-17"}'
 */
export function registerBody({ registrationId, payload, csr }: RegisterBodyFields): string {
  return JSON.stringify({ registrationId, payload, csr });
}

/** Topic Filter for all answers of the service. */
export const RESPONSE_FILTER = '$dps/registrations/res/#';

/**
 * Topic of a register request: `$dps/registrations/PUT/iotdps-register/?$rid={requestId}`.
 *
 * @example
 * registerTopic('a1'); // '$dps/registrations/PUT/iotdps-register/?$rid=a1'
 */
export function registerTopic(requestId: string): string {
  return `$dps/registrations/PUT/iotdps-register/?$rid=${requestId}`;
}

/**
 * Topic of a poll: `$dps/registrations/GET/iotdps-get-operationstatus/?$rid={requestId}&operationId={operationId}`.
 *
 * @example
 * pollTopic('a2', '5.f'); // '$dps/registrations/GET/iotdps-get-operationstatus/?$rid=a2&operationId=5.f'
 */
export function pollTopic(requestId: string, operationId: string): string {
  return `$dps/registrations/GET/iotdps-get-operationstatus/?$rid=${requestId}&operationId=${encodeURIComponent(operationId)}`;
}

/** What the topic of an answer of the service says. */
export interface ResponseTopic {
  /** A status as in HTTP, 100 to 599. */
  readonly statusCode: number;
  readonly requestId: string;
  /** Seconds. Undefined when absent or not a whole number. */
  readonly retryAfter: number | undefined;
}

/**
 * Reads the topic of an answer: `$dps/registrations/res/{statusCode}/?$rid={requestId}&retry-after={seconds}`. Properties may come
 * in any order and case; unknown ones are ignored. Undefined for any other topic, and when a property comes twice.
 *
 * @example
 * parseResponseTopic('$dps/registrations/res/202/?$rid=a1&retry-after=3'); // { statusCode: 202, requestId: 'a1', retryAfter: 3 }
 */
export function parseResponseTopic(topicName: string): ResponseTopic | undefined {
  const [, statusCode, query = ''] = /^\$dps\/registrations\/res\/([1-5]\d\d)\/\?(.*)/s.exec(topicName) ?? [];
  const properties = new Map<string, string>();
  for (const property of query.split('&')) {
    // `+` stays a plus: the properties are not form fields.
    const [name, value] = property.split(/=(.*)/s).map(percentDecode);
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
        retryAfter: /^\d+$/.test(retryAfter) ? Number(retryAfter) : undefined,
      };
}

/** The parts of the user name at DPS. */
export interface UserNameFields {
  readonly idScope: string;
  readonly registrationId: string;
  readonly apiVersion?: string | undefined;
  /** The user agent. Only this part is percent-encoded: the service takes the others literally. */
  readonly clientVersion?: string | undefined;
}

/**
 * User name of CONNECT: `{idScope}/registrations/{registrationId}/api-version={apiVersion}&ClientVersion={clientVersion}`.
 *
 * @example
 * const name = userName({ idScope: '0ne00ABCDEF', registrationId: 'a1' }); // '0ne00ABCDEF/registrations/a1/api-version=2019-03-31'
 */
export function userName({
  idScope,
  registrationId,
  apiVersion = '2019-03-31',
  clientVersion,
}: UserNameFields): string {
  const agent = clientVersion === undefined ? '' : `&ClientVersion=${encodeURIComponent(clientVersion)}`;
  return `${idScope}/registrations/${registrationId}/api-version=${apiVersion}${agent}`;
}
